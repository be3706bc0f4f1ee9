"""Calls in processes of their own: their results, their errors, and what becomes of the others when one is killed."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import duckdb
import pytest

from ml.lifecycle.side_by_side import each_side_by_side, side_by_side
from warehouse.base.settings import CHECKOUT

pytestmark = pytest.mark.usefixtures("little_garbage")


class Untransferable(Exception):
    def __init__(self, one: str, another: str) -> None:
        super().__init__(f"{one} and {another}")
        self.lock = threading.Lock()  # no library can transfer one


def doubled(number: int) -> tuple[int, int]:
    return 2 * number, os.getpid()


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_once(before: Path) -> str:
    if not before.exists():
        before.touch()
        killed()
    return "done"


def failing(error: type[Exception], *words: str) -> None:
    raise error(*words)


def left_over_connection() -> None:
    """Leave what only the garbage collector clears away, as exceptions and frames do: a connection with its workers."""
    connection = duckdb.connect(config={"threads": 4})
    connection.execute("select sum(i) from range(10_000_000) t(i)").fetchall()
    circle: list[object] = [connection]
    circle.append(circle)


def collected() -> str:
    gc.collect()
    return "done"


@pytest.mark.timeout(60)
def test_a_copy_does_not_wait_for_workers_of_connections_that_it_was_copied_with() -> None:
    gc.disable()
    try:
        left_over_connection()
        with side_by_side({"one": collected}, 1) as result_of:
            assert result_of("one") == "done"
    finally:
        gc.enable()


@pytest.mark.parametrize("is_frozen", [False, True])
def test_what_the_garbage_collector_reaches_is_as_before(is_frozen: bool) -> None:
    gc.freeze() if is_frozen else gc.unfreeze()
    try:
        with side_by_side({"one": collected}, 1) as result_of:
            assert result_of("one") == "done"
        assert (gc.get_freeze_count() > 0) == is_frozen
    finally:
        gc.freeze()


def test_each_call_runs_elsewhere_and_its_result_is_got_by_name() -> None:
    with side_by_side({str(number): partial(doubled, number) for number in range(4)}, 2) as result_of:
        results = {name: result_of(name) for name in ("3", "0", "2", "1")}
    assert {name: number for name, (number, _) in results.items()} == {"0": 0, "1": 2, "2": 4, "3": 6}
    processes = {process for _, process in results.values()}
    assert os.getpid() not in processes
    assert len(processes) <= 2


def test_an_error_is_raised_where_the_result_is_asked_for_with_the_place_where_it_came_from() -> None:
    calls = {"one": partial(failing, KeyError, "amount"), "another": partial(doubled, 1)}
    calls["third"] = partial(failing, Untransferable, "this", "that")
    with side_by_side(calls, 2) as result_of:
        assert result_of("another")[0] == 2
        with pytest.raises(KeyError, match="amount") as raised:
            result_of("one")
        with pytest.raises(RuntimeError, match="Untransferable: this and that") as told:
            result_of("third")
    assert "in failing" in str(raised.value.__cause__)
    assert "in failing" in told.value.__notes__[0]


def test_errors_come_over_where_pickle_has_learned_to_transfer_their_causes() -> None:
    # As tblib does, which comes with other libraries: an error that cannot be transferred fails then as a cause, too.
    program = (
        "import copyreg\n"
        "from functools import partial\n"
        "from ml.lifecycle.side_by_side import side_by_side\n"
        "from tests.ml.test_side_by_side import Untransferable, failing\n"
        "def again(kind, arguments, cause):\n"
        "    error = kind(*arguments)\n"
        "    error.__cause__ = cause\n"
        "    return error\n"
        "for kind in (KeyError, RuntimeError):\n"
        "    copyreg.pickle(kind, lambda error: (again, (type(error), error.args, error.__cause__)))\n"
        "calls = {'one': partial(failing, KeyError, 'amount')}\n"
        "calls['other'] = partial(failing, Untransferable, 'this', 'that')\n"
        "with side_by_side(calls, 1) as result_of:\n"
        "    for name in calls:\n"
        "        try:\n"
        "            result_of(name)\n"
        "        except Exception as error:\n"
        "            print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["KeyError 'amount'", "RuntimeError Untransferable: this and that"]


def test_a_call_that_ends_its_process_is_the_only_one_to_fail() -> None:
    calls = {"first": partial(doubled, 1), "killed": killed, "last": partial(doubled, 3)}
    with side_by_side(calls, 2) as result_of:
        assert result_of("last")[0] == 6
        assert result_of("first")[0] == 2
        with pytest.raises(ChildProcessError, match="killed, twice"):
            result_of("killed")


def test_a_call_that_was_killed_by_chance_is_begun_anew(tmp_path: Path) -> None:
    with side_by_side({"one": partial(killed_once, tmp_path / "killed")}, 2) as result_of:
        assert result_of("one") == "done"


def test_processes_do_not_outlive_the_one_they_work_for(tmp_path: Path) -> None:
    begun = tmp_path / "process"
    program = (
        "import os, pathlib, time\n"
        "from ml.lifecycle.side_by_side import side_by_side\n"
        "def endless():\n"
        f"    pathlib.Path({str(begun)!r}).write_text(str(os.getpid()))\n"
        "    time.sleep(600)\n"
        "with side_by_side({'endless': endless}, 1) as result_of:\n"
        "    result_of('endless')\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    try:
        wait_until(lambda: begun.exists() and begun.read_text())
    finally:
        parent.kill()
        parent.wait()
    wait_until(lambda: not is_running(int(begun.read_text())))


def wait_until(is_so: object) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_function_is_asked_in_copies_for_each_argument(tmp_path: Path) -> None:
    """The function cannot be transferred, and need not be; one whose process was killed is asked again."""
    lock, here = threading.Lock(), os.getpid()

    def asked(number: int) -> tuple[int, bool]:
        if number == 2:
            killed_once(tmp_path / "before")
        with lock:
            return number * number, os.getpid() == here

    for at_once in (1, 2):
        (tmp_path / "before").touch() if at_once == 1 else (tmp_path / "before").unlink()
        found = each_side_by_side(asked, range(5), at_once)
        assert found == [(number * number, at_once == 1) for number in range(5)]
    assert (tmp_path / "before").exists(), "killed, and asked again"
