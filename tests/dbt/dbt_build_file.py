"""A build file to test the dbt project on: raw tables filled by hand, dbt run on it as the pipeline does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.contract import load_contract
from warehouse.definitions import DBT_PROJECT
from warehouse.parsed_project import parsed_file_in
from warehouse.raw_tables import LINEAGE_COLUMNS, create_raw_tables
from warehouse.scores import create_score_tables
from warehouse.settings import CHECKOUT
from warehouse.source_definitions import SourceDefinitions, write_source_definitions

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
MART_FOLDERS = ("path:seeds", "path:models/staging", "path:models/intermediate", "path:models/marts")


@dataclass(frozen=True)
class BuildFile:
    """One DuckDB file with the schemas `raw` and `scores`."""

    path: Path

    @classmethod
    def create(cls, folder: Path, definitions: SourceDefinitions = NO_DEFINITIONS) -> BuildFile:
        build_file = cls(folder / "build.duckdb")
        with duckdb.connect(str(build_file.path)) as connection:
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
        columns = load_contract().tables[table].columns
        with duckdb.connect(str(self.path)) as connection:
            if arrival_number is None:
                newest = connection.execute(f"select coalesce(max(_arrival_number), 0) from raw.{table}").fetchone()
                arrival_number = newest[0] + 1
            values = [
                [row.get(name, spec.default) for name, spec in columns.items()]
                + [load_id, "file", number, "hash", loaded_at, arrival_number, row.get("_is_gone", False)]
                for number, row in enumerate(rows, start=1)
            ]
            names = ", ".join((*columns, *LINEAGE_COLUMNS))
            places = ", ".join("?" * (len(columns) + len(LINEAGE_COLUMNS)))
            connection.executemany(f"insert into raw.{table} ({names}) values ({places})", values)

    def execute(self, *statements: str) -> None:
        with duckdb.connect(str(self.path)) as connection:
            for statement in statements:
                connection.execute(statement)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def dbt(
        self, command: str, as_of_date: str, *arguments: str, full: bool = True, **variables: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run dbt in a process of its own and return what it said, successful or not; without increments.

        The project is parsed once for all build files that lie beside each other's folders.
        """
        parsed = parsed_file_in(self.path.parent.parent / "parsed", self.path, variables)
        return subprocess.run(
            [
                *(sys.executable, "-m", "warehouse.dbt_process"),
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
