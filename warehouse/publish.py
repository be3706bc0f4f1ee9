"""Publish: the schemas people query, copied into a new file, checked, and put in place in one atomic step."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.connections import open_build_file, open_duckdb
from warehouse.errors import PublishError
from warehouse.row_checks import literal
from warehouse.settings import Settings

PUBLISHED_SCHEMAS = ("marts", "scores", "quality")
# Rows as they stood in a file may hold personal data: they stay in the build file.
WITHHELD_COLUMNS = {("quality", "quarantined_rows"): ("row_content",)}
_BUILD = "build_file"


@dataclass(frozen=True)
class PublishReport:
    """What is live now."""

    path: Path
    version: str
    table_rows: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for hand-overs between processes."""
        return {"path": str(self.path), "version": self.version, "table_rows": self.table_rows}


def publish(settings: Settings, source: str, as_of_date: str, pipeline_run_id: str) -> PublishReport:
    """Make the build file's marts, scores and quality tables what people read.

    Readers of the former file keep it until they close it; nobody sees half of the new one.

    Raises
    ------
    PublishError
        If a table is missing or its rows do not arrive; the former file stays.
    """
    published_at = datetime.now(UTC).replace(tzinfo=None)
    version = f"{published_at:%Y%m%dT%H%M%S%f}-{source}"
    _record_run(settings, source, (pipeline_run_id, source, as_of_date, version, published_at))
    versions = settings.published_folder / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    candidate = versions / f".{version}.partial"
    try:
        table_rows = _copy_schemas(settings, settings.build_file(source), candidate)
        _check(settings, candidate, table_rows)
        kept = candidate.rename(versions / f"clientele-{version}.duckdb")
    finally:
        candidate.unlink(missing_ok=True)
    _put_in_place(kept, settings.published_file)
    _prune(versions, settings.published_versions_kept)
    return PublishReport(settings.published_file, version, table_rows)


def _record_run(settings: Settings, source: str, identity: tuple[str, str, str, str, datetime]) -> None:
    pipeline_run_id, *_ = identity
    with open_build_file(settings, source) as connection:
        try:
            connection.execute("begin")
            connection.execute("delete from quality.pipeline_runs where pipeline_run_id = ?", [pipeline_run_id])
            connection.execute(
                """
                insert into quality.pipeline_runs by name
                select
                    ? as pipeline_run_id, ? as source, ? as as_of_date, ? as published_version, ? as published_at,
                    (select count(*) from marts.dim_customers) as customers,
                    (select count(*) from marts.fct_orders) as orders,
                    (select coalesce(sum(net_amount), 0) from marts.fct_orders) as net_amount,
                    (select coalesce(sum(rows_read), 0) from quality.file_loads where not is_derived) as rows_read,
                    (select coalesce(sum(rows_quarantined), 0) from quality.file_loads) as rows_quarantined
                """,
                identity,
            )
            connection.execute("commit")
        except duckdb.Error as error:
            connection.execute("rollback")
            raise PublishError(
                f"The marts of {source!r} are not complete: {str(error).splitlines()[0]}",
                "Run build_marts and score_customers first.",
            ) from error


def _copy_schemas(settings: Settings, build_file: Path, candidate: Path) -> dict[str, int]:
    table_rows = {}
    with open_duckdb(candidate, settings, read_only=False) as connection:
        # attach takes no bound parameter
        connection.execute(f"attach {literal(str(build_file))} as {_BUILD} (read_only)")
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = ? and list_contains(?, table_schema) order by all",
            [_BUILD, list(PUBLISHED_SCHEMAS)],
        ).fetchall()
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(f"create schema {schema}")
        for schema, table in tables:
            withheld = WITHHELD_COLUMNS.get((schema, table), ())
            exclusion = f"exclude ({', '.join(withheld)})" if withheld else ""
            connection.execute(
                f'create table {schema}."{table}" as select * {exclusion} from {_BUILD}.{schema}."{table}"'
            )
            table_rows[f"{schema}.{table}"] = _count(connection, f'{_BUILD}.{schema}."{table}"')
        connection.execute(f"detach {_BUILD}")
        connection.execute("checkpoint")
    return table_rows


def _check(settings: Settings, candidate: Path, table_rows: dict[str, int]) -> None:
    if "marts.customer_360" not in table_rows:
        raise PublishError("marts.customer_360 is missing.", "Run score_customers; the former file stays in place.")
    with open_duckdb(candidate, settings, read_only=True) as connection:
        for table, expected in table_rows.items():
            schema, name = table.split(".", 1)
            found = _count(connection, f'{schema}."{name}"')
            if found != expected:
                raise PublishError(
                    f"{table} has {found:,} rows in the new file and {expected:,} in the build file.",
                    "Publish again (score_customers); the former file stays in place.",
                )


def _put_in_place(version: Path, published: Path) -> None:
    # A second name for the same bytes, renamed over the first: one step, no copy.
    staged = published.with_name(f".{published.name}.new")
    staged.unlink(missing_ok=True)
    os.link(version, staged)
    staged.replace(published)


def _prune(versions: Path, kept: int) -> None:
    for old in sorted(versions.glob("clientele-*.duckdb"))[:-kept]:
        old.unlink()


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return connection.execute(f"select count(*) from {table}").fetchone()[0]
