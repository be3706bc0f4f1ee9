"""One attempt at a stage in a process of its own, undisturbed or damaged."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.stages import Stage

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
_LONGEST_SECONDS = 600.0
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
class Attempt:
    """What became of an attempt.

    Attributes
    ----------
    killed
        Whether it ended by SIGKILL, whoever sent it.
    steps
        Steps on files below the home that it had made when it ended; 0 where it was killed.
    """

    stage: str
    kind: str
    killed: bool
    exit_code: int
    seconds: float
    output: str
    steps: int = 0

    @property
    def succeeded(self) -> bool:
        return not self.killed and self.exit_code == 0


@dataclass(frozen=True)
class Usual:
    """How long a stage takes, and how many steps on files it makes, when nobody disturbs it."""

    seconds: float
    steps: int


def attempt(ground: Ground, stage: Stage, damage: Damage | None = None, usual: Usual | None = None) -> Attempt:
    """Run the stage in a fork, do the damage, and wait for the end of it."""
    began = time.monotonic()
    answer, told = os.pipe()
    with _full_disk(ground, damage):
        child = os.fork()
        if child == 0:
            os.close(answer)
            _run(ground, stage, damage, usual, told)
        os.close(told)
        status = _end_of(child, _kill_after(damage, usual), alone=damage is not None and damage.kind == "parent")
    with os.fdopen(answer) as text:
        said = text.read()
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    code = os.waitstatus_to_exitcode(status)
    output = ground.log.read_text(errors="replace")[-4000:]
    steps = json.loads(said)["steps"] if said else 0
    return Attempt(stage.name, damage.kind if damage else "", killed, code, time.monotonic() - began, output, steps)


def answer_of(work: Callable[..., Any], *arguments: Any) -> Any:
    """Let a fork do the work, so that no thread or open file of it stays here; return its answer.

    Raises
    ------
    AssertionError
        If the work raised an exception; the message is its text.
    """
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        try:
            found = {"answer": work(*arguments)}
        except BaseException as error:  # whatever it is, it is the answer
            found = {"error": f"{type(error).__name__}: {error}"}
        with os.fdopen(writable, "w") as answer:
            json.dump(found, answer)
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as text:
        found = json.loads(text.read() or '{"error": "no answer"}')
    os.waitpid(child, 0)
    if "error" in found:
        raise AssertionError(found["error"])
    return found["answer"]


def drawn(rng: random.Random, kind: str) -> Damage:
    """A damage of the kind."""
    return Damage(kind, rng.random())


def _run(ground: Ground, stage: Stage, damage: Damage | None, usual: Usual | None, told: int) -> None:
    """In the fork: the stage, and its exit code. Never returns."""
    os.setsid()
    output = os.open(ground.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 1
    try:
        count = _count_steps(str(ground.home), damage, usual)
        _limit(ground, damage)
        code = stage.main()
        os.write(told, json.dumps({"steps": count()}).encode())
        if damage and damage.kind == "boundary":
            os.killpg(0, signal.SIGKILL)
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _count_steps(home: str, damage: Damage | None, usual: Usual | None) -> Callable[[], int]:
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


def _limit(ground: Ground, damage: Damage | None) -> None:
    if damage is None:
        return
    if damage.kind == "memory":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        size = pages * resource.getpagesize() + int((5 + damage.amount**2 * 300) * _MIB)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    if damage.kind == "disk" and not ground.is_own_disk:
        size = int(damage.amount * 4 * _MIB)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class _full_disk:  # noqa: N801 - used as a function
    """Leave little of a disk of our own while the stage runs; as much more as the damage's amount says."""

    def __init__(self, ground: Ground, damage: Damage | None) -> None:
        self.ballast = ground.home.parent / "ballast"
        self.is_needed = damage is not None and damage.kind == "disk" and ground.is_own_disk
        self.left = int(damage.amount**2 * 16 * _MIB) if damage else 0

    def __enter__(self) -> None:
        if self.is_needed:
            free = shutil.disk_usage(self.ballast.parent).free - self.left
            with self.ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(free, 1))

    def __exit__(self, *_: object) -> None:
        self.ballast.unlink(missing_ok=True)


def _kill_after(damage: Damage | None, usual: Usual | None) -> float | None:
    return damage.amount * usual.seconds if damage and usual and damage.kind in ("moment", "parent") else None


def _end_of(child: int, kill_after: float | None, *, alone: bool) -> int:
    began = time.monotonic()
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return status
        passed = time.monotonic() - began
        if passed > (kill_after if kill_after is not None else _LONGEST_SECONDS):
            _kill(child, alone=alone)
            return os.waitpid(child, 0)[1]
        time.sleep(0.01)


def _kill(child: int, *, alone: bool) -> None:
    try:
        os.kill(child, signal.SIGKILL) if alone else os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:  # it has no group of its own yet
        os.kill(child, signal.SIGKILL)
