"""The server set-up run for real: each service's own command and environment, on a real PostgreSQL."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import mlflow
import pytest

from tests.server.native_server import NativeServer, postgres_programs
from tests.server.whole_server import (
    BY_HAND,
    DAG_IDS,
    DIRECT,
    Webhook,
    call,
    published_counts,
    run_to_the_end,
    signed_in,
    whole_server,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL server programs (initdb, postgres)"),
    # A start of all services takes a minute and a half of two cores: make test-slow.
    pytest.mark.campaign,
    pytest.mark.timeout(1500),
]


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    taker = Webhook()
    threading.Thread(target=taker.serve_forever, daemon=True).start()
    yield taker
    taker.shutdown()
    taker.server_close()


@pytest.fixture(scope="module")
def server(webhook: Webhook) -> Iterator[NativeServer]:
    with whole_server(CLIENTELE_ALERT_WEBHOOK_URL=webhook.address) as running:
        yield running


@pytest.fixture(scope="module")
def airflow(server: NativeServer) -> Any:
    return signed_in(server)


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
        with DIRECT.open(request, timeout=30) as answer:
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
    run_to_the_end(airflow)
    customers, scored = published_counts(server)
    assert customers >= scored > 500  # of 600 accounts, some of which are one person
    password = server.secrets["CLIENTELE_MLFLOW_DATABASE_PASSWORD"]
    models = server.sql("mlflow", "mlflow", password, "select name from registered_models").stdout.split()
    assert "crm_segmentation" in models
    server.wait(lambda: "published" in {alert["kind"] for alert in webhook.told}, "alert-relay", timeout_seconds=20)


def test_health_checks_notice_a_part_that_is_gone(server: NativeServer) -> None:
    """Last: it stops MLflow."""
    assert server.is_healthy("mlflow")
    server.stop_service("mlflow")
    assert not server.is_healthy("mlflow")
    assert server.is_healthy("airflow-api-server")
