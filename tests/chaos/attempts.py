"""One attempt at a stage in a process of its own, undisturbed or damaged."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.chaos.damages import Damage, Ground, Usual, count_steps, full_disk, limit
from tests.chaos.stages import Stage

_LONGEST_SECONDS = 600.0


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


def attempt(ground: Ground, stage: Stage, damage: Damage | None = None, usual: Usual | None = None) -> Attempt:
    """Run the stage in a fork, do the damage, and wait for the end of it."""
    began = time.monotonic()
    answer, told = os.pipe()
    with full_disk(ground, damage):
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


def _run(ground: Ground, stage: Stage, damage: Damage | None, usual: Usual | None, told: int) -> None:
    """In the fork: the stage, and its exit code. Never returns."""
    os.setsid()
    output = os.open(ground.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 1
    try:
        count = count_steps(str(ground.home), damage, usual)
        limit(ground, damage)
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


def _kill_after(damage: Damage | None, usual: Usual | None) -> float | None:
    # Not up to the very end: the stage would often be over before.
    return 0.9 * damage.amount * usual.seconds if damage and usual and damage.kind in ("moment", "parent") else None


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
