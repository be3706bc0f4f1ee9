"""The feature query of `peer_features` in bare DuckDB, polars, pandas and Spark, each in a process of its own.

A time is told only where the rows are those of DuckDB: who forgets a join is fast.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb

from tools.benchmark.cost import StageCost, cost_of
from tools.benchmark.peer_features import ENGINES
from tools.benchmark.report import table
from warehouse.base.settings import Settings

REFERENCE = "duckdb"
_SAME_TO = 1e-6  # of a figure, and of one at least: sums of doubles depend on their order


@dataclass(frozen=True)
class PeerCost:
    """What an engine took; nothing where it is not installed or had other rows, which `problem` says."""

    engine: str
    cost: StageCost | None
    problem: str | None = None
    is_installed: bool = True


def measure(
    settings: Settings, files: Path, scratch: Path, limit_seconds: float, say: Callable[[str], None]
) -> Iterator[PeerCost]:
    """Run the query in each engine that is there; DuckDB's rows are what the others are held against.

    Parameters
    ----------
    files
        The folder of the shop's Parquet files.
    scratch
        A folder for the results, which are left there.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    for engine in ENGINES:
        if missing := _what_is_missing(engine):
            yield PeerCost(engine, None, f"{missing} is not installed", is_installed=False)
            continue
        output = scratch / f"{engine}.parquet"
        command = [sys.executable, "-m", "tools.benchmark.peer_features", engine, str(files), str(output)]
        cost = cost_of(engine, command, settings, limit_seconds)
        shutil.rmtree(f"{output}.spilled", ignore_errors=True)
        problem = cost.problem or difference(scratch / f"{REFERENCE}.parquet", output, settings)
        say(f"    {engine}: {problem or f'{cost.processor_seconds:.1f} s, {cost.peak_memory_gib:.2f} GiB'}")
        yield PeerCost(engine, None if problem else cost, problem)


def difference(expected: Path, found: Path, settings: Settings) -> str | None:
    """In which columns rows of two results differ, in words; None where they are the same.

    Numbers are the same to a millionth; a customer whom only one of them has differs in all columns.
    """
    with duckdb.connect(config={"memory_limit": settings.memory_limit, "threads": settings.threads}) as connection:
        for name, file in (("expected", expected), ("found", found)):
            everything = file / "*.parquet" if file.is_dir() else file
            connection.execute(f"create view {name} as select * from read_parquet('{everything}')")
        columns = [row[0] for row in connection.execute("describe expected").fetchall() if row[0] != "customer_id"]
        differing = [
            f"count(*) filter (not coalesce(abs(expected.{name} - found.{name}) <= {_SAME_TO}"
            f" * greatest(1, abs(expected.{name})), expected.customer_id is not null"
            f" and found.customer_id is not null and expected.{name} is null and found.{name} is null))"
            for name in columns
        ]
        counted = connection.execute(
            f"select {', '.join(differing)} from expected full join found using (customer_id)"
        ).fetchone()
    words = [f"{name} ({count:,})" for name, count in zip(columns, counted or (), strict=True) if count]
    return f"other rows than {REFERENCE}'s, in {', '.join(words)}" if words else None


def report_lines(customer_count: int, found: list[PeerCost]) -> list[str]:
    """Return a table of times with their ratio to DuckDB's, and who was not measured."""
    reference = next((one.cost for one in found if one.engine == REFERENCE), None)
    rows = [
        (
            one.engine,
            f"{one.cost.processor_seconds:.1f} s",
            f"{one.cost.seconds:.1f} s",
            f"{one.cost.processor_seconds / reference.processor_seconds:.1f}",
            f"{one.cost.peak_memory_gib:.2f}",
        )
        for one in found
        if one.cost and reference
    ]
    head = ("engine", "processors", "clock", "times DuckDB", "peak GiB")
    lines = table(f"## One feature query, {customer_count:,} customers", head, rows)
    missing = [f"- {one.engine}: {one.problem}" for one in found if one.problem]
    return [*lines, *(["Not measured:", "", *missing, ""] if missing else [])]


def _what_is_missing(engine: str) -> str | None:
    if find_spec(engine) is None:
        return engine
    return "java" if engine == "pyspark" and shutil.which("java") is None else None
