"""What the facts of a customer are read by, beside a published version: products, exchange rates, currency, settings.

Nothing in it is of a person. Who scores a customer by facts (`serving/`) cannot open the build file, which the pipeline
holds, and must not mix one version with the products of another.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.base.connections import attach_build_file, open_duckdb
from warehouse.base.settings import Settings
from warehouse.base.sql_text import quoted

REFERENCE = "reference.duckdb"
# By schema: tables and views of the build file that say the same of every customer.
TABLES = {
    "staging": ("stg_products", "stg_exchange_rates"),
    "intermediate": ("int_reporting_currency",),
    "state": ("source_settings", "line_kinds"),
}


def write_reference(settings: Settings, source: str, folder: Path) -> None:
    """Write the file into the folder of a version.

    Raises
    ------
    WarehouseMissing, WarehouseBusy
        If there is no build file, or another process holds it.
    """
    with open_duckdb(folder / REFERENCE, settings, read_only=False) as connection:
        build = quoted(source)  # its own name, by which its views call it
        attach_build_file(connection, settings, source, build)
        there = set(connection.execute(_THERE, [source]).fetchall())
        for schema, names in TABLES.items():
            connection.execute(f"create schema {schema}")
            for name in names:
                if (schema, name) in there:
                    connection.execute(f"create table {schema}.{name} as from {build}.{schema}.{name}")
        connection.execute(f"detach {build}")
        connection.execute("checkpoint")


_THERE = "select table_schema, table_name from information_schema.tables where table_catalog = ?"
