"""`pytest -p tests.copies --copies 3`: tests in copies of the process that collected them.

To import and collect everything takes twenty core seconds, which a process that is started for its share of the tests
takes anew. Files are handed out whole and in their order, each to the copy that comes for it first. With
`--libraries-first` the process also imports, once for all copies and theirs, what our code imports when it is needed.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest

_COPYING = multiprocessing.get_context("fork")
_FOLDER = "copy-"
# What tells people of results: the process that was copied does.
_TELLING = ("terminalreporter", "terminalprogress-plugin")
_TAKING_DOWN_SECONDS = 60.0
_LIBRARIES = (
    "dbt.contracts.graph.manifest",
    "econml.metalearners",
    "holidays.countries",
    "lifelines",
    "mlflow.pyfunc",
    "mlflow.store.model_registry.sqlalchemy_store",
    "mlflow.store.tracking.sqlalchemy_store",
    "shap",
    "snownlp",
    "splink",
    "statsforecast.models",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--copies", type=int, default=0, help="run the tests in so many copies of this process")
    parser.addoption("--libraries-first", action="store_true", help="import what tests need later before copying")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.copies:
        config.pluginmanager.register(Copies(config.option.copies))


def is_copy(factory: pytest.TempPathFactory) -> bool:
    """Whether other processes of this test run have folders beside this one's."""
    return factory.getbasetemp().name.startswith(_FOLDER)


@dataclass(frozen=True)
class Copy:
    """A process that runs tests, and where it tells what came of them."""

    process: ForkProcess
    told: Connection


class Copies:
    """Takes the place of pytest's loop over the tests.

    Parameters
    ----------
    count
        Of the processes.
    """

    def __init__(self, count: int) -> None:
        self._count = count

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or session.config.option.collectonly:
            return None  # pytest knows what to say
        session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # made once, for all
        files = [list(items) for _, items in groupby(session.items, lambda item: item.path)]
        next_file = _COPYING.Value("i", 0)
        copies = []
        if session.config.option.libraries_first:
            _import_libraries()
        try:
            for number in range(min(self._count, len(files))):
                ours, theirs = _COPYING.Pipe(duplex=False)
                process = _COPYING.Process(target=self._run, args=(session, files, next_file, number, theirs))
                process.start()
                theirs.close()
                copies.append(Copy(process, ours))
            self._listen(session, copies)
        finally:
            for copy in copies:
                _end(copy)
        return True

    def _listen(self, session: pytest.Session, copies: Sequence[Copy]) -> None:
        """Tell pytest what the copies tell, until the last one has ended; a test that none told of has failed."""
        hook = session.config.hook
        by_connection: dict[Any, Copy] = {copy.told: copy for copy in copies}
        untold = {item.nodeid: item for item in session.items}
        ends, failures = list[int](), list[str]()
        while by_connection:
            for connection in wait(list(by_connection)):
                assert isinstance(connection, Connection)
                try:
                    kind, content = connection.recv()
                except EOFError:
                    process = by_connection.pop(connection).process
                    process.join()
                    ends += [process.exitcode] if process.exitcode else []
                    continue
                if kind == "failure":
                    failures.append(content)
                    continue
                if kind == "warning":
                    hook.pytest_warning_recorded.call_historic(kwargs=content)
                    continue
                report = hook.pytest_report_from_serializable(config=session.config, data=content)
                hook.pytest_runtest_logreport(report=report)
                if report.when == "teardown":
                    untold.pop(report.nodeid, None)
                    if session.shouldfail:
                        raise session.Failed(session.shouldfail)
        for item in untold.values():
            hook.pytest_runtest_logreport(report=_not_ended(item, ends))
        if failures:
            session.shouldfail = "\n".join(failures)
            raise session.Failed(session.shouldfail)

    @staticmethod
    def _run(
        session: pytest.Session, files: Sequence[list[pytest.Item]], next_file: Any, number: int, told: Connection
    ):
        """What a copy does: one file after the other, until none is left."""
        config = session.config
        _become_a_copy(config, number)
        config.pluginmanager.register(Telling(config, told))

        def claimed() -> Iterator[list[pytest.Item]]:
            while True:
                with next_file.get_lock():
                    index = next_file.value
                    next_file.value += 1
                if index >= len(files):
                    return
                yield files[index]

        run: Any = config.hook.pytest_runtest_protocol
        try:
            for items in claimed():
                # After the last one only what belongs to the session stays: which file comes next is not known yet.
                for item, following in pairwise([*items, session]):
                    run(item=item, nextitem=following)
        finally:  # also where it is interrupted: what fixtures have started is taken down
            try:
                session._setupstate.teardown_exact(None)
            except Exception:
                told.send(("failure", f"A fixture of the session failed at its end.\n{traceback.format_exc()}"))


class Telling:
    """In a copy: hands reports and warnings to the process that was copied."""

    def __init__(self, config: pytest.Config, told: Connection) -> None:
        self._config = config
        self._told = told

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._told.send(("report", told))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: tuple[str, int, str] | None
    ) -> None:
        text = f"{warning_message.category.__name__}: {warning_message.message}"  # of a class that may be a test's own
        plain = warnings.WarningMessage(text, UserWarning, warning_message.filename, warning_message.lineno)
        self._told.send(("warning", {"warning_message": plain, "when": when, "nodeid": nodeid, "location": location}))


def _import_libraries() -> None:
    from expectations.gx.imports import import_great_expectations
    from ml.jobs.voice.configuration import load_voice
    from ml.jobs.voice.languages import detect_languages

    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import_great_expectations()
    for name in _LIBRARIES:
        importlib.import_module(name)
    detect_languages(["Which language may this be written in?"], load_voice().language)  # reads its model
    gc.collect()
    gc.freeze()  # no copy looks through them for garbage, and writes on their pages


def _end(copy: Copy) -> None:
    """Interrupt a copy that still runs, as Ctrl-C does, and let it take down what its tests have started."""
    if copy.process.is_alive() and copy.process.pid:
        os.kill(copy.process.pid, signal.SIGINT)
    copy.process.join(_TAKING_DOWN_SECONDS)
    copy.process.kill()
    copy.process.join()


def _interrupted_once(*_: Any) -> None:
    """A copy hears Ctrl-C from the terminal and from the process that was copied: the second finds it taking down."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _become_a_copy(config: pytest.Config, number: int) -> None:
    """Leave to the process that was copied what only one may do, and have files of one's own."""
    plugins = config.pluginmanager
    for name in _TELLING:
        plugins.unregister(name=name) if plugins.hasplugin(name) else None
    signal.signal(signal.SIGINT, _interrupted_once)
    capture = plugins.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    factory: Any = config._tmp_path_factory  # type: ignore[attr-defined]
    own: Path = factory.getbasetemp() / f"{_FOLDER}{number}"
    own.mkdir(mode=0o700)
    factory._basetemp = own


def _not_ended(item: pytest.Item, ends: Sequence[int]) -> pytest.TestReport:
    codes = ", ".join(str(code) for code in ends) or "0"
    words = f"{item.nodeid} did not come to its end: its process, or the one that ran its file, ended with {codes}."
    return pytest.TestReport(item.nodeid, item.location, dict(item.keywords), "failed", words, "call")
