"""Reports as Markdown, with what they are made of as JSON beside them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from tools.benchmark.measurement import Measurement
from tools.benchmark.subjects import PURCHASE_MODELS, measured_jobs

MODEL_STEPS = ("fit", "expected", "active_probability")
_HEAD = "processor seconds (seconds on the clock)"

Found = Mapping[tuple[str, int], Measurement]


def write(stem: Path, lines: Sequence[str], content: Any, started: datetime | None = None) -> str:
    """Write a report under a name with the time in it; return it as text, with its path."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    path = stem.with_name(f"{stem.name}-{started or datetime.now(UTC):%Y%m%dT%H%M%S}.md")
    path.with_suffix(".json").write_text(json.dumps(content, indent=2) + "\n")
    path.write_text("\n".join(lines) + "\n")
    return f"\n{path.read_text()}\n{path}"


def report_lines(found: Sequence[Measurement]) -> list[str]:
    """Return the machine, all tables that there are measurements for, and what could not be measured."""
    by_key = {(one.subject, one.customer_count): one for one in found}
    counts = sorted({one.customer_count for one in found})
    problems = [f"- {one.subject}, {one.customer_count:,} customers: {one.problem}" for one in found if one.problem]
    return [
        *(machine(), "", *_models_table(by_key, counts), *_jobs_table(by_key, counts)),
        *(["## Not measured", "", *problems, ""] if problems else []),
    ]


def machine() -> str:
    """Size and load of the machine, in words."""
    memory_gib = psutil.virtual_memory().total >> 30
    python = ".".join(map(str, sys.version_info[:2]))
    load = psutil.getloadavg()[2]
    return (
        f"{psutil.cpu_count()} processors, {memory_gib} GiB, Python {python}; load over the last 15 minutes {load:.1f}."
    )


def _models_table(by_key: Found, counts: Sequence[int]) -> list[str]:
    rows = [
        [name, f"{count:,}", *(_time(one, step) for step in MODEL_STEPS), _memory(one)]
        for name in PURCHASE_MODELS
        for count in counts
        if (one := by_key.get((name, count)))
    ]
    steps = ("fit", "expected", "P(active)")
    return table(f"## Purchase models, {_HEAD}", ("model", "customers", *steps, "peak MiB"), rows)


def _jobs_table(by_key: Found, counts: Sequence[int]) -> list[str]:
    rows = [
        [job, f"{count:,}", _time(train, "train"), _memory(train), _time(score, "score"), _memory(score)]
        for job in measured_jobs()
        for count in counts
        if (train := by_key.get((f"{job}_train", count))) and (score := by_key.get((f"{job}_score", count)))
    ]
    head = ("job", "customers", "training", "peak MiB", "scoring", "peak MiB")
    return table(f"## Jobs, {_HEAD}", head, rows)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Lines of a table whose first column is a name and whose others are numbers; none without rows."""
    lines = [f"| {' | '.join(map(str, row))} |" for row in (head, *rows)]
    return [title, "", lines[0], "|---" + "|--:" * (len(head) - 1) + "|", *lines[1:], ""] if rows else []


def _time(measurement: Measurement, step: str) -> str:
    taken = measurement.steps.get(step)
    return "–" if taken is None else f"{taken.processor_seconds:.2f} ({taken.seconds:.2f})"


def _memory(measurement: Measurement) -> str:
    return f"{measurement.peak_memory_mib:,}" if measurement.steps else "–"
