"""A command ends with a sentence and what to do, whatever went wrong, and writes for its owner alone."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.base.command import run_command
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CLIENTELE_HOME", str(tmp_path / "home"))
    before = os.umask(0o022)
    yield
    os.umask(before)


def failing(error: BaseException):
    def work(_settings: Settings) -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LandingError("orders.csv is empty.", "Export it again."), "orders.csv is empty."),
        (OSError(errno.ENOSPC, "No space left on device", "a.duckdb"), "The disk is full: a.duckdb"),
        (duckdb.IOException('IO Error: Could not write file "b": No space left on device'), "The disk is full"),
        (sqlite3.OperationalError("database or disk is full"), "The disk is full"),
        (OSError(errno.EROFS, "Read-only file system", "home"), "home may not be written or read."),
        (PermissionError(errno.EACCES, "Permission denied", "home"), "home may not be written or read."),
        (sqlite3.OperationalError("attempt to write a readonly database"), "may not be written or read."),
        (duckdb.OutOfMemoryException("Out of Memory Error: x"), "There is not enough memory"),
        (ZeroDivisionError("division by zero"), "did not foresee. ZeroDivisionError: division by zero"),
    ],
)
def test_what_went_wrong_is_a_sentence_and_what_to_do(error, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(failing(error)) == 1
    said = capsys.readouterr()
    assert words in said.err
    assert "What to do: " in said.err
    assert "Traceback" not in said.err + said.out


def test_the_traceback_of_what_nobody_foresaw_is_kept(tmp_path: Path) -> None:
    run_command(failing(ZeroDivisionError("twice")))
    run_command(failing(ZeroDivisionError("again")))
    log = tmp_path / "home" / "logs" / "unforeseen.log"
    assert log.read_text().count("Traceback") == 2
    assert log.stat().st_mode & 0o077 == 0


def test_a_setting_that_makes_no_sense_is_named(monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CLIENTELE_THREADS", "many")
    assert run_command(failing(AssertionError("never begun"))) == 1
    assert "CLIENTELE_THREADS: " in capsys.readouterr().err


def test_ctrl_c_is_no_failure_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(failing(KeyboardInterrupt()), "Stopped; it goes on.") == 130
    assert capsys.readouterr().err.strip() == "Stopped; it goes on."


def test_the_exit_code_of_the_work_is_kept_and_what_it_writes_is_for_the_owner(tmp_path: Path) -> None:
    def work(_settings: Settings) -> int:
        (tmp_path / "written").touch()
        return 3

    assert run_command(work) == 3
    assert (tmp_path / "written").stat().st_mode & 0o777 == 0o600
