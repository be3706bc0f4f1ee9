"""Where the other programs of the house are, as `make up` has written it down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from warehouse.base.settings import Settings


@dataclass(frozen=True)
class Links:
    """Addresses to click on; empty where the program does not run here."""

    airflow: str = ""
    mlflow: str = ""

    def model(self, name: str, version: str) -> str:
        """The page of a registered model's version in MLflow, with its card."""
        return f"{self.mlflow}/#/models/{quote(name, safe='')}/versions/{quote(version, safe='')}"

    def run(self, run_id: str) -> str:
        """The page of a run in MLflow."""
        return f"{self.mlflow}/#/runs/{quote(run_id, safe='')}"


def links(settings: Settings) -> Links:
    """Return the addresses that the settings name, or those of the embedded set-up."""
    try:
        ports = json.loads((settings.run_folder / "addresses.json").read_text())
        here = Links(f"http://127.0.0.1:{ports['airflow_port']}", f"http://127.0.0.1:{ports['mlflow_port']}")
    except (OSError, ValueError, KeyError):
        here = Links()
    return Links(settings.airflow_url or here.airflow, settings.mlflow_url or here.mlflow)
