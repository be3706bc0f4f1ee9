"""Services are found again by their pid files, and nobody else's process is ever touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.embedded import end_orphans
from services.processes import begin, end_left_behind, finish, left_behind, running, start, stop
from warehouse.base.settings import Settings

SLEEP = ["timeit", "-n", "1", "-r", "1", "import time; time.sleep(60)"]
# A parent that ignores being asked to end, with a child of its own.
STUBBORN = [
    "timeit", "-n", "1", "-r", "1",
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)",
]  # fmt: skip


@pytest.fixture
def home(settings: Settings) -> Iterator[Settings]:
    settings.run_folder.mkdir(parents=True)
    settings.logs_folder.mkdir(parents=True)
    yield settings
    stop(settings, ["service"], patience_seconds=1)


def test_a_service_is_started_found_and_stopped(home: Settings) -> None:
    process = start(home, "service", SLEEP, {})
    assert running(home, "service") == process
    assert stop(home, ["service", "unknown"]) == ["service"]
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert running(home, "service") is None
    assert stop(home, ["service"]) == []


def test_a_stale_pid_file_is_removed(home: Settings) -> None:
    process = start(home, "service", SLEEP, {})
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=5)
    assert running(home, "service") is None
    assert not (home.run_folder / "service.pid").exists()


def test_a_process_that_got_the_pid_later_is_left_alone(home: Settings) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        entry = {"name": "service", "pid": other.pid, "started_at": psutil.Process(other.pid).create_time() - 100}
        (home.run_folder / "service.pid").write_text(json.dumps(entry))
        assert running(home, "service") is None
        (home.run_folder / "service.pid").write_text(json.dumps(entry))
        assert stop(home, ["service"]) == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("content", ["", "12", "{}", '{"name": "service", "pid": "x", "started_at": 1}', "[]"])
def test_a_broken_pid_file_means_not_running(home: Settings, content: str) -> None:
    (home.run_folder / "service.pid").write_text(content)
    assert running(home, "service") is None


def test_who_does_not_listen_is_made_to_end_with_its_children(home: Settings) -> None:
    process = start(home, "service", STUBBORN, {})
    deadline = 50
    while not process.children() and deadline:
        deadline -= 1
        psutil.wait_procs([process], timeout=0.1)
    [child] = process.children()
    stop(home, ["service"], patience_seconds=0.5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_what_takes_too_long_is_ended(home: Settings) -> None:
    assert finish(begin(home, "preparation", SLEEP, {}), patience_seconds=0.2) != 0
    assert finish(begin(home, "preparation", ["this_module_does_not_exist"], {}), patience_seconds=20) == 1
    assert "No module named" in (home.logs_folder / "preparation.log").read_text()


# A service with a child and a grandchild, all of which change their titles as Airflow's do.
FAMILY = [
    "timeit", "-n", "1", "-r", "1",
    "import os, time; from setproctitle import setproctitle; os.fork(); os.fork(); "
    "setproctitle('airflow worker -- LocalExecutor: <idle>'); time.sleep(60)",
]  # fmt: skip


def started_family(home: Settings) -> tuple[psutil.Process, list[psutil.Process]]:
    service = start(home, "service", FAMILY, {})
    for _ in range(100):
        family = [service, *service.children(recursive=True)]
        if len(family) == 4 and all("LocalExecutor" in " ".join(process.cmdline()) for process in family):
            return service, family[1:]
        time.sleep(0.1)
    raise AssertionError("the service's children did not start")


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_what_a_killed_service_leaves_behind_is_found_and_ended(home: Settings, tmp_path: Path) -> None:
    service, children = started_family(home)
    elsewhere = Settings(home=tmp_path / "elsewhere")
    assert left_behind(home, ["service"]) == []  # they belong to a service that runs
    os.kill(service.pid, signal.SIGKILL)
    service.wait(timeout=5)
    assert left_behind(elsewhere, ["service"]) == []  # another home's
    assert {process.pid for process in left_behind(home, ["service"])} == {process.pid for process in children}
    said = end_left_behind(home, ["service"])
    assert sorted(said) == sorted(
        f"process id {child.pid} (airflow worker -- LocalExecutor: <idle>)" for child in children
    )
    assert all(is_gone(child) for child in children)
    assert left_behind(home, ["service"]) == []


def test_a_lost_pid_file_does_not_hide_a_service(home: Settings) -> None:
    service = start(home, "service", SLEEP, {})
    while not service.environ():  # the kernel shows nothing of a program that is just being loaded
        time.sleep(0.01)
    (home.run_folder / "service.pid").unlink()
    told: list[str] = []
    end_orphans(home, told.append)
    assert told[0] == "Ended a process that a killed service had left behind:"
    assert f"process id {service.pid} (" in told[1]
    assert is_gone(service)


def test_a_process_with_nothing_but_our_home_is_left_alone(home: Settings) -> None:
    """Such as the shell of somebody who has set the variable, and what he runs in it."""
    environment = {**os.environ, "CLIENTELE_HOME": str(home.home), "AIRFLOW_HOME": str(home.airflow_home)}
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=environment)
    try:
        assert left_behind(home, ["service"]) == []
    finally:
        other.kill()
        other.wait()
