"""MLflow's server asks who is there, and what it offers beside runs and models is closed, here and under compose."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from services.embedded import MLFLOW_SERVER, _pages
from services.environment import Addresses, base_environment, folders_to_make
from services.processes import start, stop
from services.sign_in import mlflow_key, sign_in_to_mlflow
from tests.server.compose_file import render
from tests.server.native_server import free_port
from tests.server.test_compose_file import SECRETS
from warehouse.base.settings import Settings

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
_EXPERIMENT = "/api/2.0/mlflow/experiments/get?experiment_id=0"


@pytest.fixture
def where(fresh: Settings) -> Iterator[Addresses]:
    """MLflow's server as the front door starts it."""
    where = Addresses(*(free_port() for _ in range(4)))
    for folder in folders_to_make(fresh):
        folder.mkdir(parents=True, exist_ok=True)
    process = start(fresh, MLFLOW_SERVER, _pages(fresh, where)[MLFLOW_SERVER], base_environment(fresh))
    deadline = time.monotonic() + 120
    while status(f"{where.mlflow}/health") != 200:
        assert psutil.pid_exists(process.pid) and time.monotonic() < deadline, log_of(fresh)
        time.sleep(0.2)
    yield where
    stop(fresh, [MLFLOW_SERVER])


def status(address: str, **headers: str) -> int:
    try:
        with _DIRECT.open(urllib.request.Request(address, headers=headers), timeout=20) as answer:  # noqa: S310
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:
        return 0


def log_of(settings: Settings) -> str:
    return (settings.logs_folder / f"{MLFLOW_SERVER}.log").read_text(encoding="utf-8")


def test_only_who_has_the_link_gets_in(where: Addresses, fresh: Settings) -> None:
    for path in (_EXPERIMENT, "/", "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0", "/version", "/graphql"):
        assert status(f"{where.mlflow}{path}") == 401, path
    assert status(f"{where.mlflow}{_EXPERIMENT}", Authorization=f"Bearer {mlflow_key(fresh)}") == 200
    assert status(f"{where.mlflow}{_EXPERIMENT}") == 401  # nothing of that was kept
    assert status(sign_in_to_mlflow(fresh, where)) == 200  # MLflow's first page, to which it leads
    assert status(f"{where.mlflow}{_EXPERIMENT}") == 200  # with the cookie
    assert status(f"{where.mlflow}{_EXPERIMENT}", Host="evil.example") == 403
    assert mlflow_key(fresh) not in log_of(fresh)


@pytest.mark.parametrize("where", ["this machine", "compose"])
def test_its_assistant_runs_no_command_beside_the_data(
    where: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.assistant.providers.base import assistant_sandbox_enabled
    from mlflow.environment_variables import MLFLOW_ENABLE_AI_GATEWAY

    compose = render(SECRETS)["services"]["mlflow"]["environment"]
    given = base_environment(settings) if where == "this machine" else compose
    for name, value in given.items():
        if name.startswith("MLFLOW_ENABLE"):
            monkeypatch.setenv(name, value)
    assert assistant_sandbox_enabled()
    assert not MLFLOW_ENABLE_AI_GATEWAY.get()
