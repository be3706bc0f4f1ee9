"""Make the data that are measured on, once per size and outside all measurements."""

from __future__ import annotations

from pathlib import Path

from tools.benchmark.marts import write_marts
from tools.benchmark.shop import purchase_histories, simulated_orders
from warehouse.base.definitions import load_definitions
from warehouse.base.settings import Settings

HISTORIES_FILE = "histories.parquet"


def scratch_settings(scratch: Path) -> Settings:
    """Settings of a home of the benchmark's own, with MLflow on its own database."""
    return Settings(home=scratch, mlflow_tracking_uri="", mlflow_artifact_location="")


def prepare_histories(scratch: Path, customer_count: int) -> None:
    purchase_histories(simulated_orders(customer_count)).to_parquet(scratch / HISTORIES_FILE)


def prepare_marts(scratch: Path, customer_count: int) -> None:
    """Write the marts and set up MLflow's database, which takes seconds the first time."""
    from ml.tracking import TrackingServer

    settings = scratch_settings(scratch)
    write_marts(settings, simulated_orders(customer_count), load_definitions())
    with TrackingServer(settings).client() as client:
        client.search_experiments()
