"""The profile `celery` of the compose file run for real: tasks on a worker, through a real Redis."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import pytest

from tests.server.native_server import NativeServer, postgres_programs, redis_programs
from tests.server.whole_server import published_counts, run_to_the_end, signed_in, task_instances, whole_server

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL server programs (initdb, postgres)"),
    pytest.mark.skipif(redis_programs() is None, reason="no redis-server and redis-cli"),
    pytest.mark.skipif(find_spec("celery") is None, reason="requirements/celery-lock.txt is not installed"),
    # A start of all services and a run take three minutes of two cores: make test-slow.
    pytest.mark.campaign,
    pytest.mark.timeout(1500),
]
# The tasks of dbt's models have no process: each waits in the triggerer.
_MODELS = "dbt."


@pytest.fixture(scope="module")
def server() -> Iterator[NativeServer]:
    more = {"CLIENTELE_AIRFLOW_EXECUTOR": "CeleryExecutor", "CLIENTELE_REDIS_PASSWORD": "a-password-of-redis"}
    with whole_server(frozenset({"celery"}), **more) as running:
        yield running


@pytest.fixture(scope="module")
def airflow(server: NativeServer) -> Any:
    return signed_in(server)


def _ask_redis(server: NativeServer, *words: str, password: str) -> str:
    environment = {**server.environment_of("redis"), "REDISCLI_AUTH": password}
    command = ["redis-cli", "--no-auth-warning", "-p", str(server.redis_port), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)
    return done.stdout.strip()


def test_redis_answers_only_who_has_the_password(server: NativeServer) -> None:
    assert _ask_redis(server, "ping", password="a-password-of-redis") == "PONG"
    for password in ("", "another"):
        assert "NOAUTH" in _ask_redis(server, "ping", password=password)


def test_tasks_run_on_the_worker_and_survive_a_scheduler_that_is_killed(server: NativeServer, airflow: Any) -> None:
    def restart_the_scheduler(dag_id: str) -> None:
        if dag_id == "ingest_sources":  # while build_marts begins
            server.kill("airflow-scheduler")
            server.start("airflow-scheduler")

    runs = run_to_the_end(airflow, restart_the_scheduler)
    customers, scored = published_counts(server)
    assert customers >= scored > 500  # of 600 accounts, some of which are one person
    tasks = [task for run in runs for task in task_instances(airflow, run) if task["state"] == "success"]
    ran = {task["id"]: task["task_id"] for task in tasks if not task["task_id"].startswith(_MODELS)}
    assert len(ran) > 15

    def elsewhere() -> dict[str, str]:
        log = server.whole_log_of("airflow-worker")
        on_worker = set(re.findall(r"Workload finished .*workload_id=([\w-]+)", log))
        return {task: name for task, name in ran.items() if task not in on_worker}

    with suppress(AssertionError):  # its log may come a moment later
        server.wait(lambda: not elsewhere(), "airflow-worker", timeout_seconds=30)
    assert not elsewhere()
    # The worker knows neither Airflow's database nor what signs tokens.
    assert not {"PGPASSWORD", "AIRFLOW__API_AUTH__JWT_SECRET"} & set(server.environment_of("airflow-worker"))


def test_no_log_has_the_password_of_redis(server: NativeServer) -> None:
    logs = [path for path in server.scratch.rglob("*.log") if b"a-password-of-redis" in path.read_bytes()]
    assert not logs


def test_health_checks_notice_a_worker_and_a_redis_that_are_gone(server: NativeServer) -> None:
    """Last: it stops them."""
    assert server.is_healthy("airflow-worker")
    server.stop_service("airflow-worker")
    assert not server.is_healthy("airflow-worker")
    assert server.is_healthy("redis")
    server.stop_service("redis")
    assert not server.is_healthy("redis")
