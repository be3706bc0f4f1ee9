"""Makes `.venv`, with the locked packages, whole or not at all. The Makefile runs it with the machine's own Python.

Only the standard library is there yet. An installation that did not end (killed, disk full) is thrown away and made
again; what was downloaded for it stays in `.cache`. Of several that are started at once, one installs, the others wait.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
UV_VERSION = "0.13.8"


class NotInstalled(Exception):
    """The environment could not be made; the message says why and what to do."""


class Environment:
    """The environment of a checkout.

    Parameters
    ----------
    run
        Runs a command with these variables besides its own, and returns its exit code.
    """

    def __init__(self, checkout: Path, run: Callable[[list[str], dict[str, str]], int]) -> None:
        self.folder, self.lock = checkout / ".venv", checkout / "requirements" / "lock.txt"
        self.python, self.uv = self.folder / "bin" / "python", self.folder / "bin" / "uv"
        self.ended = self.folder / ".installed"  # the last thing that is written
        self._run = run

    def is_whole(self) -> bool:
        """Whether the last installation came to its end, and its Python is still there."""
        return self.ended.exists() and self.python.exists()

    def is_current(self) -> bool:
        """Whether it is whole and not older than the lock."""
        return self.is_whole() and self.ended.stat().st_mtime >= self.lock.stat().st_mtime

    def make(self, say: Callable[[str], None]) -> None:
        """Install what the lock says.

        Raises
        ------
        NotInstalled
            If a step fails.
        OSError
            If the disk is full or may not be written.
        """
        was_whole = self.is_whole()
        self.ended.unlink(missing_ok=True)  # from here on it is not whole, whatever happens
        if not was_whole:
            if self.folder.exists():
                say("The last installation did not end: making .venv anew.")
                shutil.rmtree(self.folder)
            say(f"Making .venv with Python {'.'.join(map(str, sys.version_info[:3]))}.")
            self._step([sys.executable, "-m", "venv", str(self.folder)], _NO_VENV)
        say("Installing the locked packages: about a minute the first time.")
        if not self.uv.exists():
            self._step([str(self.python), "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}"], _NO_PACKAGES)
        sync = [str(self.uv), "pip", "sync", "--quiet", "--system-certs", "--require-hashes", str(self.lock)]
        self._step(sync, _NO_PACKAGES)
        self._write_command()
        self.ended.touch()

    def _write_command(self) -> None:
        """`.venv/bin/clientele`, which runs this checkout from any folder."""
        command = self.folder / "bin" / "clientele"
        command.write_text(_COMMAND.format(python=self.python, checkout=str(self.folder.parent)), encoding="utf-8")
        command.chmod(0o755)

    def _step(self, command: list[str], words: str) -> None:
        if self._run(command, {"VIRTUAL_ENV": str(self.folder)}):
            raise NotInstalled(words)


_COMMAND = """\
#!{python}
import os, sys
sys.path.insert(0, {checkout!r})
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, ({checkout!r}, os.environ.get("PYTHONPATH"))))
from clientele.__main__ import main
sys.exit(main())
"""
_NO_VENV = (
    "This Python cannot make a virtual environment (see above).\n"
    "  What to do: install its venv package (Debian: python3-venv) or free some disk, then run make again."
)
_NO_PACKAGES = (
    "The packages could not be installed (see above).\n"
    "  What to do: look at the network, the disk and the C compiler, then run make again; it begins anew by itself."
)


@contextmanager
def alone(checkout: Path, say: Callable[[str], None]) -> Iterator[int]:
    """Hold the lock of a checkout's installation; give its file descriptor.

    Whoever inherits the descriptor holds the lock too: what a killed `make` left running ends before the next begins.
    """
    folder = checkout / ".cache"
    folder.mkdir(exist_ok=True)
    with (folder / "install.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another make is installing here: waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def main() -> int:
    """Make the environment where it is missing, unfinished or older than the lock."""
    try:
        with alone(CHECKOUT, _say) as descriptor:

            def run(command: list[str], variables: dict[str, str]) -> int:
                return subprocess.run(
                    command, env={**os.environ, **variables}, pass_fds=(descriptor,), check=False
                ).returncode

            environment = Environment(CHECKOUT, run)
            if not environment.is_current():
                environment.make(_say)
    except NotInstalled as failure:
        print(f"\nError: {failure}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nError: The environment cannot be made: {error.strerror}: {error.filename}", file=sys.stderr)
        print("  What to do: free some disk, or make the folder writable; then run make again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next make begins the installation anew.", file=sys.stderr)
        return 130
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
