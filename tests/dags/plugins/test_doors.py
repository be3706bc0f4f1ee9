"""The doors of the embedded Airflow: only this machine and its own pages get through, and one link signs in."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from services.environment import AIRFLOW_USER
from warehouse.base.only_from_here import may_pass
from warehouse.base.settings import CHECKOUT

PASSWORD = "kept-in-the-home"
ADDRESS = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def doors(airflow_home: Path) -> Any:
    return importlib.import_module("dags.plugins.doors")


@pytest.fixture(scope="module")
def client(doors: Any, airflow_home: Path) -> TestClient:
    """A server behind the doors, which has one page."""
    from airflow.api_fastapi.app import create_auth_manager

    file = airflow_home / "passwords.json"
    file.write_text(json.dumps({AIRFLOW_USER: PASSWORD}))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", f"{AIRFLOW_USER}:admin")
        patched.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", str(file))
        patched.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "False")
        patched.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "s" * 64)
        create_auth_manager().init()

        async def page(_request: Any) -> PlainTextResponse:
            return PlainTextResponse("a page")

        async def line(socket: Any) -> None:
            await socket.accept()
            await socket.send_text("connected")
            await socket.close()

        [mounted] = doors.Doors.fastapi_apps
        [outer] = doors.Doors.fastapi_root_middlewares
        routes = [
            Route("/", page, methods=["GET", "POST"]),
            WebSocketRoute("/line", line),
            Mount(mounted["url_prefix"], mounted["app"]),
        ]
        app = Starlette(routes=routes)
        app.add_middleware(outer["middleware"], *outer["args"])
        yield TestClient(app, base_url=ADDRESS, follow_redirects=False)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:9000", "localhost", "127.0.0.1"])
def test_this_machine_gets_through(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).text == "a page"
    assert client.post("/", headers={"Host": host, "Origin": f"http://{host}"}).text == "a page"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example:8080",
        "localhost.evil.example",
        "evil.example@localhost:x",
        "localhost@evil.example",
        "localhost/evil.example@x",
        "0.0.0.0:8080",
        "[::ffff:127.0.0.1]:8080",
        "[",
        "",
    ],
)
def test_other_names_are_refused(client: TestClient, host: str) -> None:
    for path in ("/", f"/sign-in/?token={PASSWORD}"):
        answer = client.get(path, headers={"Host": host})
        assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:3000", "http://127.0.0.1", "", "x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pages_of_other_servers_are_refused(client: TestClient, method: str, origin: str) -> None:
    assert client.request(method, "/", headers={"Origin": origin}).status_code == 403


def test_two_hosts_are_refused() -> None:
    assert not may_pass([(b"host", b"localhost"), (b"Host", b"evil.example")])
    assert not may_pass([])


def test_web_sockets_pass_the_same_door(client: TestClient) -> None:
    with client.websocket_connect("/line", headers={"Host": "127.0.0.1:8080"}) as line:
        assert line.receive_text() == "connected"
    for headers in ({"Host": "evil.example"}, {"Host": "127.0.0.1:8080", "Origin": "http://evil.example"}):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/line", headers=headers):
            pass


def test_the_link_signs_in_and_is_not_kept(client: TestClient) -> None:
    answer = client.get(f"/sign-in/?token={PASSWORD}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("_token=ey")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert PASSWORD not in str(answer.headers)


@pytest.mark.parametrize(
    "given", ["", "?token=", "?token=wrong", f"?token={PASSWORD}x", f"{PASSWORD}", "?token=a&token="]
)
def test_any_other_link_does_not(client: TestClient, given: str) -> None:
    answer = client.get(f"/sign-in/{given}")
    assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)


def test_the_plugin_and_the_front_door_mean_the_same_user(doors: Any) -> None:
    assert doors.USER == AIRFLOW_USER
    assert Path(doors.__file__) == CHECKOUT / "dags" / "plugins" / "doors.py"
