"""What a published version says, as hashes: two versions say the same when all their tables do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

from warehouse.base.connections import open_published
from warehouse.base.settings import Settings

# Left out of the comparison of two runs, in every table: what must differ between any two runs of the same content.
LEFT_OUT = {
    "moments of computing": (
        "scored_at", "loaded_at", "quarantined_at", "validated_at", "measured_at", "decided_at", "resolved_at",
        "arrived_at",
    ),
    "names drawn anew for each run, load, hand-in or training": (
        "pipeline_run_id", "load_id", "hand_in", "mlflow_run_id", "backtest_id",
    ),
    "MLflow's running number of a version, which a killed training uses up": ("model_version",),
}  # fmt: skip
# Which versions there were, and when: it differs by what was killed. The live version's figures are compared.
HISTORY = {"quality.publications": None, "quality.pipeline_runs": (
    "source", "as_of_date", "customers", "orders", "net_amount", "rows_read", "rows_quarantined", "status",
)}  # fmt: skip
# A training that was done and is done again sees that it need not be, writes that down, and compares the customers it
# learned from with themselves. The training itself must be there. So with a gate that was passed and is done again: its
# part on the former run has that of the same date to compare with.
SAID_AGAIN = {
    "quality.validation_results": "where suite not like '%.distribution'",
    "quality.model_promotions": "where decision <> 'not_retrained'",
    "quality.drift": "where as_of_date <> reference_date",
}
# Logs of what was done. A stage that was killed after it had written and is done again writes the same again:
# each different row counts once.
LOGS = "quality."
_VERSION_WORDS = re.compile(r"\b(version|Version) \d+")


def strict_hash(settings: Settings) -> str:
    """A hash of the live version with every row and column, the Parquet files' row counts checked against it."""
    digest = hashlib.sha256()
    with open_published(settings) as connection:
        for table in _tables(connection):
            rows = connection.execute(f"select * from {table}").fetchall()
            digest.update(f"{table} {_hash(map(repr, rows))}\n".encode())
            parquet = settings.published_folder / "parquet" / f"{table.replace('.', '/')}.parquet"
            _check_parquet(connection, parquet, table, len(rows))
    return digest.hexdigest()


def content_hashes(settings: Settings) -> dict[str, str]:
    """A hash of each table of the live version, without what must differ between two runs."""
    with open_published(settings) as connection:
        return {
            table: _hash(rows) for table in _tables(connection) if (rows := _comparable(connection, table)) is not None
        }


def difference(settings: Settings, others: dict[str, list[str]], most: int = 3) -> list[str]:
    """Rows of the live version that differ from the rows of another, for the report of a violation."""
    found = []
    with open_published(settings) as connection:
        for table, expected in others.items():
            rows = set(_comparable(connection, table) or ())
            missing, added = set(expected) - rows, rows - set(expected)
            if missing or added:
                found.append(f"{table}: {len(missing)} rows missing, {len(added)} rows added")
                found += [f"  missing {row[:600]}" for row in sorted(missing)[:most]]
                found += [f"  added   {row[:600]}" for row in sorted(added)[:most]]
    return found


def comparable_rows(settings: Settings) -> dict[str, list[str]]:
    """All comparable rows by table, to tell a difference in words."""
    with open_published(settings) as connection:
        return {table: rows for table in _tables(connection) if (rows := _comparable(connection, table)) is not None}


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
    return [f"{schema}.{table}" for schema, table in found]


def _comparable(connection: duckdb.DuckDBPyConnection, table: str) -> list[str] | None:
    """The rows as texts in a fixed order; None for a table that is not compared."""
    columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    condition = SAID_AGAIN.get(table, "")
    if table in HISTORY:
        if HISTORY[table] is None:
            return None
        columns, condition = list(HISTORY[table]), "where status = 'live'"
    left_out = {name for names in LEFT_OUT.values() for name in names}
    kept = ", ".join(f'"{name}"' for name in columns if name not in left_out)
    found = connection.execute(f"select {kept} from {table} {condition}").fetchall()
    rows = [_VERSION_WORDS.sub(r"\1 N", repr(row)) for row in found]
    return sorted(set(rows) if table.startswith(LOGS) else rows)


def _hash(rows: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def _check_parquet(connection: duckdb.DuckDBPyConnection, file: Path, table: str, expected: int) -> None:
    [(rows,)] = connection.execute("select count(*) from read_parquet(?)", [str(file)]).fetchall()
    if rows != expected:
        raise AssertionError(f"{file.name} has {rows} rows and {table} {expected}")
