"""The server set-up brought up whole, with an operator's .env and a webhook, and asked over Airflow's API."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.server.compose_file import raw
from tests.server.native_server import NativeServer
from tests.server.test_compose_file import SECRETS
from warehouse.base.connections import open_published
from warehouse.base.settings import Settings

# In the order in which one trigger runs them …
DAG_IDS = ("ingest_sources", "build_marts", "train_models", "score_customers")
# … and what only a person starts.
BY_HAND = {"absorb_arrivals", "backfill_scores", "rollback_published"}
WORKING = {"queued", "running"}
RUN_TIMEOUT_SECONDS = 1200  # a minute and a half on a machine that is left alone
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

Airflow = Callable[..., Any]


class Webhook(ThreadingHTTPServer):
    """The operator's webhook, somewhere outside; `told` is what it was told."""

    def __init__(self) -> None:
        told: list[dict[str, Any]] = []

        class Taker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing on stderr."""

        super().__init__(("127.0.0.1", 0), Taker)
        self.told = told
        self.address = f"http://127.0.0.1:{self.server_port}/a-secret-path"


@contextmanager
def whole_server(profiles: frozenset[str] = frozenset(), **more: str) -> Iterator[NativeServer]:
    """Everything up, as `docker compose up` leaves it after passwords were changed in .env.

    Parameters
    ----------
    profiles
        The profiles of the compose file that are asked for.
    more
        What the operator writes into .env besides passwords.
    """
    operator = {name: secrets.token_hex(24) for name in SECRETS}
    operator["CLIENTELE_AIRFLOW_FERNET_KEY"] = base64.urlsafe_b64encode(os.urandom(32)).decode()
    operator |= {"CLIENTELE_SAMPLE_CUSTOMER_COUNT": "600", "CLIENTELE_MEMORY_LIMIT": "1GB", **more}
    scratch = Path(tempfile.mkdtemp(prefix="clientele-server-"))
    scratch.chmod(0o711)
    running = NativeServer(scratch, operator)
    try:
        _bring_up(running, profiles)
        yield running
    finally:
        running.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def _bring_up(server: NativeServer, profiles: frozenset[str]) -> None:
    asked_for = [name for name, one in raw()["services"].items() if set(one.get("profiles", profiles)) <= profiles]
    long_running = [name for name in asked_for if server.services[name]["restart"] != "no"]
    server.start_postgres()
    server.run("database-init")
    server.run("airflow-init", up_to="password_twice | airflow users reset-password")
    # The operator changes passwords in .env and starts again.
    rotated = ("AIRFLOW_ADMIN_PASSWORD", "AIRFLOW_DATABASE_PASSWORD", "MLFLOW_DATABASE_PASSWORD")
    server.change_secrets({f"CLIENTELE_{name}": secrets.token_hex(24) for name in rotated})
    for one_shot in ("database-init", "mlflow-init", "airflow-init"):
        server.run(one_shot)
    for name in long_running:
        if name != "postgres":
            server.start(name)
    for name in long_running:
        server.wait(lambda name=name: server.is_healthy(name), name)


def call(url: str, body: Any = None, method: str | None = None, **headers: str) -> Any:
    """Send JSON and return JSON; an error status raises HTTPError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)  # noqa: S310
    with DIRECT.open(request, timeout=60) as answer:
        return json.loads(answer.read())


def signed_in(server: NativeServer) -> Airflow:
    """Talk to Airflow as its admin."""
    password = server.secrets["CLIENTELE_AIRFLOW_ADMIN_PASSWORD"]
    token = call(f"{server.airflow}/auth/token", {"username": "admin", "password": password})["access_token"]
    address, authorization = f"{server.airflow}/api/v2", f"Bearer {token}"
    return lambda path, body=None, method=None: call(f"{address}{path}", body, method, Authorization=authorization)


def run_to_the_end(airflow: Airflow, after_each: Callable[[str], None] = lambda dag_id: None) -> list[dict[str, Any]]:
    """Run the sample shop through all four DAGs, each of which must succeed; return their runs."""
    before = {dag_id: airflow(f"/dags/{dag_id}/dagRuns")["total_entries"] for dag_id in DAG_IDS}
    airflow("/dags/ingest_sources/dagRuns", {"logical_date": None, "conf": {"source": "sample_shop"}})
    deadline = time.monotonic() + RUN_TIMEOUT_SECONDS
    runs = []
    for dag_id in DAG_IDS:
        newest = f"/dags/{dag_id}/dagRuns?order_by=-run_after"
        while (found := airflow(newest))["total_entries"] == before[dag_id] or found["dag_runs"][0]["state"] in WORKING:
            assert time.monotonic() < deadline, f"{dag_id}: {[run['state'] for run in found['dag_runs']]}"
            time.sleep(2)
        [run, *_] = found["dag_runs"]
        assert run["state"] == "success", f"{dag_id}: {_failures(airflow, run)}"
        runs.append(run)
        after_each(dag_id)
    return runs


def task_instances(airflow: Airflow, run: dict[str, Any]) -> list[dict[str, Any]]:
    """All tasks of a run."""
    return airflow(f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances?limit=200")["task_instances"]


def _failures(airflow: Airflow, run: dict[str, Any]) -> list[Any]:
    """The last words of the tasks that failed."""
    path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
    failed = [task for task in task_instances(airflow, run) if task["state"] == "failed"]
    return [airflow(f"{path}/{task['task_id']}/logs/1?full_content=true")["content"][-5:] for task in failed]


def published_counts(server: NativeServer) -> tuple[int, int]:
    """How many customers are published, and how many of them have a segment."""
    with open_published(Settings(home=server.scratch / "home")) as connection:
        [found] = connection.execute(
            "select count(*), count(*) filter (where segment_id is not null) from marts.customer_360"
        ).fetchall()
    return found
