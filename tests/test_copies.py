"""Tests in copies of one process: what is told of them is what one process tells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from warehouse.base.settings import CHECKOUT

# Of each kind of end one; a fixture of the module is made once; two files are beside each other.
FIRST = """
import os, sys, warnings
import pytest

@pytest.fixture(scope="module")
def made():
    print("made in", os.getpid())
    return os.getpid()

def test_passes(made, tmp_path):
    assert made == os.getpid()
    assert tmp_path.parts[-2].startswith("copy-")

def test_fails(made):
    print("said before")
    assert made == 0

@pytest.fixture
def broken():
    raise ValueError("no fixture")

def test_has_no_fixture(broken):
    pass

def test_is_skipped():
    pytest.skip("not today")

def test_warns():
    warnings.warn("old words")

@pytest.mark.xfail(strict=True)
def test_is_known_to_fail():
    assert False
"""
SECOND = """
import os, signal
import pytest

@pytest.mark.parametrize("number", range(3))
def test_of_another_file(number):
    assert number < 3
    if number == 1 and "KILL" in os.environ:
        os.kill(os.getpid(), signal.SIGKILL)
"""

# One fails as soon as the other has started something.
FAILS = """
import time

def test_fails(request):
    while not (request.config.rootpath / "started").exists():
        time.sleep(0.01)
    assert False
"""
HAS_STARTED = """
import time
import pytest

@pytest.fixture(scope="module")
def service(request):
    (request.config.rootpath / "started").touch()
    yield
    (request.config.rootpath / "taken-down").touch()

def test_takes_long(service):
    time.sleep(60)
"""

ENDS_BADLY = """
import pytest

@pytest.fixture(scope="session", autouse=True)
def service():
    yield
    raise OSError("it cannot be taken down")

def test_passes():
    pass
"""


def _told(
    folder: Path, *options: str, kill: bool = False, files: tuple[str, str] = (FIRST, SECOND)
) -> tuple[int, dict[str, str], str]:
    """The exit code, how each test ended, and what was printed."""
    for name, content in zip(("test_first", "test_second"), files, strict=True):
        (folder / f"{name}.py").write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.copies", "-p", "no:cacheprovider", "-rs"]
    command += ["--rootdir", str(folder), "--basetemp", str(folder / "temp"), "--junitxml", str(folder / "told.xml")]
    environment = {"PYTHONPATH": str(CHECKOUT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": "/usr/bin:/bin"}
    environment |= {"KILL": "1"} if kill else {}
    done = subprocess.run(
        [*command, *options, "."], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    cases = ElementTree.parse(folder / "told.xml").getroot().iter("testcase")  # noqa: S314 - written above
    return done.returncode, {case.get("name", ""): ",".join(part.tag for part in case) for case in cases}, done.stdout


def test_copies_tell_what_one_process_tells(tmp_path: Path) -> None:
    (alone := tmp_path / "alone").mkdir()
    (beside := tmp_path / "beside").mkdir()
    _, ends_alone, _ = _told(alone)
    code, ends, said = _told(beside, "--copies", "2")
    assert code == 1
    # Alone, the first test fails: it asks for the folder of a copy.
    assert ends == {**ends_alone, "test_passes": ""}
    assert ends["test_fails"] == "failure"
    assert ends["test_has_no_fixture"] == "error"
    assert "said before" in said
    assert "not today" in said
    assert "old words" in said
    assert "1 failed, 5 passed, 1 skipped, 1 xfailed, 1 warning, 1 error" in said


def test_a_process_that_is_killed_is_told_and_so_is_what_it_did_not_run(tmp_path: Path) -> None:
    code, ends, said = _told(tmp_path, "--copies", "2", kill=True)
    assert code == 1
    assert ends["test_of_another_file[0]"] == ""
    assert ends["test_of_another_file[1]"] == ends["test_of_another_file[2]"] == "failure"
    assert ends["test_passes"] == ""
    assert "ended with -9" in said


def test_the_first_failure_ends_all_where_that_is_asked_for(tmp_path: Path) -> None:
    code, ends, _ = _told(tmp_path, "--copies", "1", "-x")
    assert code == 1
    assert "test_of_another_file[0]" not in ends


def test_what_tests_have_started_is_taken_down_when_they_are_ended(tmp_path: Path) -> None:
    code, ends, _ = _told(tmp_path, "--copies", "2", "-x", files=(FAILS, HAS_STARTED))
    assert code == 1
    assert ends["test_fails"] == "failure"
    assert "test_takes_long" not in ends
    assert (tmp_path / "taken-down").exists()


def test_a_fixture_of_the_session_that_fails_at_its_end_is_told(tmp_path: Path) -> None:
    code, _, said = _told(tmp_path, "--copies", "2", files=(ENDS_BADLY, SECOND))
    assert code == 1
    assert "OSError: it cannot be taken down" in said
