"""dbt kept ready: tests run it a hundred times, and importing it takes as long as a build.

One process for each of pytest's imports dbt and waits. For each run it makes a copy of itself, which is a process of
its own as `warehouse.marts.dbt_process` is: same arguments, environment, umask, output and exit code.
"""

from __future__ import annotations

import gc
import hashlib
import json
import marshal
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.settings import CHECKOUT
from warehouse.marts.parsed_project import parsed_project

_MODULE = "warehouse.marts.dbt_process"
# What a build imports by and by …
_IMPORTS = ("dbt.cli.main", "dbt.task.build", "dbt.adapters.duckdb.environments.local", "dbt.parser.manifest")
_IMPORTS += (
    "dbt_common.clients.agate_helper",
    "multiprocessing.dummy",
    "dotenv",
    "cloudpickle",
    "babel.dates",
    "pandas",
)
# … and what it writes and says beside the tables, which hardly any test reads.
_UNREAD = {"DBT_WRITE_JSON": "false", "DBT_LOG_LEVEL": "error", "DBT_LOG_LEVEL_FILE": "none"}


class DbtKeptReady:
    """Takes the place of `subprocess` where dbt is started.

    Attributes
    ----------
    is_read
        Whether dbt writes its log and all its artefacts.
    """

    def __init__(self) -> None:
        self.is_read = False
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._waiting: subprocess.Popen[str] | None = None

    def run(self, command: list[str], *, env: dict[str, str], **options: Any) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` with its output captured as text, for `python -m warehouse.marts.dbt_process …`."""
        # A test that makes a copy of itself, to be killed, starts dbt as production does.
        if command[:3] != [sys.executable, "-m", _MODULE] or os.getpid() != self._owner:
            return subprocess.run(command, env=env, check=False, **options)
        with self._lock, tempfile.TemporaryDirectory() as folder:
            outputs = [Path(folder) / name for name in ("stdout", "stderr")]
            os.umask(umask := os.umask(0))
            request = {"arguments": command[3:], "environment": env, "umask": umask}
            request["unread"] = {} if self.is_read else _UNREAD
            request["outputs"] = [str(path) for path in outputs]
            code = self._asked(request)
            return subprocess.CompletedProcess(command, code, *(path.read_text(encoding="utf-8") for path in outputs))

    def close(self) -> None:
        """End the process that waits."""
        if self._waiting is not None and os.getpid() == self._owner:
            self._waiting.kill()
            self._waiting.communicate()

    def _asked(self, request: dict[str, Any]) -> int:
        if self._waiting is None:
            self._waiting = subprocess.Popen(
                [sys.executable, "-m", __name__],
                cwd=CHECKOUT,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._waiting.stdin and self._waiting.stdout
        print(json.dumps(request), file=self._waiting.stdin, flush=True)
        return int(self._waiting.stdout.readline())


def _wait() -> None:
    """For each request: a copy of this process that runs dbt, and its exit code in answer."""
    for name in (*_IMPORTS, _MODULE):
        import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        _keep_compiled_templates(Path(folder))
        _answer_requests()


def _answer_requests() -> None:
    known: dict[tuple[Path, int], Any] = {}
    is_warm = False
    for line in sys.stdin:
        request = json.loads(line)
        project = _project(Path(request["arguments"][0]), known)
        if project is not None and not is_warm:
            _warm_up(request, project)
            is_warm = True
        gc.freeze()
        copy = os.fork()
        if copy == 0:
            gc.disable()
            _run_dbt(request, project)
        _, status = os.waitpid(copy, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _keep_compiled_templates(folder: Path) -> None:
    """What Jinja makes of a text is kept in files: each copy of this process would make it anew, a sixth of a build."""
    from jinja2 import Environment

    compile_anew = Environment.compile

    def compile_once(self: Environment, source: Any, name: str | None = None, *given: Any, **named: Any) -> Any:
        if not isinstance(source, str) or name or given or named:
            return compile_anew(self, source, name, *given, **named)
        what = (type(self).__qualname__, sorted(self.extensions), source)
        file = folder / hashlib.sha256(repr(what).encode()).hexdigest()
        if file.exists():
            return marshal.loads(file.read_bytes())  # noqa: S302 - written below
        code = compile_anew(self, source)
        new = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        new.write_bytes(marshal.dumps(code))
        new.rename(file)
        return code

    Environment.compile = compile_once  # type: ignore[method-assign]


def _project(file: Path, known: dict[tuple[Path, int], Any]) -> Any:
    """The project as parsed before, read once for all runs; None where it is still to be parsed."""
    if not file.exists():
        return None
    key = (file, file.stat().st_mtime_ns)
    if key not in known:
        known[key] = parsed_project(file, {})
    return known[key]


def _warm_up(request: dict[str, Any], project: Any) -> None:
    """Let dbt list one model here: what it derives from its own classes is then there in each copy."""
    former = dict(os.environ)
    os.environ.update(request["environment"], **_UNREAD)
    listing = ["--quiet", "--no-use-colors", "ls", "--project-dir", str(DBT_PROJECT), "--select", "calendar"]
    listing += ["--vars", request["arguments"][1]]
    with redirect_stdout(StringIO()):
        import_module("dbt.cli.main").dbtRunner(project).invoke(listing)
    os.environ.clear()
    os.environ.update(former)


def _say_only_what_is_wrong() -> None:
    """Of what nobody reads nothing is put into words: events are a tenth of a build."""
    manager = import_module("dbt_common.events.event_manager").EventManager
    fire = manager.fire_event

    def fire_if_wrong(self: Any, event: Any, level: Any = None, *given: Any, **named: Any) -> None:
        if (level or event.level_tag()).value in ("warn", "error"):
            fire(self, event, level, *given, **named)

    manager.fire_event = fire_if_wrong


def _run_dbt(request: dict[str, Any], project: Any) -> NoReturn:
    """Become the process that was asked for."""
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["environment"], **request["unread"])
    if request["unread"]:
        _say_only_what_is_wrong()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, path in enumerate(request["outputs"], start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    code = 1
    try:
        dbt_process = import_module(_MODULE)
        if project is not None:
            dbt_process.parsed_project = lambda *_: project
        code = dbt_process.main(*request["arguments"])
        # What the end of a process does, too; threads of the libraries keep a copy from ending as others do.
        import_module("dbt.adapters.duckdb.connections").DuckDBConnectionManager.close_all_connections()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _wait()
