"""Do DuckDB and Spark make the same marts? Spark makes them anew, and all rows are compared with the build file's."""

from __future__ import annotations

from datetime import date

import duckdb

from warehouse.base.connections import one_row, open_build_file
from warehouse.base.errors import WarehouseMissing
from warehouse.base.settings import Settings
from warehouse.marts import dbt
from warehouse.marts.increments import built_as_of, definitions_of_build
from warehouse.marts.spark.compare import Comparison, compare_tables
from warehouse.marts.spark.make import tables_made
from warehouse.source_definitions.in_build_file import read_source_definitions


def compare_engines(settings: Settings, source: str) -> list[Comparison]:
    """Compare the tables that DuckDB made of a source with those that Spark makes as of the same date.

    What is made from the scores is compared where it has been made for that date.

    Raises
    ------
    WarehouseMissing
        If the marts in the build file are not DuckDB's, or not of today's models.
    SettingsError, DbtFailed
        If Spark is not installed, or cannot make them.
    """
    definitions = definitions_of_build(read_source_definitions(settings, source), "duckdb")
    with open_build_file(settings, source) as connection:
        as_of_date = built_as_of(connection, definitions)
        activated = _activated_as_of(connection)
    if as_of_date is None:
        raise WarehouseMissing(
            f"Source {source!r} has no marts that DuckDB built with today's models.",
            f"Build them first: CLIENTELE_ENGINE=duckdb python -m warehouse marts --source {source}",
        )
    environment, variables = dbt.dbt_environment(settings, source), dbt.build_variables(as_of_date)
    compared: list[Comparison] = []
    for select in (dbt.MART_SELECTION, dbt.ACTIVATION_SELECTION)[: 2 if activated == as_of_date else 1]:
        with (
            tables_made(settings, source, select, environment, variables) as folder,
            open_build_file(settings, source, read_only=True) as connection,
        ):
            compared += compare_tables(connection, folder)
    return compared


def _activated_as_of(connection: duckdb.DuckDBPyConnection) -> date | None:
    try:
        return one_row(connection, "select max(as_of_date) from marts.customer_360")[0]
    except duckdb.CatalogException:
        return None
