"""Pages say where their server is; nothing else of an answer changes."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.rooted import Rooted

PAGE = "<html><head><title>中文</title></head><body>" + "x" * 2_000 + "<head></body></html>"
ASKS_FOR_A_PAGE = {"accept": "text/html,*/*"}


def client() -> TestClient:
    async def page(_request: Any) -> HTMLResponse:
        return HTMLResponse(PAGE, headers={"etag": "of what was there before"})

    async def in_parts(_request: Any) -> StreamingResponse:
        async def parts() -> Any:
            for part in ("<html><he", "ad></head>", "</html>"):
                yield part

        return StreamingResponse(parts(), media_type="text/html")

    async def text(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("<head> of a text")

    routes = [Route("/act_today", page), Route("/parts", in_parts), Route("/text", text)]
    app = Starlette(routes=routes, middleware=[Middleware(Rooted), Middleware(GZipMiddleware)])
    return TestClient(app, base_url="http://127.0.0.1:8501")


def test_a_page_says_once_and_first_where_its_server_is() -> None:
    answer = client().get("/act_today", headers=ASKS_FOR_A_PAGE)
    word = '<script>window.__streamlit={BACKEND_BASE_URL:location.origin+"/"}</script>'
    assert answer.text == PAGE.replace("<head>", f"<head>{word}", 1)
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "etag" not in answer.headers


def test_a_page_in_parts_is_put_together() -> None:
    assert client().get("/parts", headers=ASKS_FOR_A_PAGE).text.startswith("<html><head><script>")


def test_what_is_no_page_passes_as_it_is() -> None:
    assert client().get("/text", headers=ASKS_FOR_A_PAGE).text == "<head> of a text"
    assert client().head("/act_today").status_code == 200
