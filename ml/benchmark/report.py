"""The measurements as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence

from ml.benchmark.job_subjects import measured_jobs
from ml.benchmark.measurement import Measurement
from ml.benchmark.purchase_subjects import OUR_MODELS

MODEL_STEPS = ("fit", "expected", "active_probability", "order_interval", "spend_interval")
_HEAD = "processor seconds (seconds on the clock)"


def report_lines(found: Sequence[Measurement]) -> list[str]:
    """Return all tables that there are measurements for, and what could not be measured."""
    by_key = {(m.subject, m.customer_count): m for m in found}
    counts = sorted({m.customer_count for m in found})
    lines = [*_models_table(by_key, counts), *_lifetimes_table(by_key, counts), *_jobs_table(by_key, counts)]
    return [*lines, *_problems(found)]


def _models_table(by_key: dict, counts: Sequence[int]) -> list[str]:
    rows = [
        f"| {name} | {count:,} | {' | '.join(_time(m, step) for step in MODEL_STEPS)} | {_memory(m)} |"
        for name in OUR_MODELS
        for count in counts
        if (m := by_key.get((name, count)))
    ]
    head = "| model | customers | fit | expected | P(active) | interval of orders | interval of spend | peak MiB |"
    return _table(f"## Purchase models, {_HEAD}", head, "|---|--:|--:|--:|--:|--:|--:|--:|", rows)


def _lifetimes_table(by_key: dict, counts: Sequence[int]) -> list[str]:
    rows = []
    for name in OUR_MODELS:
        for count in counts:
            theirs, ours = by_key.get((f"lifetimes_{name}", count)), by_key.get((name, count))
            if theirs and ours and theirs.steps:
                cells = [_time(theirs, "fit"), _ratio(theirs, ours, "fit")]
                cells += [_time(theirs, "expected"), _ratio(theirs, ours, "expected"), _memory(theirs)]
                rows.append(f"| {name} | {count:,} | {' | '.join(cells)} |")
    head = "| lifetimes | customers | fit | times ours | expected | times ours | peak MiB |"
    return _table(f"## `lifetimes` on the same customers, {_HEAD}", head, "|---|--:|--:|--:|--:|--:|--:|", rows)


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


def _ratio(theirs: Measurement, ours: Measurement, step: str) -> str:
    if step not in theirs.steps or step not in ours.steps or not ours.steps[step].processor_seconds:
        return "–"
    return f"{theirs.steps[step].processor_seconds / ours.steps[step].processor_seconds:.1f}"
