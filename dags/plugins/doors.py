"""Access to the embedded Airflow, as a plugin of its API server: a check of requests, and a link that signs in.

Every part of Airflow loads plugins, so modules of the API server are imported only when a request needs them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from airflow.plugins_manager import AirflowPlugin

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

USER = "clientele"
SIGN_IN = "/sign-in"
# On any port, because requests may come through a tunnel: a web page can choose its port, but not these names.
_OUR_NAME = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")


class OnlyFromHere:
    """Answers only requests that use a name of this machine and do not come from a page of another server.

    A web page in a user's browser can reach this machine under another name (DNS rebinding), and can send requests to
    it from anywhere.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass valid requests on, and refuse others."""
        if scope["type"] not in ("http", "websocket") or may_pass(scope["headers"]):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await _answer(send, 403, b"Airflow answers to 127.0.0.1 and localhost only, and to its own pages.\n")
        else:
            await send({"type": "websocket.close", "code": 1008})


def may_pass(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a request names this machine, and comes from a page of this server or from no page."""
    hosts = _values(headers, b"host")
    if len(hosts) != 1 or not _OUR_NAME.fullmatch(hosts[0]):
        return False
    return all(origin in (f"http://{hosts[0]}", f"https://{hosts[0]}") for origin in _values(headers, b"origin"))


async def sign_in(scope: Scope, receive: Receive, send: Send) -> None:
    """`/sign-in/?token=<password>`: set the cookie of a session and redirect to Airflow's first page."""
    from airflow.api_fastapi.app import get_cookie_path
    from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
    from airflow.api_fastapi.auth.managers.simple.datamodels.login import LoginBody
    from airflow.api_fastapi.auth.managers.simple.services.login import SimpleAuthManagerLogin
    from fastapi import HTTPException
    from starlette.responses import PlainTextResponse, RedirectResponse

    # A parameter of this name is not written into the log of requests.
    given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    try:
        token = SimpleAuthManagerLogin.create_token(body=LoginBody(username=USER, password=given))
    except HTTPException:
        words = "This link does not sign in. `make status` prints the one that does.\n"
        response = PlainTextResponse(words, status_code=401)
    else:
        # 303: the next page is fetched with GET, whatever the method of the request.
        response = RedirectResponse(get_cookie_path(), status_code=303)
        response.set_cookie(COOKIE_NAME_JWT_TOKEN, token, path=get_cookie_path(), httponly=True, samesite="lax")
    # The address is a secret: it must neither be cached nor sent to the next page.
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    await response(scope, receive, send)


def _values(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1").lower() for known, value in headers if known.lower() == name]


async def _answer(send: Send, status: int, words: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(words)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})


class Doors(AirflowPlugin):
    """The plugin, which Airflow finds in its folder of plugins."""

    name = "clientele_doors"
    fastapi_apps = [{"app": sign_in, "url_prefix": SIGN_IN, "name": "Signing in by a link"}]  # noqa: RUF012 - Airflow's
    fastapi_root_middlewares = [{"middleware": OnlyFromHere, "name": "Only from this machine"}]  # noqa: RUF012
