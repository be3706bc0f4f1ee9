"""Long-running child processes: started in the background, found again by pid file, stopped for certain."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from warehouse.base.named_process import named_process
from warehouse.base.permissions import OWNER_ALONE
from warehouse.base.settings import CHECKOUT, Settings

# Settings of these programs come from us alone: a variable left in somebody's shell must not redirect them.
_NOT_INHERITED = ("AIRFLOW", "MLFLOW_", "DBT_", "PYTHONHOME", "PYTHONPATH")
_SAME_START_SECONDS = 2.0
# In the environment of each process we start and of all it starts: by it and the home, ours are known from others'.
MARKER = "CLIENTELE_SERVICE"


@dataclass(frozen=True)
class PidFile:
    """Which process a service is. The start time tells it from another one that got the same pid later."""

    name: str
    pid: int
    started_at: float


def child_environment(variables: dict[str, str]) -> dict[str, str]:
    """Return the inherited environment without other programs' settings, with ours on top."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    programs = str(Path(sys.executable).parent)
    return {
        **inherited,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        **variables,
        "PATH": os.pathsep.join([programs, inherited.get("PATH", os.defpath)]),
    }


def start(settings: Settings, name: str, arguments: list[str], variables: dict[str, str]) -> psutil.Process:
    """Start `python -m <arguments>` as a service: it outlives us and is found again by its pid file."""
    child = begin(settings, name, arguments, variables)
    process = psutil.Process(child.pid)
    child.returncode = 0  # nobody waits for it here: it goes on after us
    entry = PidFile(name, child.pid, process.create_time())
    _pid_path(settings, name).write_text(json.dumps(asdict(entry)) + "\n")
    return process


def begin(settings: Settings, name: str, arguments: list[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start `python -m <arguments>` with a log of its own under home/logs."""
    with (settings.logs_folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=CHECKOUT,
            env={**child_environment(variables), **marked(settings, name)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=OWNER_ALONE,
        )


def marked(settings: Settings, name: str) -> dict[str, str]:
    """Return what tells a process as one of this home's services, even after the death of what started it."""
    # Airflow changes the titles of its processes; without this the title would overwrite the environment.
    return {MARKER: name, "CLIENTELE_HOME": str(settings.home), "SPT_NOENV": "1"}


def left_behind(settings: Settings, names: list[str]) -> list[psutil.Process]:
    """Return the processes of this home's services that belong to no service which still runs.

    A killed service leaves what it had started: workers of Airflow's scheduler with hundreds of MiB each, and
    perhaps a task that works on and holds the build file. They are known by the mark in their environment.

    Parameters
    ----------
    names
        All services, so that the processes of none that runs are taken for left behind.
    """
    services = {process.pid for name in names if (process := running(settings, name))}
    ourselves = {os.getpid(), *(process.pid for process in psutil.Process().parents())}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in ourselves and _is_marked(settings, process) and not _belongs_to(services, process)
    ]


def end_left_behind(settings: Settings, names: list[str], patience_seconds: float = 5.0) -> list[str]:
    """End the processes that `left_behind` finds, and return each as a readable line."""
    found = left_behind(settings, names)
    lines = [named_process(process.pid) for process in found]
    _end(found, found, patience_seconds)
    return lines


def finish(child: subprocess.Popen[bytes], patience_seconds: float) -> int:
    """Wait for a child to end and return its exit code; end it if it takes too long."""
    try:
        return child.wait(timeout=patience_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def running(settings: Settings, name: str) -> psutil.Process | None:
    """Return the process of a service if it lives; remove a pid file that is stale or whose pid was reused."""
    path = _pid_path(settings, name)
    try:
        entry = PidFile(**json.loads(path.read_text()))
        process = psutil.Process(entry.pid)
        is_ours = abs(process.create_time() - entry.started_at) < _SAME_START_SECONDS
        if is_ours and process.status() != psutil.STATUS_ZOMBIE:
            return process
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, psutil.NoSuchProcess):
        pass
    path.unlink(missing_ok=True)
    return None


def stop(settings: Settings, names: list[str], patience_seconds: float = 15.0) -> list[str]:
    """Ask the services to end, and after a while make them; their children too.

    Returns
    -------
    list[str]
        The services that were running.
    """
    found = {name: process for name in names if (process := running(settings, name))}
    family = [member for process in found.values() for member in _with_children(process)]
    _end(list(found.values()), family, patience_seconds)
    for name in names:
        _pid_path(settings, name).unlink(missing_ok=True)
    return list(found)


def family_of(settings: Settings, names: list[str]) -> list[psutil.Process]:
    """Return the running services and all their children."""
    services = [process for name in names if (process := running(settings, name))]
    return [member for process in services for member in _with_children(process)]


def _end(asked: list[psutil.Process], all_of_them: list[psutil.Process], patience_seconds: float) -> None:
    for process in asked:
        _signal(process, "terminate")
    _, left = psutil.wait_procs(all_of_them, timeout=patience_seconds)
    for process in left:
        _signal(process, "kill")
    psutil.wait_procs(left, timeout=5)


def _is_marked(settings: Settings, process: psutil.Process) -> bool:
    try:
        environment = process.environ()
    except psutil.Error:
        return False
    return MARKER in environment and environment.get("CLIENTELE_HOME") == str(settings.home)


def _belongs_to(services: set[int], process: psutil.Process) -> bool:
    try:
        return process.pid in services or any(parent.pid in services for parent in process.parents())
    except psutil.NoSuchProcess:
        return True  # it has ended by itself


def _with_children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, action: str) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        getattr(process, action)()


def _pid_path(settings: Settings, name: str) -> Path:
    return settings.run_folder / f"{name}.pid"
