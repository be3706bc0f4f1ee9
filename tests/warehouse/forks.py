"""Work in a process of its own, which may kill itself at one of its steps on files.

Steps are making, opening, renaming, linking, removing, as Python's audit events tell them: no code of the program
knows of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

STEPS = frozenset(
    f"os.{name}" for name in ("rename", "remove", "rmdir", "mkdir", "symlink", "link", "truncate", "scandir")
) | {"open", "shutil.rmtree", "shutil.copyfile"}


def die_at(
    step: int, folder: str, counts: Callable[[str], bool] = lambda _path: True, events: frozenset[str] = STEPS
) -> None:
    """From here on, kill this process with SIGKILL just before its n-th step on files below the folder.

    Parameters
    ----------
    counts
        Whether a path is counted among the steps.
    events
        The kinds of step that are counted.
    """
    left = step

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        path = str(arguments[0]) if arguments else ""
        if event in events and path.startswith(folder) and counts(path):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def in_fork(work: Callable[..., Any], *arguments: Any) -> int:
    """Do the work in a fork; return how it ended, as `os.waitpid` tells it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(*arguments)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def was_killed(status: int) -> bool:
    """Whether a fork ended by SIGKILL."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def answer_of_fork(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do the work in a fork, so that no thread or open file of it stays here; return its answer, by way of JSON.

    Raises
    ------
    AssertionError
        If the work failed.
    """
    readable, writable = os.pipe()

    def tell() -> None:
        with os.fdopen(writable, "w") as told:
            json.dump(work(*arguments), told)

    child = os.fork()
    if child == 0:
        os.close(readable)
        status = 1
        try:
            tell()
            status = 0
        finally:
            os._exit(status)
    os.close(writable)
    with os.fdopen(readable) as answer:
        text = answer.read()
    status = os.waitpid(child, 0)[1]
    if status:
        raise AssertionError(f"{work.__name__} failed (status {status}).")
    return json.loads(text)
