"""A build file to test the dbt project on: raw tables filled by hand, dbt run on it as the pipeline does."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from warehouse.base.connections import BUILD_FILE_FORMAT
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.settings import CHECKOUT
from warehouse.marts.increments import begin, complete
from warehouse.marts.parsed_project import parsed_file_in
from warehouse.source_definitions.in_build_file import SourceDefinitions, write_source_definitions
from warehouse.tables.contract import load_contract
from warehouse.tables.raw_tables import LINEAGE_COLUMNS, create_raw_tables
from warehouse.tables.scores import create_score_tables

# The run's own date in these tests and, one horizon earlier, its evaluation date.
AS_OF_DATE = "2011-03-01"
EVALUATION_DATE = "2010-12-01"
# What people read as of a date; customer_contacts is kept by id, not by date.
DATED_MARTS = (
    "dim_customers",
    "fct_orders",
    "fct_order_items",
    "customer_features",
    "customer_labels",
    "customer_rfm",
    "cohort_retention",
    "monthly_sales",
)
NO_DEFINITIONS = SourceDefinitions()  # neither a currency nor kinds of lines
# … and what is needed to build just these.
DATED_MODELS = tuple(f"+{mart}" for mart in DATED_MARTS)
MART_FOLDERS = ("path:seeds", "path:models/staging", "path:models/intermediate", "path:models/marts")


@dataclass(frozen=True)
class BuildFile:
    """One DuckDB file with the schemas `raw` and `scores`."""

    path: Path

    @classmethod
    def create(cls, folder: Path, definitions: SourceDefinitions = NO_DEFINITIONS) -> BuildFile:
        build_file = cls(folder / "build.duckdb")
        with duckdb.connect(str(build_file.path), config=dict(BUILD_FILE_FORMAT)) as connection:
            create_raw_tables(connection)
            create_score_tables(connection)
            write_source_definitions(connection, definitions)
        return build_file

    def copy_to(self, folder: Path) -> BuildFile:
        return BuildFile(Path(shutil.copy(self.path, folder / "build.duckdb")))

    def insert(
        self,
        table: str,
        rows: list[dict[str, Any]],
        loaded_at: str = "2026-01-01",
        load_id: str = "load",
        arrival_number: int | None = None,
    ) -> None:
        """Append rows to a raw table as one load; columns left out get the contract's default or nothing.

        Each load arrives after those that the table has, unless a number says otherwise. A row may say ``_is_gone``.
        """
        self.insert_all({table: rows}, loaded_at, load_id, arrival_number)

    def insert_all(
        self,
        tables: Mapping[str, list[dict[str, Any]]],
        loaded_at: str = "2026-01-01",
        load_id: str = "load",
        arrival_number: int | None = None,
    ) -> None:
        """As `insert`, rows of several tables."""
        with duckdb.connect(str(self.path)) as connection:
            for table, rows in tables.items():
                columns = load_contract().tables[table].columns
                newest = connection.execute(f"select coalesce(max(_arrival_number), 0) from raw.{table}").fetchone()
                arrived = newest[0] + 1 if arrival_number is None else arrival_number
                values = [
                    [row.get(name, spec.default) for name, spec in columns.items()]
                    + [load_id, "file", number, "hash", loaded_at, arrived, row.get("_is_gone", False)]
                    for number, row in enumerate(rows, start=1)
                ]
                names = ", ".join((*columns, *LINEAGE_COLUMNS))
                _append(connection, f"raw.{table} ({names})", values, self.path.with_name("rows.csv"))

    def execute(self, *statements: str) -> None:
        with duckdb.connect(str(self.path)) as connection:
            for statement in statements:
                connection.execute(statement)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def contents(self, tables: Iterable[str]) -> dict[str, str]:
        """All rows of each table in one text, whatever their order; opening the file takes as long as ten of them."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return {
                table: repr(connection.execute(f"select * from {table} order by all").fetchall()) for table in tables
            }

    def row_counts(self) -> dict[str, int]:
        """Of each table and view that dbt has made."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            made = connection.execute(
                "select table_name, table_schema || '.' || table_name from information_schema.tables "
                "where table_schema in ('staging', 'intermediate', 'marts', 'pii')"
            ).fetchall()
            return {name: connection.execute(f"select count(*) from {place}").fetchall()[0][0] for name, place in made}

    def dbt(
        self, command: str, as_of_date: str, *arguments: str, full: bool = True, **variables: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run dbt in a process of its own and return what it said, successful or not; without increments.

        The project is parsed once for all build files that lie beside each other's folders.
        """
        parsed = parsed_file_in(self.path.parent.parent / "parsed", self.path, variables)
        return subprocess.run(
            [
                *(sys.executable, "-m", "warehouse.marts.dbt_process"),
                *(str(parsed), json.dumps({"as_of_date": as_of_date, **variables})),
                "--no-use-colors",
                command,
                *(("--full-refresh",) if full and command == "build" else ()),
                *("--project-dir", str(DBT_PROJECT)),
                *arguments,
            ],
            env={
                **os.environ,
                "CLIENTELE_BUILD_FILE": str(self.path),
                "DBT_PROFILES_DIR": str(DBT_PROJECT),
                "DBT_TARGET_PATH": str(self.path.parent / "target"),
                "DBT_LOG_PATH": str(self.path.parent / "logs"),
                "PYTHONPATH": str(CHECKOUT),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def build(self, as_of_date: str, *arguments: str, command: str = "build", **variables: Any) -> str:
        """Run dbt, which must succeed."""
        done = self.dbt(command, as_of_date, *arguments, **variables)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr
        return done.stdout

    def build_as_the_pipeline(
        self,
        as_of_date: str,
        select: tuple[str, ...] = MART_FOLDERS,
        *,
        full: bool = False,
        killed_after: str | None = None,
        **variables: Any,
    ) -> bool:
        """Build the marts, what changed alone where that is enough; return whether it was an increment."""
        with duckdb.connect(str(self.path)) as connection:
            increment = begin(connection, date.fromisoformat(as_of_date), "same", full=full)
        selection = ("path:seeds", f"+{killed_after}") if killed_after else select
        models = ("--select", *selection, "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
        done = self.dbt("build", as_of_date, *increment.dbt_arguments, *models, full=False, **variables)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        if not killed_after:
            with duckdb.connect(str(self.path)) as connection:
                complete(connection)
        return not increment.is_full


def _append(connection: duckdb.DuckDBPyConnection, target: str, values: list[list[Any]], file: Path) -> None:
    """Insert by way of a file: a statement for each row takes as long as building the marts."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([[r"\N" if value is None else value for value in row] for row in values])
    connection.execute(
        f"insert into {target} select * from read_csv(?, all_varchar = true, header = false, nullstr = ?)",
        [str(file), r"\N"],
    )
    file.unlink()
