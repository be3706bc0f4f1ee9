"""Between the build file and Spark: Parquet files, `<schema>.db/<table>/` as Spark lays them out.

Spark is given the tables that the models to be made read; what it makes, dbt takes into the build file in the place of
each model's own question, with the contracts and data tests that hold there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse.base.sql_text import literal, quoted

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

Table = tuple[str, str]  # schema and name
GIVEN, MADE = "given", "made"  # folders of tables that Spark reads and writes
TABLES_TAKEN = "CLIENTELE_TABLES_TAKEN"  # for the process that runs dbt on the build file: the folder of such tables
_LAYOUT = "*.db/*"


def tables_read(manifest: Manifest, select: Iterable[str]) -> set[Table]:
    """Tables and views outside a selection that its models read, those of sources included.

    Parameters
    ----------
    select
        Folders of the dbt project, as `path:models/staging`.
    """
    folders = tuple(f"{one.removeprefix('path:')}/" for one in select)
    made = {
        name: node
        for name, node in manifest.nodes.items()
        if node.resource_type in ("model", "seed") and node.original_file_path.startswith(folders)
    }
    parents = {parent for node in made.values() if node.resource_type == "model" for parent in node.depends_on.nodes}
    read: list[Any] = [manifest.expect(name) for name in parents - made.keys()]
    return {(node.schema, node.identifier) for node in read}


def write_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table], folder: Path) -> None:
    """Write tables of the build file as Parquet; those that are not there yet are left out."""
    there = set(connection.execute("select table_schema, table_name from information_schema.tables").fetchall())
    for schema, table in sorted(there & set(tables)):
        target = folder / f"{schema}.db" / table / "rows.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = f"select * from {quoted(schema)}.{quoted(table)}"
        connection.execute(f"copy ({rows}) to {literal(str(target))} (format parquet)")


def table_folders(folder: Path) -> dict[Table, Path]:
    """The tables that lie in a folder."""
    found = (path for path in sorted(folder.glob(_LAYOUT)) if any(path.glob("*.parquet")))
    return {(path.parent.name.removesuffix(".db"), path.name): path for path in found}


def question_of(path: Path) -> str:
    """SQL that reads a table of Spark in DuckDB; Spark's times are in a zone, UTC, and those of the marts in none."""
    files = f"read_parquet({literal(str(path / '*.parquet'))})"
    columns = duckdb.sql(f"describe from {files}").fetchall()
    zoned = [quoted(name) for name, kind, *_ in columns if kind == "TIMESTAMP WITH TIME ZONE"]
    replaced = ", ".join(f"{column} at time zone 'UTC' as {column}" for column in zoned)
    return f"select *{f' replace ({replaced})' if zoned else ''} from {files}"


def take_tables(manifest: Manifest | None) -> None:
    """Where Spark has made tables for this process, have dbt read them instead of asking their models' questions."""
    folder = os.environ.get(TABLES_TAKEN)
    if manifest is not None and folder:
        _take_from(Path(folder), manifest)


def _take_from(folder: Path, manifest: Manifest) -> None:
    for (schema, table), path in table_folders(folder).items():
        node: Any = manifest.nodes.get(f"model.clientele.{table}")
        if node is not None and node.schema == schema and node.config.materialized != "view":
            node.language, node.raw_code = "sql", question_of(path)
