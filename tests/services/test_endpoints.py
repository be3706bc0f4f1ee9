"""Ports and shared secrets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from services import endpoints
from services.endpoints import NoFreePort, addresses, choose_addresses, free_port, is_listening, shared_secrets
from warehouse.base.settings import Settings


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_gives_way_to_another_one(taken_port: int) -> None:
    assert is_listening(taken_port)
    assert taken_port < free_port(taken_port) < taken_port + 50


def test_it_is_said_which_port_was_taken(settings: Settings, taken_port: int) -> None:
    settings.run_folder.mkdir(parents=True)
    wanting = settings.model_copy(update=dict.fromkeys(("airflow_port", "mlflow_port", "dashboard_port"), taken_port))
    said: list[str] = []
    chosen = choose_addresses(wanting, said.append, {})
    assert len({taken_port, chosen.airflow_port, chosen.mlflow_port, chosen.dashboard_port}) == 4
    assert said == [
        f"Port {taken_port} is taken: Airflow listens on {chosen.airflow_port}.",
        f"Port {taken_port} is taken: MLflow listens on {chosen.mlflow_port}.",
        f"Port {taken_port} is taken: the dashboard listens on {chosen.dashboard_port}.",
    ]
    assert addresses(wanting) == chosen


@pytest.mark.parametrize("name", ["mlflow_port", "dashboard_port"])
def test_a_running_server_keeps_its_port(settings: Settings, taken_port: int, name: str) -> None:
    settings.run_folder.mkdir(parents=True)
    ours = ("airflow_port", "mlflow_port", "dashboard_port")
    unused = settings.model_copy(update={port: free_port(20000 + 100 * place) for place, port in enumerate(ours)})
    said: list[str] = []
    assert getattr(choose_addresses(unused, said.append, {name: taken_port}), name) == taken_port
    assert said == []


def test_no_port_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "is_listening", lambda _: True)
    with pytest.raises(NoFreePort, match="No free port from 8080"):
        free_port(8080)


def test_without_a_start_the_settings_tell_the_addresses(settings: Settings) -> None:
    assert addresses(settings).airflow == f"http://127.0.0.1:{settings.airflow_port}"


def test_addresses_of_a_release_without_a_scorer_still_hold(settings: Settings) -> None:
    settings.run_folder.mkdir(parents=True)
    former = {"airflow_port": 18080, "mlflow_port": 15000, "dashboard_port": 18501}
    (settings.run_folder / "addresses.json").write_text(json.dumps(former))
    found = addresses(settings.model_copy(update={"scorer_port": 18600}))
    assert (found.airflow_port, found.mlflow_port, found.dashboard_port, found.scorer_port) == (
        18080,
        15000,
        18501,
        18600,
    )


def test_secrets_are_made_once_and_for_the_owner_only(settings: Settings) -> None:
    settings.airflow_home.mkdir(parents=True)
    first = shared_secrets(settings)
    assert shared_secrets(settings) == first
    assert len({first.jwt_secret, first.api_secret_key, first.fernet_key}) == 3
    assert (settings.airflow_home / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("left", ["", "{", '{"jwt_secret": "a"}', "[]"], ids=["empty", "cut", "part", "other"])
def test_damaged_secrets_are_made_anew(settings: Settings, left: str) -> None:
    settings.airflow_home.mkdir(parents=True)
    file = settings.airflow_home / "secrets.json"
    file.write_text(left)
    made = shared_secrets(settings)
    assert len(made.fernet_key) == 44
    assert shared_secrets(settings) == made
    assert file.stat().st_mode & 0o077 == 0
