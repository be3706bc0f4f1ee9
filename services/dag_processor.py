"""Airflow's DAG processor with what DAG files import already loaded: `python -m services.dag_processor`.

It makes a copy of itself for each file that it reads, each minute and after each model of dbt that is done. What it has
imported, a copy need not import again: half a second each. Our own packages are left to the copies, so that a change
to our code holds from the next reading on.
"""

from __future__ import annotations

import os

from services.scheduler import preload, run_airflow

READ_BY_DAGS = (
    "airflow.providers.standard.decorators.python",
    "airflow.providers.standard.operators.hitl",
    "airflow.sdk.bases.decorator",
    "cosmos.airflow.task_group",
    "duckdb",
    "msgpack",
    "pydantic_settings",
    "yaml",
)


def main() -> None:
    """Run Airflow's DAG processor in this process; what it writes is for its owner alone."""
    os.umask(0o077)  # as in services.scheduler
    preload(READ_BY_DAGS)
    run_airflow("dag-processor")


if __name__ == "__main__":
    main()
