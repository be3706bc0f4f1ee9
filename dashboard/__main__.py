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

    from dashboard.access import dashboard_key, doors
    from dashboard.addresses import PlainAddresses
    from dashboard.rooted import Rooted

    behind = [Middleware(PlainAddresses), Middleware(Rooted)]
    all_of_it = [*doors(dashboard_key(settings)), *behind]
    return App(Path(__file__).resolve().parent / "script" / "app.py", middleware=all_of_it)


def _draw(settings: Settings, version: str, language: str) -> None:
    from dashboard.version_page.page import write_page

    print(write_page(settings, version, language))


def _draw_missing(settings: Settings, language: str) -> None:
    from dashboard.version_page.page import versions_without_page, write_page

    for version in versions_without_page(settings):
        print(f"Drawn anew: {write_page(settings, version, language)}")


def _serve(settings: Settings, host: str, port: int) -> None:
    from threading import Thread

    import uvicorn

    Thread(target=_make_ready, daemon=True).start()
    # Without the log of requests: the link that signs in is a secret.
    uvicorn.run(application(settings), host=host, port=port, log_level="warning", access_log=False)


def _make_ready() -> None:
    """Load what pages need before the first one is asked for."""
    from importlib import import_module

    import pandas
    from altair.utils.schemapi import disable_debug_mode

    from dashboard.menu import PAGES

    # Altair holds charts to their schema, and names layers after their rows as they are printed: a half of a page's
    # time. Tests do the former; for the latter, the first and the last row and their number are enough.
    disable_debug_mode()
    for kind in ("rows", "columns"):
        pandas.set_option(f"display.max_{kind}", 2)
    for page in PAGES:
        import_module(f"dashboard.pages.{page}")


if __name__ == "__main__":
    sys.exit(main())
