# One image for all of Clientele's own services; docker-compose.yml says which command each runs.

FROM python:3.11.14-slim-bookworm AS packages
# A few packages of the lock have no wheel for every platform and are compiled.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends build-essential \
 && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/venv
COPY requirements/lock.txt requirements/celery-lock.txt /tmp/
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --requirement /tmp/lock.txt --requirement /tmp/celery-lock.txt

FROM python:3.11.14-slim-bookworm
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin
ENV PYTHONPATH=/opt/clientele
ENV PYTHONUNBUFFERED=1
ENV AIRFLOW_HOME=/home/clientele/airflow
ENV CLIENTELE_HOME=/srv/clientele
ENV DBT_LOG_PATH=/srv/clientele/dbt/logs
ENV MPLBACKEND=Agg
# Nobody is told that Clientele runs.
ENV DO_NOT_TRACK=1
ENV SCARF_NO_ANALYTICS=true
ENV GX_ANALYTICS_ENABLED=false
ENV DBT_SEND_ANONYMOUS_USAGE_STATS=false
ENV MLFLOW_DISABLE_TELEMETRY=true

# The program belongs to root and is only read. The folders under /srv and /var/log are volumes: a new volume takes
# over the owner they have here.
RUN useradd --uid 10001 --create-home clientele \
 && mkdir --parents /srv/clientele /srv/mlflow /var/log/airflow \
 && chown clientele: /srv/clientele /srv/mlflow /var/log/airflow
COPY --from=packages /opt/venv /opt/venv
COPY . /opt/clientele
WORKDIR /opt/clientele
USER clientele
