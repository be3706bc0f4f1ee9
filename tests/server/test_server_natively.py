"""The server set-up run for real: each service's own command and environment, on a real PostgreSQL."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import mlflow
import pytest

from tests.server.native_server import COMMAND_TIMEOUT_SECONDS, NativeServer, postgres_programs
from tests.server.test_compose_file import SECRETS
from warehouse.base.connections import open_published
from warehouse.base.settings import Settings

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL server programs (initdb, postgres)"),
    # A start of all services takes a minute and a half of two cores: make test-slow.
    pytest.mark.campaign,
]
# In the order in which one trigger runs them …
DAG_IDS = ("ingest_sources", "build_marts", "train_models", "score_customers")
# … and what only a person starts.
BY_HAND = {"absorb_arrivals", "backfill_scores", "rollback_published"}
WORKING = {"queued", "running"}
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


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


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    taker = Webhook()
    threading.Thread(target=taker.serve_forever, daemon=True).start()
    yield taker
    taker.shutdown()
    taker.server_close()


@pytest.fixture(scope="module")
def server(webhook: Webhook) -> Iterator[NativeServer]:
    """Everything up, as `docker compose up` leaves it after passwords were changed in .env."""
    operator = {name: secrets.token_hex(24) for name in SECRETS}
    operator["CLIENTELE_AIRFLOW_FERNET_KEY"] = base64.urlsafe_b64encode(os.urandom(32)).decode()
    operator |= {"CLIENTELE_SAMPLE_CUSTOMER_COUNT": "600", "CLIENTELE_MEMORY_LIMIT": "1GB"}
    operator["CLIENTELE_ALERT_WEBHOOK_URL"] = webhook.address
    scratch = Path(tempfile.mkdtemp(prefix="clientele-server-"))
    scratch.chmod(0o711)
    running = NativeServer(scratch, operator)
    try:
        _bring_up(running)
        yield running
    finally:
        running.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def _bring_up(server: NativeServer) -> None:
    long_running = [name for name, service in server.services.items() if service["restart"] != "no"]
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
    with _DIRECT.open(request, timeout=60) as answer:
        return json.loads(answer.read())


@pytest.fixture(scope="module")
def airflow(server: NativeServer) -> Any:
    """Talk to Airflow as its admin."""
    password = server.secrets["CLIENTELE_AIRFLOW_ADMIN_PASSWORD"]
    token = call(f"{server.airflow}/auth/token", {"username": "admin", "password": password})["access_token"]
    address, authorization = f"{server.airflow}/api/v2", f"Bearer {token}"
    return lambda path, body=None, method=None: call(f"{address}{path}", body, method, Authorization=authorization)


def test_the_password_in_env_is_required_and_the_former_one_refused(server: NativeServer, airflow) -> None:
    for password in ("", "admin", server.former_secrets["CLIENTELE_AIRFLOW_ADMIN_PASSWORD"]):
        with pytest.raises(urllib.error.HTTPError) as refused:
            call(f"{server.airflow}/auth/token", {"username": "admin", "password": password})
        assert refused.value.code in {400, 401, 422}
    with pytest.raises(urllib.error.HTTPError) as refused:
        call(f"{server.airflow}/api/v2/dags")
    assert refused.value.code == 401
    assert airflow("/version")["version"]


def test_all_dags_are_read_without_errors(server: NativeServer, airflow) -> None:
    def found() -> set[str]:
        errors = airflow("/importErrors")["import_errors"]
        assert not errors, errors[0]["stack_trace"][-2000:]
        return {dag["dag_id"] for dag in airflow("/dags")["dags"] if not dag["is_paused"]}

    server.wait(lambda: found() == {*DAG_IDS, *BY_HAND}, "airflow-dag-processor", timeout_seconds=90)
    assert airflow("/pools/warehouse")["slots"] == 2


def test_roles_see_only_their_own_database(server: NativeServer) -> None:
    airflow_password = server.secrets["CLIENTELE_AIRFLOW_DATABASE_PASSWORD"]
    tables = "select count(*) > 10 from information_schema.tables where table_schema = 'public'"
    assert server.sql("airflow", "airflow", airflow_password, tables).stdout.strip() == "t"
    assert "permission denied" in server.sql("mlflow", "airflow", airflow_password, "select 1").stderr
    former = server.former_secrets["CLIENTELE_AIRFLOW_DATABASE_PASSWORD"]
    assert "password authentication failed" in server.sql("airflow", "airflow", former, "select 1").stderr


def test_mlflow_keeps_runs_in_postgresql_and_files_in_its_own_folder(
    server: NativeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = server.environment_of("airflow-scheduler")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", scheduler["MLFLOW_TRACKING_TOKEN"])
    mlflow.set_tracking_uri(scheduler["CLIENTELE_MLFLOW_TRACKING_URI"])
    experiment = mlflow.create_experiment("native")
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_metric("accuracy", 0.75)
        mlflow.log_text("hello", "note.txt")
    password = server.secrets["CLIENTELE_MLFLOW_DATABASE_PASSWORD"]
    query = f"select value from metrics where run_uuid = '{run.info.run_id}'"
    assert server.sql("mlflow", "mlflow", password, query).stdout.strip() == "0.75"
    assert [path.read_text() for path in (server.scratch / "mlflow").rglob("note.txt")] == ["hello"]


@pytest.mark.parametrize(
    ("host", "key", "status"),
    [
        ("mlflow:5000", "CLIENTELE_MLFLOW_KEY", 200),
        ("localhost:5000", "CLIENTELE_MLFLOW_KEY", 200),
        ("evil.example:5000", "CLIENTELE_MLFLOW_KEY", 403),
        ("localhost:5000", "CLIENTELE_DASHBOARD_KEY", 401),
        ("localhost:5000", "", 401),
    ],
)
def test_mlflow_answers_only_under_its_names_and_who_has_the_key(
    server: NativeServer, host: str, key: str, status: int
) -> None:
    request = urllib.request.Request(f"{server.mlflow}/api/2.0/mlflow/experiments/get?experiment_id=0")  # noqa: S310
    request.add_header("Host", host)
    if key:
        request.add_header("Authorization", f"Bearer {server.secrets[key]}")
    try:
        with _DIRECT.open(request, timeout=30) as answer:
            assert answer.status == status
    except urllib.error.HTTPError as error:
        assert error.code == status


def test_a_task_runs_and_what_stops_it_reaches_the_webhook_through_the_relay(
    server: NativeServer, airflow, webhook: Webhook
) -> None:
    run = airflow("/dags/ingest_sources/dagRuns", {"logical_date": None, "conf": {"source": "files"}})["dag_run_id"]
    server.wait(lambda: webhook.told, "airflow-scheduler", timeout_seconds=90)
    [alert] = webhook.told
    assert (alert["kind"], alert["task"], alert["airflow_run"]) == ("failed", "load", run)
    assert alert["message"].startswith("No files for source 'files'")
    for service in ("airflow-scheduler", "airflow-dag-processor"):
        assert "a-secret-path" not in str(server.environment_of(service))
    assert not [path for path in server.scratch.rglob("*.log") if b"a-secret-path" in path.read_bytes()]


def test_a_trigger_flows_through_to_a_published_warehouse(server: NativeServer, airflow, webhook: Webhook) -> None:
    """In the embedded set-up, tests/integration/test_airflow_runs.py does the same."""
    before = {dag_id: airflow(f"/dags/{dag_id}/dagRuns")["total_entries"] for dag_id in DAG_IDS}
    airflow("/dags/ingest_sources/dagRuns", {"logical_date": None, "conf": {"source": "sample_shop"}})
    deadline = time.monotonic() + COMMAND_TIMEOUT_SECONDS
    for dag_id in DAG_IDS:
        newest = f"/dags/{dag_id}/dagRuns?order_by=-run_after"
        while (found := airflow(newest))["total_entries"] == before[dag_id] or found["dag_runs"][0]["state"] in WORKING:
            assert time.monotonic() < deadline, f"{dag_id}: {[run['state'] for run in found['dag_runs']]}"
            time.sleep(2)
        [run, *_] = found["dag_runs"]
        assert run["state"] == "success", f"{dag_id}: {_failures(airflow, run)}"
    with open_published(Settings(home=server.scratch / "home")) as connection:
        [(customers, scored)] = connection.execute(
            "select count(*), count(*) filter (where segment_id is not null) from marts.customer_360"
        ).fetchall()
    assert customers >= scored > 500  # of 600 accounts, some of which are one person
    password = server.secrets["CLIENTELE_MLFLOW_DATABASE_PASSWORD"]
    models = server.sql("mlflow", "mlflow", password, "select name from registered_models").stdout.split()
    assert "crm_segmentation" in models
    server.wait(lambda: "published" in {alert["kind"] for alert in webhook.told}, "alert-relay", timeout_seconds=20)


def _failures(airflow, run: dict[str, Any]) -> list[Any]:
    """The last words of the tasks that failed."""
    path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
    failed = [task for task in airflow(f"{path}?limit=100")["task_instances"] if task["state"] == "failed"]
    return [airflow(f"{path}/{task['task_id']}/logs/1?full_content=true")["content"][-5:] for task in failed]


def test_health_checks_notice_a_part_that_is_gone(server: NativeServer) -> None:
    """Last: it stops MLflow."""
    assert server.is_healthy("mlflow")
    server.stop_service("mlflow")
    assert not server.is_healthy("mlflow")
    assert server.is_healthy("airflow-api-server")
