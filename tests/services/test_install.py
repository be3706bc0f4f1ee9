"""The environment is whole or made anew: whatever step an installation ended at, the next one needs no hand-work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.install import Environment, NotInstalled, alone
from warehouse.base.settings import CHECKOUT


class Killed(BaseException):
    """The end of the process, as far as a test can make it."""


class Installer:
    """Does on the disk what the real commands do, and is killed at the given command, before or after its work."""

    def __init__(self, folder: Path, kill_at: int | None = None, *, half: bool = False, fails_at: int | None = None):
        self.folder, self.kill_at, self.half, self.fails_at = folder, kill_at, half, fails_at
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str], variables: dict[str, str]) -> int:
        assert variables["VIRTUAL_ENV"] == str(self.folder)
        self.commands.append(command)
        number = len(self.commands) - 1
        if number == self.fails_at:
            return 1
        if number == self.kill_at and self.half:
            (self.folder / "bin").mkdir(parents=True, exist_ok=True)
            (self.folder / "bin" / "python").touch()  # and nothing else: what a kill in ensurepip leaves
            raise Killed
        (self.folder / "bin").mkdir(parents=True, exist_ok=True)
        made = {"venv": "python", "install": "uv", "sync": "package"}
        (self.folder / "bin" / next(name for word, name in made.items() if word in command)).touch()
        if number == self.kill_at:
            raise Killed
        return 0


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "lock.txt").touch()
    return tmp_path


def environment(checkout: Path, **how) -> tuple[Environment, Installer]:
    installer = Installer(checkout / ".venv", **how)
    return Environment(checkout, installer), installer


@pytest.mark.parametrize("half", [True, False], ids=["within", "after"])
@pytest.mark.parametrize("step", [0, 1, 2], ids=["venv", "uv", "packages"])
def test_killed_at_any_step_the_next_one_makes_it_whole(checkout: Path, step: int, half: bool) -> None:
    killed, _ = environment(checkout, kill_at=step, half=half)
    with pytest.raises(Killed):
        killed.make(print)
    assert not killed.is_whole()
    (checkout / ".venv" / "left").touch()
    again, installer = environment(checkout)
    again.make(print)
    assert again.is_current()
    assert not (checkout / ".venv" / "left").exists(), "what was left is not built upon"
    assert len(installer.commands) == 3


def test_the_command_runs_the_checkout_from_any_folder(checkout: Path, tmp_path: Path) -> None:
    environment(checkout)[0].make(print)
    (checkout / "clientele").symlink_to(CHECKOUT / "clientele")
    (checkout / "warehouse").symlink_to(CHECKOUT / "warehouse")
    command = checkout / ".venv" / "bin" / "clientele"
    assert command.read_text(encoding="utf-8").startswith(f"#!{checkout}/.venv/bin/python\n")
    done = subprocess.run(
        [sys.executable, command, "--help"], cwd="/", capture_output=True, text=True, check=True, timeout=60
    )
    assert "clientele COMMAND" in done.stdout


def test_killed_while_an_old_one_is_brought_up_to_date_it_is_made_anew(checkout: Path) -> None:
    environment(checkout)[0].make(print)
    lock = checkout / "requirements" / "lock.txt"
    os.utime(lock, (time.time() + 60,) * 2)
    killed, _ = environment(checkout, kill_at=0)
    assert killed.is_whole()
    assert not killed.is_current()
    with pytest.raises(Killed):
        killed.make(print)
    again, installer = environment(checkout)
    again.make(print)
    assert "venv" in installer.commands[0]
    assert again.is_whole()


def test_one_that_is_whole_gets_only_what_the_lock_changed(checkout: Path) -> None:
    environment(checkout)[0].make(print)
    again, installer = environment(checkout)
    again.make(print)
    assert [command[2] for command in installer.commands] == ["sync"]


def test_a_python_that_is_gone_is_no_environment(checkout: Path) -> None:
    made, _ = environment(checkout)
    made.make(print)
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(checkout / "gone")
    assert not made.is_whole()


def test_a_step_that_fails_is_told_with_what_to_do(checkout: Path) -> None:
    failing, _ = environment(checkout, fails_at=2)
    with pytest.raises(NotInstalled, match="What to do"):
        failing.make(print)
    assert not failing.is_whole()


def test_two_at_once_do_it_one_after_the_other(tmp_path: Path) -> None:
    """Also where the first was killed and what it had started goes on: the child holds the lock that it inherited."""
    first = (
        "import subprocess, sys; from pathlib import Path; from services.install import alone\n"
        f"with alone(Path({str(tmp_path)!r}), print) as lock:\n"
        "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1.5)'], pass_fds=(lock,))\n"
    )
    subprocess.run([sys.executable, "-c", first], cwd=CHECKOUT, check=True)
    said, began = [], time.monotonic()
    with alone(tmp_path, said.append):
        waited = time.monotonic() - began
    assert said == ["Another make is installing here: waiting for it."]
    assert waited > 0.5
