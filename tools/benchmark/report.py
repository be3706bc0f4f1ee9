"""The measurements as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence

from tools.benchmark.job_subjects import measured_jobs
from tools.benchmark.measurement import Measurement
from tools.benchmark.purchase_subjects import PURCHASE_MODELS

MODEL_STEPS = ("fit", "expected", "active_probability", "order_interval", "spend_interval")
_HEAD = "processor seconds (seconds on the clock)"


def report_lines(found: Sequence[Measurement]) -> list[str]:
    """Return all tables that there are measurements for, and what could not be measured."""
    by_key = {(m.subject, m.customer_count): m for m in found}
    counts = sorted({m.customer_count for m in found})
    lines = [*_models_table(by_key, counts), *_jobs_table(by_key, counts)]
    return [*lines, *_problems(found)]


def _models_table(by_key: dict, counts: Sequence[int]) -> list[str]:
    rows = [
        f"| {name} | {count:,} | {' | '.join(_time(m, step) for step in MODEL_STEPS)} | {_memory(m)} |"
        for name in PURCHASE_MODELS
        for count in counts
        if (m := by_key.get((name, count)))
    ]
    head = "| model | customers | fit | expected | P(active) | interval of orders | interval of spend | peak MiB |"
    return _table(f"## Purchase models, {_HEAD}", head, "|---|--:|--:|--:|--:|--:|--:|--:|", rows)


def _jobs_table(by_key: dict, counts: Sequence[int]) -> list[str]:
    rows = []
    for job in measured_jobs():
        for count in counts:
            train, score = by_key.get((f"{job}_train", count)), by_key.get((f"{job}_score", count))
            if train and score:
                cells = [_time(train, "train"), _memory(train), _time(score, "score"), _memory(score)]
                rows.append(f"| {job} | {count:,} | {' | '.join(cells)} |")
    head = "| job | customers | training | peak MiB | scoring | peak MiB |"
    return _table(f"## Jobs, {_HEAD}", head, "|---|--:|--:|--:|--:|--:|", rows)


def _table(title: str, head: str, rule: str, rows: Sequence[str]) -> list[str]:
    return [title, "", head, rule, *rows, ""] if rows else []


def _problems(found: Sequence[Measurement]) -> list[str]:
    rows = [f"- {m.subject}, {m.customer_count:,} customers: {m.problem}" for m in found if m.problem]
    return ["## Not measured", "", *rows, ""] if rows else []


def _time(measurement: Measurement, step: str) -> str:
    taken = measurement.steps.get(step)
    return "–" if taken is None else f"{taken.processor_seconds:.2f} ({taken.seconds:.2f})"


def _memory(measurement: Measurement) -> str:
    return f"{measurement.peak_memory_mib:,}" if measurement.steps else "–"
