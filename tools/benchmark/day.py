"""A day as an increment against everything from the start, stage by stage: what grows with the history, what does not.

Each stage is its command from the shell, without training and scoring. The marts of both ways are compared by their
rows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from warehouse.base.settings import CHECKOUT, Settings


@dataclass(frozen=True)
class StageTime:
    """Both ways of one stage: seconds on the clock, and seconds of the processors, its children's included."""

    stage: str
    day_seconds: float
    rebuild_seconds: float
    day_processor_seconds: float
    rebuild_processor_seconds: float


@dataclass(frozen=True)
class Measured:
    """One shop: its size, its stages, and which marts ended otherwise."""

    name: str
    line_count: int
    day_line_count: int
    stages: tuple[StageTime, ...]
    differing_tables: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Markdown: a table of the stages, processor seconds (seconds on the clock), and the sum."""
        yield f"{self.name}: {self.line_count:,} order lines, {self.day_line_count:,} of them on the day."
        yield ""
        yield "| stage | the day | everything | ratio |"
        yield "|---|---:|---:|---:|"
        for one in (*self.stages, self.total()):
            ratio = one.day_processor_seconds / one.rebuild_processor_seconds
            yield (
                f"| {one.stage} | {one.day_processor_seconds:.1f} s ({one.day_seconds:.1f}) "
                f"| {one.rebuild_processor_seconds:.1f} s ({one.rebuild_seconds:.1f}) | {ratio:.2f} |"
            )
        yield ""

    def total(self) -> StageTime:
        """All stages together."""
        numbers: dict[str, float] = {
            name: sum(getattr(one, name) for one in self.stages) for name in asdict(self.stages[0]) if name != "stage"
        }
        return StageTime("**all**", **numbers)


def measure(name: str, source: str, parts: tuple[Path, Path], as_of: date, work: Path) -> Measured:
    """Run the history and then the day in one home, all of it at once in another.

    Parameters
    ----------
    parts
        Folders with the files of the history, and with those of the day.
    as_of
        The date after the day.

    Raises
    ------
    RuntimeError
        If a stage fails.
    """
    before, day = parts
    increments, rebuilt = Settings(home=work / "increments"), Settings(home=work / "rebuilt")
    _land(increments, source, before)
    _run_stages(increments, source, as_of - timedelta(days=1))
    line_count_before = _line_count(increments, source)
    _land(increments, source, day)
    for folder in (before, day):
        _land(rebuilt, source, folder)
    times = [
        StageTime(stage, day_times[0], all_times[0], day_times[1], all_times[1])
        for (stage, *day_times), (_, *all_times) in zip(
            _run_stages(increments, source, as_of), _run_stages(rebuilt, source, as_of), strict=True
        )
    ]
    found, expected = _contents(increments), _contents(rebuilt)
    differing = tuple(sorted(table for table in found.keys() | expected if found.get(table) != expected.get(table)))
    line_count = _line_count(increments, source)
    return Measured(name, line_count, line_count - line_count_before, tuple(times), differing)


def _land(settings: Settings, source: str, folder: Path) -> None:
    landing = settings.landing_of(source)
    landing.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        shutil.copyfile(file, landing / file.name)


def _run_stages(settings: Settings, source: str, as_of: date) -> list[tuple[str, float, float]]:
    """Run one after the other; the name of each, its seconds and its processor seconds."""
    when = ("--source", source, "--as-of", as_of.isoformat())
    return [
        _timed(settings, "ingest", "warehouse", "ingest", "--source", source),
        _timed(settings, "raw gate", "expectations", "raw", *when),
        _timed(settings, "marts", "warehouse", "marts", *when),
        _timed(settings, "marts gate", "expectations", "marts", *when),
        _timed(settings, "activation", "warehouse", "activate", *when),
        _timed(settings, "publish", "warehouse", "publish", *when),
    ]


def _timed(settings: Settings, stage: str, package: str, *arguments: str) -> tuple[str, float, float]:
    environment = {**os.environ, "CLIENTELE_HOME": str(settings.home)}
    began, used = time.monotonic(), os.times()
    done = subprocess.run(
        [sys.executable, "-m", package, *arguments],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{stage} ended with {done.returncode}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    ended = os.times()
    processors = ended.children_user + ended.children_system - used.children_user - used.children_system
    return stage, time.monotonic() - began, processors


def _line_count(settings: Settings, source: str) -> int:
    with duckdb.connect(str(settings.build_file(source)), read_only=True) as connection:
        [(count,)] = connection.execute("select count(*) from raw.order_items").fetchall()
    return count


def _contents(settings: Settings) -> dict[str, list[tuple[int, int]]]:
    """Rows and hash of the rows, in any order, of each table of the published marts."""
    with duckdb.connect(str(settings.published_file), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        return {
            table: connection.execute(f"select count(*), sum(hash(t)) from marts.{table} as t").fetchall()
            for (table,) in tables
        }
