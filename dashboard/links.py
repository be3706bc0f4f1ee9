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
    """Return the addresses that the settings name, or those of the embedded set-up."""
    try:
        ports = json.loads((settings.run_folder / "addresses.json").read_text())
        here = Links(f"http://127.0.0.1:{ports['airflow_port']}", f"http://127.0.0.1:{ports['mlflow_port']}")
    except (OSError, ValueError, KeyError):
        here = Links()
    return Links(settings.airflow_url or here.airflow, settings.mlflow_url or here.mlflow)
