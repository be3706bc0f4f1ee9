"""`python -m dashboard`: the dashboard's server, on this machine alone."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from warehouse.base.command import run_command
from warehouse.base.settings import Settings

if TYPE_CHECKING:
    from streamlit.starlette import App


def main(arguments: list[str] | None = None) -> int:
    """Serve until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where it listens (default: this machine alone)")
    parser.add_argument("--port", type=int, default=0, help="default: CLIENTELE_DASHBOARD_PORT")
    options = parser.parse_args(arguments)
    return run_command(lambda settings: _serve(settings, options.host, options.port or settings.dashboard_port))


def application(settings: Settings) -> App:
    """Return the server's application: Streamlit behind the door."""
    from pathlib import Path

    from starlette.middleware import Middleware
    from streamlit.starlette import App

    from dashboard.access import OnlyTheOwner, dashboard_key

    door = Middleware(OnlyTheOwner, key=dashboard_key(settings))
    return App(Path(__file__).resolve().parent / "script" / "app.py", middleware=[door])


def _serve(settings: Settings, host: str, port: int) -> None:
    import uvicorn

    # Without the log of requests: the link that signs in is a secret.
    uvicorn.run(application(settings), host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    sys.exit(main())
