"""A check of requests to a server that only this machine's own browser may ask, as an ASGI middleware."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# On any port, because requests may come through a tunnel: a web page can choose its port, but not these names.
_OUR_NAME = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")


class OnlyFromHere:
    """Answers only requests that use a name of this machine and do not come from a page of another server.

    A web page in a user's browser can reach this machine under another name (DNS rebinding), and can send requests to
    it from anywhere.

    Parameters
    ----------
    program
        What answers, as it is called in the refusal.
    """

    def __init__(self, app: App, program: str) -> None:
        self.app = app
        self.program = program

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass valid requests on, and refuse others."""
        if scope["type"] not in ("http", "websocket") or may_pass(scope["headers"]):
            await self.app(scope, receive, send)
        else:
            words = f"{self.program} answers to 127.0.0.1 and localhost only, and to its own pages.\n"
            await refuse(scope, send, 403, words)


def may_pass(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a request names this machine, and comes from a page of this server or from no page."""
    hosts = values_of(headers, b"host")
    if len(hosts) != 1 or not _OUR_NAME.fullmatch(hosts[0]):
        return False
    return all(origin in (f"http://{hosts[0]}", f"https://{hosts[0]}") for origin in values_of(headers, b"origin"))


def values_of(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    """Return the values of a header, in lower case."""
    return [value.decode("latin-1").lower() for known, value in headers if known.lower() == name]


async def refuse(scope: Scope, send: Send, status: int, words: str) -> None:
    """Answer a request in words, or close the door to a socket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = words.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
