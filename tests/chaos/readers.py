"""People who read while runs go on and are killed: the published file, its Parquet files and the Data Docs."""

from __future__ import annotations

import multiprocessing
import re
import time
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb

from warehouse.base.connections import open_published
from warehouse.base.settings import Settings

_PAUSE_SECONDS = 0.2
_LINK = re.compile(r'href="([^"#?:]+\.html)"')
_LIVE = "select published_version, customers, orders, net_amount from quality.pipeline_runs where status = 'live'"
_FIGURES = (
    "select (select count(*) from marts.dim_customers), (select count(*) from marts.fct_orders), "
    "(select coalesce(sum(net_amount), 0) from marts.fct_orders)"
)


@dataclass
class Reading:
    """What readers met with. Times in seconds."""

    queries: int = 0
    pages: int = 0
    longest_seconds: float = 0.0
    versions: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)

    def add(self, other: Reading) -> None:
        """Count in what another reader met with."""
        self.queries += other.queries
        self.pages += other.pages
        self.longest_seconds = max(self.longest_seconds, other.longest_seconds)
        self.versions |= other.versions
        self.violations += other.violations


class Readers:
    """Reader processes at work on one home between `start` and `stop`."""

    def __init__(self, settings: Settings, count: int) -> None:
        processes = multiprocessing.get_context("spawn")
        self._over, self._found = processes.Event(), processes.Queue()
        self._readers = [
            processes.Process(target=_read, args=(settings, self._over, self._found), daemon=True) for _ in range(count)
        ]

    def start(self) -> None:
        """Let them read."""
        for reader in self._readers:
            reader.start()

    def stop(self) -> Reading:
        """End their work and return what they met with."""
        self._over.set()
        result = Reading()
        for _ in self._readers:
            result.add(self._found.get(timeout=120))
        for reader in self._readers:
            reader.join(timeout=60)
        return result


def _read(settings: Settings, over: Event, found: Any) -> None:
    reading = Reading()
    while not over.is_set():
        for way in (_by_connection, _as_parquet, _data_docs):
            began = time.monotonic()
            try:
                way(settings, reading)
            except Exception as error:  # a violation, whatever it is
                reading.violations.append(f"reader, {way.__name__[1:]}: {type(error).__name__}: {error}"[:600])
            reading.longest_seconds = max(reading.longest_seconds, round(time.monotonic() - began, 2))
        over.wait(_PAUSE_SECONDS)
    found.put(reading)


def _by_connection(settings: Settings, reading: Reading) -> None:
    with open_published(settings) as connection:
        _agree(connection, reading)


def _as_parquet(settings: Settings, reading: Reading) -> None:
    folder = (settings.published_folder / "parquet").resolve()
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create schema quality")
        for table in ("marts.dim_customers", "marts.fct_orders", "quality.pipeline_runs"):
            file = folder / f"{table.replace('.', '/')}.parquet"
            connection.execute(f"create view {table} as select * from read_parquet('{file}')")
        _agree(connection, reading)


def _agree(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """The live row and the tables are of one version, or an AssertionError is raised."""
    [(version, *told)] = connection.execute(_LIVE).fetchall()
    [counted] = connection.execute(_FIGURES).fetchall()
    reading.queries += 2
    reading.versions.add(version)
    assert list(counted) == told, f"version {version} tells {told}, its tables {list(counted)}"


def _data_docs(settings: Settings, reading: Reading) -> None:
    """Every page that the index leads to is there: of one set, the one whose index was opened."""
    folder = settings.data_docs_folder.resolve()
    index = (folder / "index.html").read_text(encoding="utf-8")
    for link in set(_LINK.findall(index)):
        page = Path(folder, unquote(link))
        assert page.stat().st_size > 0, f"{page.name} is empty"
        reading.pages += 1
    reading.pages += 1
