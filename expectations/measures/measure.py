"""Measure what a gate is about to check, and keep the figures, whether or not the gate is passed."""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from expectations.measures.amount_differences import write_amount_differences
from expectations.measures.amount_places import write_amount_places
from expectations.measures.profiles import accept_profiles, waiting_gates, write_profiles
from expectations.measures.revenue import CUSTOMER_360_STEPS, MARTS_STEPS, write_bridge
from expectations.preparations import prepare
from expectations.thresholds import Thresholds, load_thresholds
from warehouse.base.build_file import BuildFile
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.base.transactions import transaction
from warehouse.tables.quality_tables import create_quality_tables


def measure_gate(connection: duckdb.DuckDBPyConnection, gate: str, as_of_date: date, measured_at: datetime) -> None:
    """Write the figures of a gate into the schema `quality`, in one transaction."""
    create_quality_tables(connection)
    with transaction(connection):
        measure(connection, gate, as_of_date, load_thresholds(), measured_at)


def accept_measured(settings: Settings, source: str, as_of_date: date) -> str:
    """Let later runs compare with what the gates measured last for a date, passed or not; say so in words.

    Raises
    ------
    SettingsError
        If nothing was measured for that date that is not accepted yet.
    WarehouseMissing, WarehouseBusy
        If there is no build file, or another process holds it.
    """
    with BuildFile(settings, source).opened() as connection:
        create_quality_tables(connection)
        with transaction(connection):
            gates = waiting_gates(connection, as_of_date)
            for gate in gates:
                accept_profiles(connection, gate, as_of_date)
    if not gates:
        raise SettingsError(
            f"No gate of {source} measured anything as of {as_of_date} that is not accepted already.",
            "Name the date of the run that was stopped: --as-of YYYY-MM-DD.",
        )
    return f"Accepted as of {as_of_date}: what gate {', '.join(gates)} measured. Run the gate again."


def measure(
    connection: duckdb.DuckDBPyConnection, gate: str, as_of_date: date, thresholds: Thresholds, measured_at: datetime
) -> None:
    """Write the figures of a gate; those of the same gate and date are replaced. The caller commits."""
    prepare(connection, gate)
    if gate == "raw":
        write_amount_differences(connection, as_of_date, thresholds.data_docs.runs_kept, measured_at)
    if gate == "marts":
        write_bridge(connection, MARTS_STEPS, as_of_date, measured_at)
        write_amount_places(connection, as_of_date, thresholds, measured_at)
    if gate == "activation":
        write_bridge(connection, CUSTOMER_360_STEPS, as_of_date, measured_at)
    write_profiles(connection, gate, as_of_date, thresholds, measured_at)
