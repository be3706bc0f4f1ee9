"""Killing a publication or a rollback at its steps, for real: `python -m tests.warehouse.killing HOME ACTION [EVERY]`.

Each attempt runs in a process of its own (a fork), which kills itself with SIGKILL just before its n-th step on files
below the home: making, opening, renaming, linking, removing, as Python's audit events tell them. No code of the
program knows of it. After each kill a fresh process looks at what readers find, and another publishes in peace.
Prints one JSON line per kill. EVERY: only each so many-th step.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.warehouse.small_warehouse import SOURCE, live, make_marts, parquet_seen, published_run
from warehouse.publication_recovery import known_history
from warehouse.publish import publish
from warehouse.published_versions import live_version
from warehouse.rollback import roll_back
from warehouse.settings import Settings

STEPS = frozenset(
    f"os.{name}" for name in ("rename", "remove", "rmdir", "mkdir", "symlink", "link", "truncate", "scandir")
) | {"open", "shutil.rmtree", "shutil.copyfile"}
_MOST_STEPS = 2000


def main() -> None:
    """Kill at step 1, 2, 3 … until an attempt is no longer killed."""
    settings = Settings(home=Path(sys.argv[1]), memory_limit="500MB", threads=1, published_versions_kept=2)
    action, every = sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1
    _answer_of_fork(_publish_in_peace, settings, 2)
    before = _answer_of_fork(_publish_in_peace, settings, 3)
    for step in range(1, _MOST_STEPS, every):
        status = _in_fork(_act_and_die, settings, action, step)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        after = _answer_of_fork(_look, settings)
        found = {"step": step, "killed": killed, "status": status, "before": before, "after": after}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        if not killed:
            return
        before = _answer_of_fork(_publish_in_peace, settings, 1000 + step) if action == "publish" else after


def _publish_in_peace(settings: Settings, customers: int) -> list[Any]:
    report = published_run(settings, customers)
    seen = _look(settings)
    assert seen == [report.version, customers]
    return seen


def _act_and_die(settings: Settings, action: str, step: int) -> None:
    if action == "publish":
        make_marts(settings, 2 + step)
        _die_at(step, str(settings.published_folder))
        publish(settings, SOURCE, "2024-01-01", f"run-{2 + step}")
    else:
        _die_at(step, str(settings.published_folder))
        roll_back(settings, _other_version(settings), "ada", f"step {step}")


def _other_version(settings: Settings) -> str:
    versions = [run.published_version for run in known_history(settings).published]
    return next(version for version in versions if version != live_version(settings))


def _die_at(step: int, folder: str) -> None:
    left = step

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        path = str(arguments[0]) if arguments else ""
        # One table stands for all: their Parquet files are written in the same way.
        is_one_of_many = path.endswith(".parquet") and not path.endswith("pipeline_runs.parquet")
        if event in STEPS and path.startswith(folder) and not is_one_of_many:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def _look(settings: Settings) -> list[Any]:
    """What a reader finds, in both forms; any failure ends the campaign."""
    seen = live(settings)
    assert parquet_seen((settings.published_folder / "parquet").resolve()) == seen
    return list(seen)


def _in_fork(work: Callable[..., Any], *arguments: Any) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(*arguments)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def _answer_of_fork(work: Callable[..., Any], *arguments: Any) -> Any:
    readable, writable = os.pipe()

    def tell() -> None:
        answer = json.dumps(work(*arguments)).encode()
        os.write(writable, answer)

    status = _in_fork(tell)
    os.close(writable)
    with os.fdopen(readable, "rb") as answer:
        text = answer.read()
    if status:
        raise AssertionError(f"A reader failed after a kill (status {status}).")
    return json.loads(text)


if __name__ == "__main__":
    main()
