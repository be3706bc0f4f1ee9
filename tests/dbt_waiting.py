"""`python -m tests.dbt_waiting FOLDER`: dbt imported once, waiting for who asks at FOLDER/dbt.socket to run it."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import marshal
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from importlib import import_module
from io import StringIO
from multiprocessing.connection import Connection, Listener, wait
from pathlib import Path
from typing import Any, NoReturn

from warehouse.base.definitions import DBT_PROJECT
from warehouse.marts.parsed_project import parsed_project

MODULE = "warehouse.marts.dbt_process"
SOCKET = "dbt.socket"
# What dbt writes and says beside the tables, which hardly any test reads.
UNREAD = {"DBT_WRITE_JSON": "false", "DBT_LOG_LEVEL": "error", "DBT_LOG_LEVEL_FILE": "none"}
# What a build imports by and by.
_IMPORTS = ("dbt.cli.main", "dbt.task.build", "dbt.adapters.duckdb.environments.local", "dbt.parser.manifest")
_IMPORTS += (
    "dbt_common.clients.agate_helper",
    "multiprocessing.dummy",
    "dotenv",
    "cloudpickle",
    "babel.dates",
    "pandas",
)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else begins to wait in a folder, finds who does, or ends."""
    with (folder / "dbt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait(folder: Path) -> None:
    """For each request: a copy of this process that runs dbt, and its exit code in answer."""
    for name in (*_IMPORTS, MODULE):
        import_module(name)
    (folder / SOCKET).unlink(missing_ok=True)  # of one that was killed
    with Listener(str(folder / SOCKET), "AF_UNIX") as listener, tempfile.TemporaryDirectory() as templates:
        if os.fork():
            os._exit(0)  # who started this one goes on: it can be reached
        for descriptor in range(3):
            os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
        os.setsid()
        _keep_compiled_templates(Path(templates))
        _answer_requests(listener, folder)


def _answer_requests(listener: Listener, folder: Path) -> None:
    """Until everybody who was connected has left."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the copies
    arriving: Any = listener._listener._socket  # type: ignore[attr-defined]
    known: dict[tuple[Path, int], Any] = {}
    connected = [listener.accept()]
    while True:
        if not connected:
            with held(folder):
                if not wait([arriving], timeout=0):
                    listener.close()
                    return
        for ready in wait([arriving, *connected]):
            if ready is arriving:
                connected.append(listener.accept())
                continue
            assert isinstance(ready, Connection)
            try:
                request = ready.recv()
            except EOFError:
                connected.remove(ready)
                continue
            _answer(request, ready, known)


def _answer(request: dict[str, Any], asking: Connection, known: dict[tuple[Path, int], Any]) -> None:
    """In a copy of this process, so that it can be asked again meanwhile."""
    is_warm = bool(known)
    project = _project(Path(request["arguments"][0]), known)
    if project is not None and not is_warm:
        _warm_up(request, project)
    gc.freeze()
    if os.fork():
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    copy = os.fork()
    if copy == 0:
        gc.disable()
        _run_dbt(request, project)
    _, status = os.waitpid(copy, 0)
    with suppress(BrokenPipeError):  # whoever asked may have been ended
        asking.send(os.waitstatus_to_exitcode(status))
    os._exit(0)


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
    os.environ.update(request["environment"], **UNREAD)
    listing = ["--quiet", "--no-use-colors", "ls", "--project-dir", str(DBT_PROJECT), "--select", "calendar"]
    listing += ["--vars", request["arguments"][1]]
    with redirect_stdout(StringIO()):
        import_module("dbt.cli.main").dbtRunner(project).invoke(listing)
    os.environ.clear()
    os.environ.update(former)


def _say_only_what_is_wrong() -> None:
    """Of what nobody reads nothing is put into words: events are a sixth of a build."""
    manager = import_module("dbt_common.events.event_manager").EventManager
    types = import_module("dbt_common.events.base_types")
    fire, make = manager.fire_event, types.BaseEvent.__init__

    def make_if_told(self: Any, *given: Any, **named: Any) -> None:
        if isinstance(self, types.DebugLevel):
            self.pb_msg = getattr(self.PROTO_TYPES_MODULE, type(self).__name__)()
        else:
            make(self, *given, **named)

    def fire_if_wrong(self: Any, event: Any, level: Any = None, *given: Any, **named: Any) -> None:
        if (level or event.level_tag()).value in ("warn", "error"):
            fire(self, event, level, *given, **named)

    manager.fire_event = fire_if_wrong
    types.BaseEvent.__init__ = make_if_told


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
        dbt_process = import_module(MODULE)
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
    _wait(Path(sys.argv[1]))
