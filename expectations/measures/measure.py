"""Measure what a gate is about to judge, and keep the figures, whether or not the gate is passed."""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from expectations.measures.profiles import write_profiles
from expectations.measures.revenue import write_customer_360_bridge, write_marts_bridge
from expectations.thresholds import Thresholds, load_thresholds
from warehouse.connections import open_build_file
from warehouse.quality_tables import create_quality_tables
from warehouse.settings import Settings
from warehouse.transactions import transaction


def measure_gate(settings: Settings, source: str, gate: str, as_of_date: date, measured_at: datetime) -> None:
    """Write the figures of a gate into the schema `quality` of the source's build file, in one transaction.

    Raises
    ------
    WarehouseMissing, WarehouseBusy
        If there is no build file, or another process holds it.
    """
    with open_build_file(settings, source, read_only=True):
        pass  # a file that is missing is told, not made
    with open_build_file(settings, source) as connection:
        create_quality_tables(connection)
        with transaction(connection):
            measure(connection, gate, as_of_date, load_thresholds(), measured_at)


def measure(
    connection: duckdb.DuckDBPyConnection, gate: str, as_of_date: date, thresholds: Thresholds, measured_at: datetime
) -> None:
    """Write the figures of a gate; those of the same gate and date are replaced. The caller commits."""
    if gate == "marts":
        write_marts_bridge(connection, as_of_date, measured_at)
    if gate == "activation":
        write_customer_360_bridge(connection, as_of_date, measured_at)
    write_profiles(connection, gate, as_of_date, thresholds.distribution, measured_at)
