"""What a command takes in a process of its own: processor seconds, the clock, memory."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

from warehouse.base.settings import CHECKOUT, Settings

_KIB_PER_GIB = 1 << 20


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


def cost_of(stage: str, command: list[str], settings: Settings, limit_seconds: float) -> StageCost:
    """Run a command in the settings' home, and stop it after so many seconds, which counts as a failure."""
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
