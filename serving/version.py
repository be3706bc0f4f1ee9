"""A published version, opened to answer from."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from serving.answer import CLV_REASONS, COLUMNS, grouped
from warehouse.base.connections import DATABASE, attach_read_only, open_duckdb, parquet_views
from warehouse.base.errors import PublishError, WarehouseBusy
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_specs

_PUBLISHED = "published"
_RUN = "select source, as_of_date from quality.pipeline_runs where published_version = ?"
_CUSTOMER = """
    select
        {columns},
        (
            select arg_max(reasons, scored_at)
            from scores.customer_clv
            where customer_id = $customer_id and as_of_date = $as_of_date
        ) as {clv_reasons}
    from marts.customer_360
    where customer_id = $customer_id
"""


@dataclass(frozen=True)
class About:
    """Which version it is: the run that made it, and the models whose scores it holds."""

    published_version: str
    source: str
    as_of_date: date
    models: dict[str, str]


class Version:
    """One published version. Its file stays open as long as somebody still asks it, whatever is live by then.

    Parameters
    ----------
    folder
        Of the version, not of the link to it.

    Raises
    ------
    PublishError
        If the version does not say which run it is of.
    WarehouseUnreadable
        If it cannot be opened.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        with ExitStack() as opened:
            self._connection = opened.enter_context(_opened(folder, settings))
            self.about = _about(self._connection, folder.name)
            self._query = _query(self._connection)
            self._idle: list[duckdb.DuckDBPyConnection] = []
            self._lock = Lock()
            # The last request that still holds the version lets go of it.
            weakref.finalize(self, opened.pop_all().close)

    def of(self, customer_id: str) -> dict[str, Any] | None:
        """What is published of a customer; None if there is no such customer."""
        with self.connection() as connection:
            about = {"customer_id": customer_id, "as_of_date": self.about.as_of_date}
            found = connection.execute(self._query, about)
            names = [column[0] for column in found.description or ()]
            row = found.fetchone()
        return None if row is None else self.answered(customer_id, dict(zip(names, row, strict=True)))

    def answered(self, customer_id: str, row: dict[str, Any]) -> dict[str, Any]:
        """The answer for a row with columns of `COLUMNS`."""
        about = self.about
        return {
            "customer_id": customer_id,
            "source": about.source,
            "as_of_date": about.as_of_date.isoformat(),
            "published_version": about.published_version,
            "models": about.models,
            **grouped(row),
        }

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for one question; each thread needs one of its own."""
        with self._lock:
            connection = self._idle.pop() if self._idle else _as_published(self._connection.cursor())
        try:
            yield connection
        finally:
            with self._lock:
                self._idle.append(connection)


@contextmanager
def _opened(folder: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own that shows the version: a process opens no path twice, whatever file is there by now."""
    with open_duckdb(Path(":memory:"), settings, read_only=False) as connection:
        try:
            attach_read_only(connection, folder / DATABASE, _PUBLISHED)
        except WarehouseBusy:  # somebody has it open to write; nobody can hold the Parquet files
            connection.execute(f"attach ':memory:' as {_PUBLISHED}")
            for statement in parquet_views(folder):
                _as_published(connection).execute(statement)
        yield _as_published(connection)


def _as_published(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute(f"use {_PUBLISHED}")
    return connection


def _about(connection: duckdb.DuckDBPyConnection, version: str) -> About:
    run = connection.execute(_RUN, [version]).fetchone()
    if run is None:
        raise PublishError(f"The published version {version} does not say which run it is of.", "Publish again.")
    source, as_of_date = run
    return About(version, source, as_of_date, _models(connection, as_of_date))


def _models(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> dict[str, str]:
    """Registered model → version whose scores of the date are published."""
    found: dict[str, str] = {}
    there = {name for (name,) in connection.execute(_SCORE_TABLES).fetchall()}
    for spec in job_specs():
        if spec.has_model and spec.scores.table in there:
            newest = connection.execute(
                f"select model_name, arg_max(model_version, scored_at) from scores.{spec.scores.table} "
                "where as_of_date = ? and model_version is not null group by model_name",
                [as_of_date],
            )
            found.update(newest.fetchall())
    return dict(sorted(found.items()))


def _query(connection: duckdb.DuckDBPyConnection) -> str:
    """The question for one customer; of a version that an earlier release published, the columns that it has."""
    known = {row[0] for row in connection.execute("describe marts.customer_360").fetchall()}
    wanted = ", ".join(name for name in COLUMNS if name in known)
    return _CUSTOMER.format(columns=wanted, clv_reasons=CLV_REASONS)


_SCORE_TABLES = "select table_name from information_schema.tables where table_schema = 'scores'"
