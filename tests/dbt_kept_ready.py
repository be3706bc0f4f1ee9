"""dbt kept ready: tests run it a hundred times, and importing it takes as long as a build.

One process for all of pytest's imports dbt and waits. For each run it makes a copy of itself, which is a process of its
own as `warehouse.marts.dbt_process` is: same arguments, environment, umask, output and exit code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from tests.dbt_waiting import MODULE, SOCKET, UNREAD, held
from warehouse.base.settings import CHECKOUT


class DbtKeptReady:
    """Takes the place of `subprocess` where dbt is started.

    Parameters
    ----------
    folder
        Where the process that waits is found: whoever names the same shares it.

    Attributes
    ----------
    is_read
        Whether dbt writes its log and all its artefacts.
    """

    def __init__(self, folder: Path) -> None:
        self.is_read = False
        self._folder = folder
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._waiting: Connection | None = None

    def run(self, command: list[str], *, env: dict[str, str], **options: Any) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` with its output captured as text, for `python -m warehouse.marts.dbt_process …`."""
        # A test that makes a copy of itself, to be killed, starts dbt as production does.
        if command[:3] != [sys.executable, "-m", MODULE] or os.getpid() != self._owner:
            return subprocess.run(command, env=env, check=False, **options)
        with self._lock, tempfile.TemporaryDirectory() as folder:
            outputs = [Path(folder) / name for name in ("stdout", "stderr")]
            os.umask(umask := os.umask(0))
            request = {"arguments": command[3:], "environment": env, "umask": umask}
            request["unread"] = {} if self.is_read else UNREAD
            request["outputs"] = [str(path) for path in outputs]
            code = self._asked(request)
            return subprocess.CompletedProcess(command, code, *(path.read_text(encoding="utf-8") for path in outputs))

    def close(self) -> None:
        """Leave the process that waits; it ends when everybody has left."""
        if self._waiting is not None and os.getpid() == self._owner:
            self._waiting.close()

    def _asked(self, request: dict[str, Any]) -> int:
        if self._waiting is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            with held(self._folder):
                self._waiting = _connected(self._folder)
        self._waiting.send(request)
        return self._waiting.recv()


def _connected(folder: Path) -> Connection:
    """A connection to the process that waits, which is started where there is none."""
    with suppress(FileNotFoundError, ConnectionRefusedError):
        return Client(str(folder / SOCKET), "AF_UNIX")
    subprocess.run(
        [sys.executable, "-m", "tests.dbt_waiting", str(folder)],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        check=True,
    )
    return Client(str(folder / SOCKET), "AF_UNIX")
