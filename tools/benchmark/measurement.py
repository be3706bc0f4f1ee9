"""What is measured of one subject in a process of its own."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

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
    memory_before_mib
        Resident when the program and its data were loaded, before the first step.
    peak_memory_mib
        Greatest resident size of the whole process.
    problem
        Why steps are missing, for people; None when all went well.
    """

    subject: str
    customer_count: int
    steps: dict[str, Step] = field(default_factory=dict)
    memory_before_mib: int = 0
    peak_memory_mib: int = 0
    problem: str | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside; the first step notes the memory before it."""
        if not self.steps:
            self.memory_before_mib = _status_mib("VmRSS")
        began, began_processor = time.perf_counter(), time.process_time()
        yield
        self.steps[name] = Step(round(time.perf_counter() - began, 3), round(time.process_time() - began_processor, 3))
        self.peak_memory_mib = (
            _status_mib("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_PER_MIB
        )

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> Measurement:
        content = json.loads(path.read_text())
        steps = {name: Step(**values) for name, values in content.pop("steps").items()}
        return cls(steps=steps, **content)


def _status_mib(name: str) -> int:
    """A size from Linux' own account of this process; 0 on other systems.

    `getrusage` alone would not do: its peak also knows the process that started this one.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // _KIB_PER_MIB for line in lines if line.startswith(f"{name}:")), 0)
