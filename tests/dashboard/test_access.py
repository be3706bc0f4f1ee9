"""The dashboard's door: only this machine, only who came by the link, and the key shows up nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dashboard.access import dashboard_key, doors, sign_in_link
from warehouse.base.only_the_owner import session_cookie
from warehouse.base.settings import Settings

KEY = "a key of the home, long enough"
ADDRESS = "http://127.0.0.1:8501"
LINE = "ws://127.0.0.1:8501/_stcore/stream"  # whole: the client would ask a host of its own, and send no cookie


def shop_window(key: str) -> Starlette:
    """A server with one page and one line."""

    async def page(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("a page")

    async def line(socket: Any) -> None:
        await socket.accept()
        await socket.send_text("connected")
        await socket.close()

    routes = [Route("/", page), Route("/_stcore/health", page), WebSocketRoute("/_stcore/stream", line)]
    return Starlette(routes=routes, middleware=doors(key))


@pytest.fixture
def client() -> TestClient:
    """A browser before it."""
    return TestClient(shop_window(KEY), base_url=ADDRESS, follow_redirects=False)


def test_nobody_gets_in_without_the_link(client: TestClient) -> None:
    assert client.get("/").status_code == 401
    assert client.get("/_stcore/health").status_code == 200
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LINE):
        pass


@pytest.mark.parametrize("token", ["", "wrong", KEY + "x", KEY[:-1]])
def test_a_wrong_key_opens_nothing(client: TestClient, token: str) -> None:
    answer = client.get("/sign-in", params={"token": token})
    assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)


def test_the_link_signs_in_and_the_key_leaves_the_address(client: TestClient) -> None:
    answer = client.get("/sign-in", params={"token": KEY})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert KEY not in cookie and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert client.get("/").text == "a page"
    with client.websocket_connect(LINE) as line:
        assert line.receive_text() == "connected"


def test_a_cookie_of_another_key_is_none(client: TestClient) -> None:
    (name, _), (_, value) = session_cookie(KEY), session_cookie("another key of the home")
    client.cookies.set(name, value)
    assert client.get("/").status_code == 401


def test_a_program_sends_the_key_itself(client: TestClient) -> None:
    statuses = {
        given: client.get("/", headers={"Authorization": given}).status_code
        for given in (f"Bearer {KEY}", f"bearer {KEY}", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer ", KEY)
    }
    assert [status for status in statuses.values()] == [200, 200, 401, 401, 401, 401]


def test_servers_with_the_same_key_share_a_session_and_others_do_not_end_it() -> None:
    """Browsers send a machine's cookies to all its ports."""
    browser = TestClient(shop_window(KEY), base_url=ADDRESS, follow_redirects=False)
    browser.get("/sign-in", params={"token": KEY})
    elsewhere = TestClient(shop_window("another key of a server"), base_url=ADDRESS, follow_redirects=False)
    elsewhere.cookies = browser.cookies
    assert elsewhere.get("/").status_code == 401
    elsewhere.get("/sign-in", params={"token": "another key of a server"})
    same = TestClient(shop_window(KEY), base_url=ADDRESS)
    same.cookies = elsewhere.cookies
    assert [same.get("/").status_code, elsewhere.get("/").status_code] == [200, 200]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_other_names_and_pages_of_other_servers_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    client.get("/sign-in", params={"token": KEY})
    assert client.get("/", headers=headers).status_code == 403
    assert client.get("/sign-in", params={"token": KEY}, headers=headers).status_code == 403


def test_the_key_is_made_once_for_the_owner_alone(settings: Settings) -> None:
    key = dashboard_key(settings)
    assert len(key) >= 32 and dashboard_key(settings) == key
    file = settings.home / "dashboard" / "key"
    assert file.stat().st_mode & 0o077 == 0
    assert sign_in_link(settings, ADDRESS) == f"{ADDRESS}/sign-in?token={key}"
    file.unlink()
    assert dashboard_key(settings) != key


def test_a_damaged_key_is_made_anew(settings: Settings) -> None:
    (settings.home / "dashboard").mkdir(parents=True)
    (settings.home / "dashboard" / "key").write_text("short\n")
    assert len(dashboard_key(settings)) >= 32
