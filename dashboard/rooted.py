"""Tells Streamlit's page where its server is, so that a link to one page does not look for a server below it.

Without a word, the page asks at every level of its address, and each miss stands as an error in the browser's console.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

from warehouse.base.only_from_here import App, Receive, Scope, Send

# Streamlit's page reads it before it connects.
_WORD = b'<script>window.__streamlit={BACKEND_BASE_URL:location.origin+"/"}</script>'
_AFTER = b"<head>"


class Rooted:
    """Adds the word to pages of HTML; everything else passes as it is."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and complete its answer."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        await self._app({**scope, "headers": _plain(scope["headers"])}, receive, _Completing(send))


def _plain(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of a request, of which a page is answered whole and not packed."""
    accepted = b"".join(value for name, value in headers if name.lower() == b"accept")
    if b"text/html" not in accepted:
        return headers
    left_out = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
    return [(name, value) for name, value in headers if name.lower() not in left_out]


class _Completing:
    """What an answer is sent by: a page of HTML is held until it is whole."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: MutableMapping[str, Any] | None = None
        self._body = b""

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start" and _is_plain_page(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: MutableMapping[str, Any]) -> None:
        body = self._body.replace(_AFTER, _AFTER + _WORD, 1)
        changed = (b"content-length", b"etag", b"last-modified")
        headers = [(name, value) for name, value in start["headers"] if name.lower() not in changed]
        await self._send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self._send({"type": "http.response.body", "body": body})


def _is_plain_page(start: MutableMapping[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    is_page = headers.get(b"content-type", b"").startswith(b"text/html")
    return is_page and start["status"] == HTTPStatus.OK and b"content-encoding" not in headers
