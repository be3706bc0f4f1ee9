"""Where the other programs of the house are, as `make up` has written it down."""

from __future__ import annotations

import json
from dataclasses import dataclass

from warehouse.base.settings import Settings


@dataclass(frozen=True)
class Links:
    """Addresses to click on; empty where the program does not run here."""

    airflow: str = ""
    mlflow: str = ""


def links(settings: Settings) -> Links:
    """Return the addresses of the embedded set-up, or those that the server set-up is told by its environment."""
    try:
        ports = json.loads((settings.run_folder / "addresses.json").read_text())
        here = "http://127.0.0.1"
        return Links(f"{here}:{ports['airflow_port']}", f"{here}:{ports['mlflow_port']}")
    except (OSError, ValueError, KeyError):
        return Links()
