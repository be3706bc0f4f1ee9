"""`python -m dashboard`: the dashboard's server, on this machine alone; or the page of a published version."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from dashboard.base.texts import DEFAULT_LANGUAGE, LANGUAGES
from warehouse.base.command import run_command
from warehouse.base.settings import Settings

if TYPE_CHECKING:
    from streamlit.starlette import App


def main(arguments: list[str] | None = None) -> int:
    """Serve until it is stopped, draw the page of a version, or those that are missing, as after an erasure."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["serve", "page", "missing-pages"], default="serve")
    parser.add_argument("--host", default="127.0.0.1", help="serve: where it listens (default: this machine alone)")
    parser.add_argument("--port", type=int, default=0, help="serve: default CLIENTELE_DASHBOARD_PORT")
    parser.add_argument("--version", default="", help="page: of which published version (default: the live one)")
    parser.add_argument("--language", choices=LANGUAGES, default=DEFAULT_LANGUAGE, help="page: of its words")
    options = parser.parse_args(arguments)
    if options.command == "page":
        return run_command(lambda settings: _draw(settings, options.version, options.language))
    if options.command == "missing-pages":
        return run_command(lambda settings: _draw_missing(settings, options.language))
    return run_command(lambda settings: _serve(settings, options.host, options.port or settings.dashboard_port))


def application(settings: Settings) -> App:
    """Return the server's application: Streamlit behind the door."""
    from pathlib import Path

    from starlette.middleware import Middleware
    from streamlit.starlette import App

    from dashboard.access import OnlyTheOwner, dashboard_key
    from dashboard.rooted import Rooted

    door = Middleware(OnlyTheOwner, key=dashboard_key(settings))
    return App(Path(__file__).resolve().parent / "script" / "app.py", middleware=[door, Middleware(Rooted)])


def _draw(settings: Settings, version: str, language: str) -> None:
    from dashboard.version_page.page import write_page

    print(write_page(settings, version, language))


def _draw_missing(settings: Settings, language: str) -> None:
    from dashboard.version_page.page import versions_without_page, write_page

    for version in versions_without_page(settings):
        print(f"Drawn anew: {write_page(settings, version, language)}")


def _serve(settings: Settings, host: str, port: int) -> None:
    import uvicorn

    # Without the log of requests: the link that signs in is a secret.
    uvicorn.run(application(settings), host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    sys.exit(main())
