"""A whole run of a generated shop at several sizes, stage by stage, beside DuckDB reading the same files bare.

Each stage is its command from the shell in a process of its own; machines differ less in ratios to the bare reading.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.benchmark.marts import AS_OF_DATE
from tools.benchmark.report import table
from tools.benchmark.scale_files import write_shop
from warehouse.base.settings import CHECKOUT, Settings

SOURCE = "files"
_KIB_PER_GIB = 1 << 20
_JOBS = ("segmentation", "churn", "clv")
# What a run cannot do without: both files read into tables.
_BARE = (
    "import sys, duckdb; c = duckdb.connect(sys.argv[1]); "
    "[c.execute(f'create table {t} as select * from read_parquet(?)', [f'{sys.argv[2]}/{t}.parquet']) "
    "for t in ('customers', 'orders', 'order_items')]"
)


@dataclass(frozen=True)
class StageCost:
    """What one stage took.

    Attributes
    ----------
    processor_seconds
        User and system, of the process and those it waited for.
    peak_memory_gib
        Greatest resident size of one of its processes.
    problem
        Its last words, where it failed.
    """

    stage: str
    processor_seconds: float
    seconds: float
    peak_memory_gib: float
    problem: str | None = None


@dataclass(frozen=True)
class SizeMeasured:
    """One size of the shop; the first of the stages is the bare reading."""

    customer_count: int
    row_counts: dict[str, int]
    stages: list[StageCost]

    @property
    def problem(self) -> str | None:
        """The stage at which it stopped, or None."""
        return next((f"{one.stage}: {one.problem}" for one in self.stages if one.problem), None)


def measure(scratch: Path, customer_count: int, limit_seconds: float, say: Callable[[str], None]) -> SizeMeasured:
    """Write the shop's files and run all stages on them in a home of its own, until one fails.

    Parameters
    ----------
    scratch
        A folder for files and home; whoever calls removes it.
    limit_seconds
        How long a stage may take before it is stopped, which counts as a failure.
    """
    settings = Settings(home=scratch / f"home-{customer_count}")
    landing = settings.landing_of(SOURCE)
    say(f"{customer_count:,} customers: files")
    row_counts = write_shop(landing, customer_count, settings.memory_limit)
    shutil.rmtree(landing / "spilled", ignore_errors=True)
    stages: list[StageCost] = []
    for stage, command in _commands(settings, landing):
        say(f"{customer_count:,} customers: {stage}")
        stages.append(cost := _cost_of(stage, command, settings, limit_seconds))
        say(f"    {cost.problem or f'{cost.processor_seconds:.1f} s, {cost.peak_memory_gib:.2f} GiB'}")
        if cost.problem:
            break
    return SizeMeasured(customer_count, row_counts, stages)


def report_lines(found: list[SizeMeasured]) -> list[str]:
    """Return a table for each size: processor seconds, their ratio to the bare reading, memory."""
    lines = []
    for size in found:
        bare, stages = size.stages[0], size.stages[1:]
        whole = StageCost(
            "**all**",
            sum(one.processor_seconds for one in stages),
            sum(one.seconds for one in stages),
            max((one.peak_memory_gib for one in stages), default=0.0),
        )
        rows = [
            (
                one.stage,
                f"{one.processor_seconds:.1f} s",
                f"{one.seconds:.1f} s",
                f"{one.processor_seconds / bare.processor_seconds:.1f}",
                f"{one.peak_memory_gib:.2f}",
            )
            for one in (bare, *stages, whole)
        ]
        counts = ", ".join(f"{count:,} {name}" for name, count in size.row_counts.items() if name != "customers")
        head = ("stage", "processors", "clock", "times the bare reading", "peak GiB")
        lines += table(f"## {size.customer_count:,} customers: {counts}", head, rows)
        lines += [f"Stopped at {size.problem}", ""] if size.problem else []
    return lines


def _commands(settings: Settings, landing: Path) -> Iterator[tuple[str, list[str]]]:
    """The stages in order, each with its command."""
    python = [sys.executable, "-m"]
    when = ["--source", SOURCE, "--as-of", AS_OF_DATE.isoformat()]
    yield "bare reading", [sys.executable, "-c", _BARE, str(settings.home / "bare.duckdb"), str(landing)]
    yield "ingest", [*python, "warehouse", "ingest", "--source", SOURCE]
    yield "raw gate", [*python, "expectations", "raw", *when]
    yield "marts", [*python, "warehouse", "marts", *when]
    yield "marts gate", [*python, "expectations", "marts", *when]
    for action in ("train", "score"):
        for job in _JOBS:
            yield f"{action} {job}", [*python, "ml", action, "--job", job, *when]
    yield "scores gate", [*python, "expectations", "scores", *when]
    yield "activation", [*python, "warehouse", "activate", *when]
    yield "activation gate", [*python, "expectations", "activation", *when]
    yield "publish", [*python, "warehouse", "publish", *when]


def _cost_of(stage: str, command: list[str], settings: Settings, limit_seconds: float) -> StageCost:
    log = settings.home / f"{stage.replace(' ', '_')}.log"
    environment = {**os.environ, "CLIENTELE_HOME": str(settings.home)}
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output)
        watch = threading.Timer(limit_seconds, process.kill)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        watch.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    words = log.read_text(errors="replace").strip().splitlines()
    if process.returncode == -signal.SIGKILL:
        words.append(f"killed: for want of memory, or after {limit_seconds:.0f} s")
    return StageCost(
        stage,
        round(used.ru_utime + used.ru_stime, 1),
        round(time.monotonic() - began, 1),
        round(used.ru_maxrss / _KIB_PER_GIB, 2),
        (words[-1] if words else f"exit code {process.returncode}") if process.returncode else None,
    )
