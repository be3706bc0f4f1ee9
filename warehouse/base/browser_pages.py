"""Where people open the programs of the embedded set-up in a browser, for links from one to the other."""

from __future__ import annotations

import json
from dataclasses import dataclass

from warehouse.base.settings import Settings

# The name that every part answers to; the ports are chosen at the start.
_HERE = "http://127.0.0.1"


@dataclass(frozen=True)
class BrowserPages:
    """The first page of each program; empty where it does not run here, or is not known."""

    airflow: str = ""
    mlflow: str = ""
    dashboard: str = ""

    @property
    def documents(self) -> str:
        """Where Airflow shows the pages of `var/docs` (dags/plugins/documents.py)."""
        return f"{self.airflow}/documents" if self.airflow else ""


def browser_pages(settings: Settings) -> BrowserPages:
    """The addresses that the start has written down; on a server, where nothing is written down, there are none."""
    try:
        ports = json.loads((settings.run_folder / "addresses.json").read_text())
    except (OSError, ValueError):
        return BrowserPages()
    found = {name: ports.get(f"{name}_port") for name in ("airflow", "mlflow", "dashboard")}
    known = {name: f"{_HERE}:{port}" for name, port in found.items() if port}
    if settings.mlflow_tracking_uri.startswith(("http://", "https://")):  # a server of the user's own
        known["mlflow"] = settings.mlflow_tracking_uri.rstrip("/")
    return BrowserPages(**known)
