"""MLflow's server behind a door: `python -m services.mlflow_server OPTION …`, with the options of `mlflow server`.

MLflow itself lets in everybody who reaches it, and gives no way to say otherwise but accounts with passwords.
"""

from __future__ import annotations

import sys
from typing import Any

from services.sign_in import mlflow_key
from warehouse.base.browser_pages import MLFLOW_FIRST_PAGE
from warehouse.base.only_from_here import App
from warehouse.base.only_the_owner import OnlyTheOwner
from warehouse.base.settings import Settings

_APPLICATION = "services.mlflow_server:application"


def main(arguments: list[str] | None = None) -> None:
    """Serve until it is stopped."""
    from mlflow import server
    from mlflow.cli import cli

    command_of = server._build_uvicorn_command

    def behind_the_door(options: str | None, host: str, port: int, workers: int, *_: Any, **__: Any) -> list[str]:
        # Without the log of requests: the link that signs in is a secret.
        return command_of(f"{options or ''} --no-access-log", host, port, workers, _APPLICATION, is_factory=True)

    server._build_uvicorn_command = behind_the_door
    cli(["server", *(sys.argv[1:] if arguments is None else arguments)])


def application() -> App:
    """Return what each process of the server answers with: MLflow's own application for who has the key."""
    from mlflow.server.fastapi_app import app

    return OnlyTheOwner(app, mlflow_key(Settings()), "MLflow", "/health", MLFLOW_FIRST_PAGE)


if __name__ == "__main__":
    main()
