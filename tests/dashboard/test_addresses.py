"""Whatever form of a page's address is typed leads to the page, with what it is narrowed to."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.addresses import PlainAddresses


@pytest.fixture
def client() -> TestClient:
    """A browser before a server that answers every address with it."""

    async def where(request: Any) -> PlainTextResponse:
        return PlainTextResponse(request.url.path)

    routes = [Route("/{rest:path}", where, methods=["GET", "HEAD", "POST"])]
    app = Starlette(routes=routes, middleware=[Middleware(PlainAddresses)])
    return TestClient(app, base_url="http://127.0.0.1:8501", follow_redirects=False)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("/overview", "/"),
        ("/overview/", "/"),
        ("/Overview?language=en&country=A%20%26%20B", "/?language=en&country=A%20%26%20B"),
        ("/trust/", "/trust"),
        ("/ACT_today?segment=x", "/act_today?segment=x"),
    ],
)
def test_another_form_of_an_address_leads_to_the_page(client: TestClient, typed: str, place: str) -> None:
    answer = client.get(typed)
    assert (answer.status_code, answer.headers["location"]) == (307, place)


@pytest.mark.parametrize("path", ["/", "/trust", "/nothing", "/static/trust/x.js", "/_stcore/health", "//example.org"])
def test_every_other_address_is_answered_where_it_is(client: TestClient, path: str) -> None:
    answer = client.get(f"http://127.0.0.1:8501{path}")
    assert (answer.status_code, answer.text) == (200, path)


def test_what_is_sent_is_not_led_elsewhere(client: TestClient) -> None:
    assert client.post("/trust/").text == "/trust/"
