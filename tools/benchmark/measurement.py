"""What is measured of one subject, in a process of its own within a limit of time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.base.settings import CHECKOUT

RESULT_FILE = "measurement.json"
_KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Step:
    """How long a step took: on the clock, and in processor time, which other work on the machine hardly changes."""

    seconds: float
    processor_seconds: float


@dataclass
class Measurement:
    """One subject at one size.

    Attributes
    ----------
    peak_memory_mib
        Greatest resident size of the whole process.
    problem
        Why steps are missing, in words; None when all went well.
    """

    subject: str
    customer_count: int
    steps: dict[str, Step] = field(default_factory=dict)
    peak_memory_mib: int = 0
    problem: str | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        began, began_processor = time.perf_counter(), time.process_time()
        yield
        self.steps[name] = Step(round(time.perf_counter() - began, 3), round(time.process_time() - began_processor, 3))
        self.peak_memory_mib = _peak_memory_mib()


def measured_apart(subject: str, customer_count: int, folder: Path, limit_seconds: float) -> Measurement:
    """Prepare or measure a subject (`tools.benchmark.subjects`) in a process of its own; what fails is its problem."""
    failed = Measurement(subject, customer_count, problem="not run: the time for the whole benchmark was used up")
    if limit_seconds <= 0:
        return failed
    result, log = folder / RESULT_FILE, folder / f"{subject}.log"
    result.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tools.benchmark.subjects", subject, str(customer_count), str(folder)]
    # One thread for the numeric libraries, as in the jobs.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output, timeout=limit_seconds, check=False
            )
        except subprocess.TimeoutExpired:
            failed.problem = f"stopped after {limit_seconds:.0f} s"
            return failed
    if done.returncode:
        lines = log.read_text(errors="replace").strip().splitlines()
        failed.problem = f"exit code {done.returncode}: {lines[-1] if lines else 'no output'}"
        return failed
    content = json.loads(result.read_text())
    steps = {name: Step(**values) for name, values in content.pop("steps").items()}
    return Measurement(steps=steps, **content)


def _peak_memory_mib() -> int:
    """From Linux' own account of this process; 0 on other systems.

    `getrusage` would not do: its peak also knows the process that started this one.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) // _KIB_PER_MIB for line in lines if line.startswith("VmHWM:"))
