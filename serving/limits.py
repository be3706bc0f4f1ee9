"""A limit to the body of a request, before anything of it is read as JSON."""

from __future__ import annotations

import json
from contextlib import suppress

from warehouse.base.only_from_here import App, Receive, Scope, Send, values_of

BODY_LIMIT_BYTES = 1_000_000


class TooLarge(Exception):
    """A request's body is larger than the limit."""


class LimitedBody:
    """Refuses bodies above the limit, whether their length is told beforehand or not."""

    def __init__(self, app: App, limit_bytes: int = BODY_LIMIT_BYTES) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = values_of(scope["headers"], b"content-length")
        if any(length.isdigit() and int(length) > self._limit_bytes for length in told):
            await self._refuse(send)
            return
        read = 0

        async def counted() -> dict:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit_bytes:
                raise TooLarge
            return message

        async def unless_too_large(message) -> None:
            if read <= self._limit_bytes:
                await send(message)

        with suppress(TooLarge):
            await self._app(scope, counted, unless_too_large)
        if read > self._limit_bytes:  # whatever was made of a body that broke off
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        words = {
            "error": f"The request is larger than {self._limit_bytes:,} bytes.",
            "what_to_do": "Send one customer at a time, with at most as many orders as /openapi.json says.",
        }
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(words).encode()})
