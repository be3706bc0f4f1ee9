"""What MLflow's server offers beside runs and models is closed, on this machine and under compose."""

from __future__ import annotations

import pytest

from services.environment import base_environment
from tests.server.compose_file import render
from tests.server.test_compose_file import SECRETS
from warehouse.base.settings import Settings


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
