"""Who may look: the owner of the home, by a link with a key that sets the cookie of a session."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from warehouse.base.durable_files import kept_secret
from warehouse.base.only_from_here import App, OnlyFromHere, Receive, Scope, Send, refuse
from warehouse.base.settings import Settings

SIGN_IN = "/sign-in"
COOKIE = "clientele_dashboard"
_HEALTH = "/_stcore/health"  # says only that somebody listens
_SESSION_SECONDS = 30 * 86_400
_SHORTEST_KEY = 16


def dashboard_key(settings: Settings) -> str:
    """Return the key of this home's dashboard; made at the first start, and again where its file is damaged."""
    return settings.dashboard_key.get_secret_value() or kept_secret(
        settings.home / "dashboard" / "key", _whole, lambda: secrets.token_urlsafe(24) + "\n"
    )


def sign_in_link(settings: Settings, address: str) -> str:
    """Return the address that opens the dashboard signed in. Whoever has it can read what is published."""
    return f"{address}{SIGN_IN}?token={dashboard_key(settings)}"


class OnlyTheOwner:
    """Passes on requests of who has signed in on this machine, and answers the link that signs in.

    Parameters
    ----------
    key
        What the link must carry. The cookie carries a digest of it, so that it is not the key itself.
    """

    def __init__(self, app: App, key: str) -> None:
        self._key = key
        self._session = hashlib.sha256(f"session {key}".encode()).hexdigest()
        self._app = OnlyFromHere(app, "The dashboard")
        self._door = OnlyFromHere(self._sign_in, "The dashboard")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, sign in, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif scope["path"].rstrip("/") == SIGN_IN:
            await self._door(scope, receive, send)
        elif scope["path"] == _HEALTH or self._is_signed_in(scope):
            await self._app(scope, receive, send)
        else:
            words = "The dashboard opens with the link that `make status` prints; it signs you in on this browser.\n"
            await refuse(scope, send, 401, words)

    def _is_signed_in(self, scope: Scope) -> bool:
        lines = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"cookie"]
        for line in lines:
            try:
                cookie = SimpleCookie(line).get(COOKIE)
            except CookieError:
                continue
            if cookie and hmac.compare_digest(cookie.value.encode(), self._session.encode()):
                return True
        return False

    async def _sign_in(self, scope: Scope, _receive: Receive, send: Send) -> None:
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if scope["type"] != "http" or not hmac.compare_digest(given.encode(), self._key.encode()):
            await refuse(scope, send, 401, "This link does not sign in. `make status` prints the one that does.\n")
            return
        cookie = f"{COOKIE}={self._session}; Path=/; HttpOnly; SameSite=Strict; Max-Age={_SESSION_SECONDS}"
        headers = [
            (b"location", b"/"),  # the key leaves the address line
            (b"set-cookie", cookie.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
        ]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _whole(text: str) -> str:
    if len(text.strip()) < _SHORTEST_KEY:
        raise ValueError("too short to be a key")
    return text.strip()
