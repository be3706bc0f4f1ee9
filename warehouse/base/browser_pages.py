"""Where people open the programs of the embedded set-up in a browser, for links from one to the other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from warehouse.base.settings import Settings

# The name that every part answers to; the ports are chosen at the start.
_HERE = "http://127.0.0.1"
# MLflow opens in its mode for language models unless the address says otherwise.
MLFLOW_MODE = "workflowType=machine_learning"
MLFLOW_FIRST_PAGE = f"/#/experiments?{MLFLOW_MODE}"


@dataclass(frozen=True)
class BrowserPages:
    """The first page of each program, and of `var/docs`; empty where it does not run here, or is not known."""

    airflow: str = ""
    mlflow: str = ""
    dashboard: str = ""
    documents: str = ""  # as Airflow shows them (dags/plugins/documents.py)

    def model(self, name: str, version: str) -> str:
        """The page of a registered model's version in MLflow, with its card."""
        return f"{self.mlflow}/#/models/{quote(name, safe='')}/versions/{quote(version, safe='')}?{MLFLOW_MODE}"

    def run(self, run_id: str) -> str:
        """The page of a run in MLflow."""
        return f"{self.mlflow}/#/runs/{quote(run_id, safe='')}"


def browser_pages(settings: Settings) -> BrowserPages:
    """The addresses that the settings name, or those that the start has written down; on a server there are none."""
    try:
        ports = json.loads((settings.run_folder / "addresses.json").read_text())
    except (OSError, ValueError):
        ports = {}
    found = {name: ports.get(f"{name}_port") for name in ("airflow", "mlflow", "dashboard")}
    known = {name: f"{_HERE}:{port}" for name, port in found.items() if port}
    if "airflow" in known:
        known["documents"] = f"{known['airflow']}/documents"
    if settings.mlflow_tracking_uri.startswith(("http://", "https://")):  # a server of the user's own
        known["mlflow"] = settings.mlflow_tracking_uri.rstrip("/")
    named = {"airflow": settings.airflow_url, "mlflow": settings.mlflow_url, "dashboard": settings.dashboard_url}
    return BrowserPages(**{**known, **{name: address.rstrip("/") for name, address in named.items() if address}})
