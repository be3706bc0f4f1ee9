"""Who may look at a server: whoever came by the link with its key, as an ASGI middleware."""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from warehouse.base.only_from_here import App, Receive, Scope, Send, refuse

SIGN_IN = "/sign-in"
_SESSION_SECONDS = 30 * 86_400


def sign_in_link(address: str, key: str) -> str:
    """The address that opens a server signed in. It is a secret."""
    return f"{address}{SIGN_IN}?token={key}"


def session_cookie(key: str) -> tuple[str, str]:
    """Name and value of the cookie that who came by the link carries; servers with the same key share it.

    Browsers send cookies to all ports of a machine: servers with other keys need another name.
    """
    name, value = (hashlib.sha256(f"{part} {key}".encode()).hexdigest() for part in ("name", "session"))
    return f"clientele_{name[:8]}", value


class OnlyTheOwner:
    """Passes on requests of who has signed in, and answers the link that signs in.

    Parameters
    ----------
    key
        What the link must carry, or a program's request as the token of a bearer. The cookie carries a digest of it.
    program
        What answers, as it is called in the refusal.
    health
        The path that says only that somebody listens, to everybody.
    first_page
        Where the link leads.
    """

    def __init__(self, app: App, key: str, program: str, health: str, first_page: str = "/") -> None:
        self._app = app
        self._key = key
        self._cookie, self._session = session_cookie(key)
        self._program = program
        self._health = health
        self._first_page = first_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, sign in, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif scope["path"].rstrip("/") == SIGN_IN:
            await self._sign_in(scope, send)
        elif scope["path"] == self._health or self._is_signed_in(scope) or self._is_program(scope):
            await self._app(scope, receive, send)
        else:
            words = f"{self._program} opens with the link that `make status` prints; it signs you in on this browser.\n"
            await refuse(scope, send, 401, words)

    def _is_signed_in(self, scope: Scope) -> bool:
        for line in _lines(scope, b"cookie"):
            try:
                cookie = SimpleCookie(line).get(self._cookie)
            except CookieError:
                continue
            if cookie and hmac.compare_digest(cookie.value.encode(), self._session.encode()):
                return True
        return False

    def _is_program(self, scope: Scope) -> bool:
        given = [line.partition(" ") for line in _lines(scope, b"authorization")]
        return any(
            scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._key.encode())
            for scheme, _, token in given
        )

    async def _sign_in(self, scope: Scope, send: Send) -> None:
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if scope["type"] != "http" or not hmac.compare_digest(given.encode(), self._key.encode()):
            await refuse(scope, send, 401, "This link does not sign in. `make status` prints the one that does.\n")
            return
        session = f"{self._cookie}={self._session}; Path=/; HttpOnly; SameSite=Strict; Max-Age={_SESSION_SECONDS}"
        headers = [
            (b"location", self._first_page.encode()),  # the key leaves the address line
            (b"set-cookie", session.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
        ]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _lines(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for known, value in scope["headers"] if known.lower() == name]
