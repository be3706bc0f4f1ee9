"""What is done to a stage: killed at a moment or a step, a full disk, too little memory."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = {
    "moment": "SIGKILL to all processes of the stage at a random moment",
    "step": "SIGKILL just before a random step on files (open for writing, rename, link, remove …)",
    "boundary": "SIGKILL to all processes when the work is done, before anybody learns of it",
    "parent": "SIGKILL to the stage's own process at a random moment; dbt, where it runs, is left behind",
    "disk": "the disk is full, or almost",
    "memory": "the address space is limited to a little more than is in use",
}
KILLS = ("moment", "step", "boundary", "parent")
_STEPS = frozenset(f"os.{name}" for name in ("rename", "remove", "rmdir", "mkdir", "symlink", "link", "truncate"))
_STEPS |= {"shutil.rmtree", "shutil.copyfile"}
_MIB = 1 << 20


@dataclass(frozen=True)
class Ground:
    """Where stages are run: the home, whether it is a file system of its own, and where their output goes."""

    home: Path
    is_own_disk: bool
    log: Path


@dataclass(frozen=True)
class Damage:
    """What is done to a stage. `amount` is a share from 0 to 1 of what there is: time, steps, bytes."""

    kind: str
    amount: float


@dataclass(frozen=True)
class Usual:
    """How long a stage takes, and how many steps on files it makes, when nobody disturbs it."""

    seconds: float
    steps: int


def drawn(rng: random.Random, kind: str) -> Damage:
    """A damage of the kind."""
    return Damage(kind, rng.random())


def count_steps(home: str, damage: Damage | None, usual: Usual | None) -> Callable[[], int]:
    """Count the steps on files below the home, as Python's audit events tell them; die at the one drawn."""
    last = int(damage.amount * usual.steps) + 1 if damage and usual and damage.kind == "step" else -1
    made = 0

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal made
        path = str(arguments[0]) if arguments else ""
        writes = event == "open" and bool((arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if (writes or event in _STEPS) and path.startswith(home):
            made += 1
            if made == last:
                os.killpg(0, signal.SIGKILL)

    sys.addaudithook(look)
    return lambda: made


def limit(ground: Ground, damage: Damage | None) -> None:
    if damage is None:
        return
    if damage.kind == "memory":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        size = pages * resource.getpagesize() + int((5 + damage.amount**2 * 300) * _MIB)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    if damage.kind == "disk" and not ground.is_own_disk:
        size = int(damage.amount * 4 * _MIB)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@contextmanager
def full_disk(ground: Ground, damage: Damage | None) -> Iterator[None]:
    """Leave little of a disk of our own while the stage runs; as much more as the damage's amount says."""
    ballast = ground.home.parent / "ballast"
    try:
        if damage is not None and damage.kind == "disk" and ground.is_own_disk:
            free = shutil.disk_usage(ballast.parent).free - int(damage.amount**2 * 16 * _MIB)
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(free, 1))
        yield
    finally:
        ballast.unlink(missing_ok=True)
