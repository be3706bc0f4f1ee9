"""Leads what people type or keep to the address that Streamlit knows a page by.

It knows the first page by `/` alone, not by its name, and says of an address that it does not know that the page is
missing.
"""

from __future__ import annotations

from dashboard.menu import FIRST_PAGE, PAGES
from warehouse.base.only_from_here import App, Receive, Scope, Send

_SEEN_METHODS = ("GET", "HEAD")


class PlainAddresses:
    """Sends a browser on from another form of a page's address; everything else passes as it is."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say where the page is."""
        place = _place(scope["path"]) if scope["type"] == "http" and scope["method"] in _SEEN_METHODS else ""
        if not place:
            await self._app(scope, receive, send)
            return
        query = scope.get("query_string", b"")
        location = place.encode() + (b"?" + query if query else b"")
        headers = [(b"location", location), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _place(path: str) -> str:
    """Where a page is; empty where it is here, or this is no page."""
    name = path.strip("/").lower()
    if name not in PAGES:
        return ""
    known = "/" if name == FIRST_PAGE else f"/{name}"
    return "" if path == known else known
