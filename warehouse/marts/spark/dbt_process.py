"""dbt on Spark in a process of its own, whose memory ends with it.

`python -m warehouse.marts.spark.dbt_process SOURCE FOLDER VARS SELECT …`

FOLDER gets `given/`, the tables of the build file that the models read, and `made/`, what they become.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.base.connections import open_build_file
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.settings import Settings
from warehouse.marts.parsed_project import parsed_file_in, parsed_project
from warehouse.marts.spark.dbt_spark import work_in
from warehouse.marts.spark.hand_over import GIVEN, MADE, table_folders, tables_read, write_tables
from warehouse.marts.spark.session import start_session

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest
    from pyspark.sql import SparkSession

# Data tests run when dbt takes the tables into the build file, unit tests in make test.
_COMMAND = ("--no-use-colors", "build", "--full-refresh", "--exclude-resource-type", "test", "unit_test")


def main(source: str, folder: str, variables: str, *select: str) -> int:
    """Make the tables of a selection; 0 when it went well, 1 when not, as dbt does."""
    from dbt.cli.main import dbtRunner

    settings, given, made = Settings(), Path(folder) / GIVEN, Path(folder) / MADE
    parsed = parsed_file_in(settings.dbt_target_folder / "spark" / "parsed", settings.build_file(source), {})
    manifest = parsed_project(parsed, json.loads(variables))
    _give(settings, source, manifest, select, given)
    session = start_session(settings, made)
    try:
        _show_tables(session, given)
        work_in(session)
        command = [*_COMMAND, "--project-dir", str(DBT_PROJECT), "--vars", variables, "--select", *select]
        return 0 if dbtRunner(manifest).invoke(command).success else 1
    finally:
        session.stop()


def _give(settings: Settings, source: str, manifest: Manifest | None, select: tuple[str, ...], folder: Path) -> None:
    if manifest is not None:  # otherwise dbt says what is wrong when it is run
        with open_build_file(settings, source, read_only=True) as connection:
            write_tables(connection, tables_read(manifest, select), folder)


def _show_tables(session: SparkSession, folder: Path) -> None:
    for (schema, table), path in table_folders(folder).items():
        session.sql(f"create schema if not exists {schema}")
        session.sql(f"create table {schema}.{table} using parquet location '{path}'")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
