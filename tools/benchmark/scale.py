"""A whole run of a generated shop at several sizes, stage by stage, beside what others take for the same files.

Each stage is its command from the shell in a process of its own; machines differ less in ratios to the bare reading. In
the same run: one feature query in several engines, and the shop's last day against everything.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.benchmark import day, peers
from tools.benchmark.cost import StageCost, cost_of
from tools.benchmark.marts import AS_OF_DATE
from tools.benchmark.report import table
from tools.benchmark.scale_files import split_off_last_day, write_shop
from warehouse.base.settings import Settings

SOURCE = "files"
PEERS, STAGES, DAY = "peers", "stages", "day"
WHAT = (PEERS, STAGES, DAY)
_JOBS = ("segmentation", "churn", "clv")
# What a run cannot do without: both files read into tables.
_BARE = (
    "import sys, duckdb; c = duckdb.connect(sys.argv[1]); "
    "[c.execute(f'create table {t} as select * from read_parquet(?)', [f'{sys.argv[2]}/{t}.parquet']) "
    "for t in ('customers', 'orders', 'order_items')]"
)


@dataclass
class SizeMeasured:
    """One size of the shop; the first of the stages is the bare reading."""

    customer_count: int
    row_counts: dict[str, int]
    stages: list[StageCost] = field(default_factory=list)
    peers: list[peers.PeerCost] = field(default_factory=list)
    day: day.Measured | None = None
    day_problem: str | None = None

    @property
    def stopped_at(self) -> str | None:
        """The stage at which it stopped, or None."""
        return next((f"{one.stage}: {one.problem}" for one in self.stages if one.problem), None)

    @property
    def problem(self) -> str | None:
        """What went wrong first, or None; an engine that is not installed is none."""
        wrong = [f"{one.engine}: {one.problem}" for one in self.peers if one.problem and one.is_installed]
        return next((words for words in (self.stopped_at, *wrong, self.day_problem) if words), None)


def measure(
    scratch: Path,
    customer_count: int,
    limit_seconds: float,
    say: Callable[[str], None],
    what: Collection[str] = WHAT,
) -> SizeMeasured:
    """Write the shop's files; run the feature query in all engines, all stages until one fails, and the day.

    Parameters
    ----------
    scratch
        A folder for files and homes; whoever calls removes it.
    limit_seconds
        How long a stage may take before it is stopped, which counts as a failure.
    what
        Which of `WHAT`.
    """
    settings = Settings(home=scratch / f"home-{customer_count}")
    landing = settings.landing_of(SOURCE)
    say(f"{customer_count:,} customers: files")
    found = SizeMeasured(customer_count, write_shop(landing, customer_count, settings.memory_limit))
    shutil.rmtree(landing / "spilled", ignore_errors=True)
    if PEERS in what:
        say(f"{customer_count:,} customers: one query in several engines")
        found.peers = list(peers.measure(settings, landing, scratch / "peers", limit_seconds, say))
    if STAGES in what:
        found.stages = list(_stages(settings, landing, limit_seconds, lambda text: say(f"{customer_count:,} {text}")))
    if DAY in what and not found.stopped_at:
        say(f"{customer_count:,} customers: the last day against everything")
        _measure_day(found, landing, scratch / "day")
    return found


def _measure_day(found: SizeMeasured, landing: Path, scratch: Path) -> None:
    try:
        parts = split_off_last_day(landing, scratch)
        found.day = day.measure(f"{found.customer_count:,} customers", SOURCE, parts, AS_OF_DATE, scratch)
    except RuntimeError as error:
        found.day_problem = str(error)
        return
    if found.day.differing_tables:
        found.day_problem = (
            f"the last day ended with other rows than everything: {', '.join(found.day.differing_tables)}"
        )


def _stages(settings: Settings, landing: Path, limit_seconds: float, say: Callable[[str], None]) -> Iterator[StageCost]:
    for stage, command in _commands(settings, landing):
        say(f"customers: {stage}")
        yield (cost := cost_of(stage, command, settings, limit_seconds))
        say(f"    {cost.problem or f'{cost.processor_seconds:.1f} s, {cost.peak_memory_gib:.2f} GiB'}")
        if cost.problem:
            return


def report_lines(found: list[SizeMeasured]) -> list[str]:
    """Return the tables of each size: stages, engines, the day."""
    lines = []
    for size in found:
        lines += _stage_lines(size) if size.stages else []
        lines += [f"Stopped at {size.stopped_at}", ""] if size.stopped_at else []
        lines += peers.report_lines(size.customer_count, size.peers)
        lines += [f"## The last day, {size.customer_count:,} customers", "", *size.day.lines()] if size.day else []
        lines += [size.day_problem, ""] if size.day_problem else []
    return lines


def _stage_lines(size: SizeMeasured) -> list[str]:
    """Processor seconds of each stage, their ratio to the bare reading, memory."""
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
    return table(f"## {size.customer_count:,} customers: {counts}", head, rows)


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
