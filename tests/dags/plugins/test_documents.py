"""Pages of var/docs behind Airflow's sign-in: only who has signed in reads them, and nothing in them runs."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

ADDRESS = "http://127.0.0.1:8080"
TOKEN = "a token of somebody who has signed in"


class Manager:
    """Stands for Airflow's manager of tokens."""

    async def get_user_from_token(self, token: str) -> Any:
        if token != TOKEN:
            raise PermissionError(token)
        return SimpleNamespace(name="ann")


@pytest.fixture
def client(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    plugin = importlib.import_module("dags.plugins.documents")
    monkeypatch.setattr("airflow.api_fastapi.app.get_auth_manager", Manager)
    runs = airflow_home / "docs" / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    (runs / "v1.html").write_text("<h1>The run</h1>")
    (runs / "v1.key").write_text("secret")
    (airflow_home / "secret.html").write_text("secret")
    return TestClient(Starlette(routes=[Mount("/documents", plugin.documents)]), base_url=ADDRESS)


def signed_in(client: TestClient) -> TestClient:
    client.cookies.set("_token", TOKEN)
    return client


def test_a_page_is_shown_to_who_has_signed_in(client: TestClient) -> None:
    answer = signed_in(client).get("/documents/runs/v1.html")
    assert (answer.status_code, answer.text) == (200, "<h1>The run</h1>")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_nobody_else_sees_it(client: TestClient) -> None:
    for cookies in ({}, {"_token": "made up"}):
        client.cookies.clear()
        client.cookies.update(cookies)
        answer = client.get("/documents/runs/v1.html")
        assert (answer.status_code, "The run" in answer.text) == (401, False)


@pytest.mark.parametrize(
    "path",
    [
        "runs/v2.html",
        "runs",
        "",
        "../secret.html",
        "%2e%2e/secret.html",
        "runs/%2e%2e/%2e%2e/secret.html",
        "runs/v1.key",
    ],
)
def test_only_pages_below_the_folder_are_there(client: TestClient, path: str) -> None:
    answer = signed_in(client).get(f"/documents/{path}")
    assert (answer.status_code, "secret" in answer.text) == (404, False)


def test_a_page_is_only_read(client: TestClient) -> None:
    assert signed_in(client).post("/documents/runs/v1.html").status_code == 401
