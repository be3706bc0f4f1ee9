"""A task of Celery's worker may start processes, as the task that scores does."""

from __future__ import annotations

import multiprocessing
import sys

import pytest

from services.celery_worker import may_have_children

_FORK = multiprocessing.get_context("fork")


def _start_a_child() -> None:
    child = _FORK.Process(target=sys.exit)
    child.start()
    child.join()


def _start_a_child_as_the_worker_lets_it() -> None:
    may_have_children()
    _start_a_child()


@pytest.mark.parametrize(("task", "code"), [(_start_a_child, 1), (_start_a_child_as_the_worker_lets_it, 0)])
def test_a_daemon_may_have_children_once_it_is_let(task, code: int, capfd: pytest.CaptureFixture[str]) -> None:
    daemon = _FORK.Process(target=task, daemon=True)
    daemon.start()
    daemon.join(20)
    assert daemon.exitcode == code
    assert ("daemonic processes are not allowed" in capfd.readouterr().err) == bool(code)
