"""Pages of `var/docs` in the browser, for whoever has signed in to Airflow: run summaries and Data Docs; and the way
to the other programs in Airflow's menu.

Every part of Airflow loads plugins, so modules of the API server are imported only when a request needs them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from warehouse.base.browser_pages import browser_pages
from warehouse.base.only_from_here import Receive, Scope, Send
from warehouse.base.settings import Settings

DOCUMENTS = "/documents"
# What is shown is text of the user's data: whatever is in it, it runs nothing and fetches nothing.
_HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_KINDS = {".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".md": "text/plain"}


async def documents(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a file below `var/docs`: `/documents/runs/<version>.html`, `/documents/validations/index.html`."""
    from starlette.requests import Request
    from starlette.responses import FileResponse, PlainTextResponse, Response

    response: Response
    request = Request(scope)
    if not await _has_signed_in(request):
        response = PlainTextResponse("Sign in to Airflow first: `make status` prints the link.\n", status_code=401)
    elif file := _file(Settings().home / "docs", request.scope["path"].removeprefix(scope.get("root_path", ""))):
        response = FileResponse(file, media_type=_KINDS[file.suffix])
    else:
        words = "There is no such page. It may have been removed, or not been written yet.\n"
        response = PlainTextResponse(words, status_code=404)
    response.headers.update(_HARMLESS)
    await response(scope, receive, send)


async def _has_signed_in(request: Any) -> bool:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN

    token = request.cookies.get(COOKIE_NAME_JWT_TOKEN)
    if not token or request.method not in ("GET", "HEAD"):
        return False
    try:
        await get_auth_manager().get_user_from_token(token)
    except Exception:  # a token that is wrong, old or revoked; which, is nobody's business
        return False
    return True


def _file(folder: Path, path: str) -> Path | None:
    """The file of a path, if it is a page below the folder."""
    wanted = (folder / path.lstrip("/")).resolve()
    is_below = wanted.is_relative_to(folder.resolve())
    return wanted if is_below and wanted.suffix in _KINDS and wanted.is_file() else None


def _menu() -> list[dict[str, Any]]:
    pages = browser_pages(Settings())
    entries = {
        "Dashboard": pages.dashboard,
        "MLflow": pages.mlflow and f"{pages.mlflow}/#/experiments?workflowType=machine_learning",
        "Data Docs": pages.documents and f"{pages.documents}/validations/index.html",
    }
    return [
        {"name": name, "href": address, "destination": "nav", "nav_top_level": True}
        for name, address in entries.items()
        if address
    ]


class Documents(AirflowPlugin):
    """The plugin, which Airflow finds in its folder of plugins."""

    name = "clientele_documents"
    fastapi_apps = [{"app": documents, "url_prefix": DOCUMENTS, "name": "Pages of var/docs"}]  # noqa: RUF012 - Airflow's
    external_views = _menu()
