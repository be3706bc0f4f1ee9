"""Run measurements one after another, each in a process of its own, within limits of time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.benchmark.job_subjects import job_subjects
from tools.benchmark.measure import RESULT_FILE
from tools.benchmark.measurement import Measurement
from tools.benchmark.purchase_subjects import PURCHASE_MODELS
from warehouse.base.settings import CHECKOUT

PARTS = ("models", "jobs")
CUSTOMER_COUNTS = (10_000, 100_000, 1_000_000)
MEASUREMENT_LIMIT_SECONDS = 1800.0


@dataclass(frozen=True)
class Limits:
    """How long one measurement and all of them may take, in seconds."""

    measurement_seconds: float = MEASUREMENT_LIMIT_SECONDS
    total_seconds: float = 5400.0


def subjects(part: str) -> tuple[str, ...]:
    """What is measured in a part, in order."""
    return PURCHASE_MODELS if part == "models" else job_subjects()


def measurements(
    parts: Sequence[str],
    customer_counts: Sequence[int],
    scratch: Path,
    limits: Limits,
    say: Callable[[str], None],
) -> Iterator[Measurement]:
    """Yield one measurement per part, size and subject; where the limits leave no time, its problem says so."""
    deadline = time.monotonic() + limits.total_seconds
    for customer_count in customer_counts:
        for part in parts:
            folder = scratch / f"{part}-{customer_count}"
            folder.mkdir(parents=True)
            preparation = "histories" if part == "models" else "marts"
            problem = _run(preparation, customer_count, folder, _left(deadline, limits.measurement_seconds))
            for subject in subjects(part):
                say(f"{customer_count:,} customers: {subject}")
                if problem:
                    yield Measurement(subject, customer_count, problem=f"no data: {problem}")
                else:
                    yield _measured(subject, customer_count, folder, deadline, limits)


def _measured(subject: str, customer_count: int, folder: Path, deadline: float, limits: Limits) -> Measurement:
    path = folder / RESULT_FILE
    path.unlink(missing_ok=True)
    problem = _run(subject, customer_count, folder, _left(deadline, limits.measurement_seconds))
    if problem or not path.exists():
        return Measurement(subject, customer_count, problem=problem or "ended without a result")
    return Measurement.read(path)


def _left(deadline: float, limit: float) -> float:
    return min(limit, deadline - time.monotonic())


def _run(subject: str, customer_count: int, folder: Path, limit_seconds: float) -> str | None:
    """Run one process to its end and return what went wrong, if anything."""
    if limit_seconds <= 0:
        return "not run: the time for the whole benchmark was used up"
    command = [sys.executable, "-m", "tools.benchmark.measure", subject, str(customer_count), str(folder)]
    # One thread for the numeric libraries, as in the jobs.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with (folder / f"{subject}.log").open("wb") as log:
        try:
            done = subprocess.run(
                command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log, timeout=limit_seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return f"stopped after {limit_seconds:.0f} s"
    if done.returncode:
        lines = (folder / f"{subject}.log").read_text(errors="replace").strip().splitlines()
        return f"exit code {done.returncode}: {lines[-1] if lines else 'no output'}"
    return None
