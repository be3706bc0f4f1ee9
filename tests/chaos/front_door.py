"""`python -m tests.chaos.front_door FOLDER`: set-up killed at ten moments, runs side by side, runs interrupted.

Each command is what the Makefile calls, in a home or a clone of its own. A violation is a command that does not end as
it would alone, a service left behind, or other content than that of an undisturbed run. One line of JSON at the end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.embedded import ALL_SERVICES
from services.processes import end_left_behind, running, stop
from tests.chaos.content import content_hashes
from warehouse.base.settings import CHECKOUT, Settings

SETUP_KILLS_AFTER_SECONDS = (0.3, 1, 2, 3, 4.5, 6, 9, 13, 20, 30)
# The words of the run's progress after which everything is killed.
INTERRUPTED_AFTER = ("Starting Airflow", "check_raw", "resolve_identities", "train_segmentation", "train_churn")
_LONGEST_SECONDS = 900


@dataclass
class Found:
    """What was tried, and what went wrong."""

    setup_kills: int = 0
    runs_side_by_side: int = 0
    interruptions: int = 0
    violations: list[str] = field(default_factory=list)


def kill_setups(clone: Path, found: Found) -> None:
    """Kill the first `make` of a clone at ten moments; the next one must work by itself."""
    subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], check=True)
    command = ["make", "status"]
    for seconds in SETUP_KILLS_AFTER_SECONDS:
        child = subprocess.Popen(
            command, cwd=clone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            found.setup_kills += 1
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False, timeout=_LONGEST_SECONDS)
    if done.returncode:
        found.violations.append(f"set-up after kills: make status ended with {done.returncode}: {done.stderr[-800:]}")


def run_side_by_side(home: Path, found: Found) -> None:
    """Three runs at once in one home: each publishes, and the last one stops what they started."""
    settings = _settings(home)
    runs = []
    for _ in range(3):
        runs.append(_begin(settings, home / f"run-{len(runs)}.log"))
        time.sleep(2)
    for number, child in enumerate(runs):
        if child.wait(timeout=_LONGEST_SECONDS):
            log = (home / f"run-{number}.log").read_text()[-800:]
            found.violations.append(f"side by side: run {number} ended with {child.returncode}: {log}")
        found.runs_side_by_side += 1
    _expect_nothing_runs(settings, "side by side", found)


def interrupt_runs(home: Path, found: Found) -> None:
    """Kill everything at five moments of a run; the next run names what is left, and ends as if nothing had been."""
    settings = _settings(home)
    log = home / "run.log"
    _finished(settings, log, "undisturbed", found)
    # A run that is done again finds its models trained: that is what the interrupted ones are compared with.
    _finished(settings, log, "undisturbed", found)
    expected = _content(settings)
    for words in INTERRUPTED_AFTER:
        child = _begin(settings, log)
        _wait_until(lambda words=words: words in log.read_text(), child)
        child.kill()
        for name in ALL_SERVICES:
            if process := running(settings, name):
                process.kill()
        child.wait()
        found.interruptions += 1
        _finished(settings, log, f"after a kill at {words!r}", found)
        if _content(settings) != expected:
            found.violations.append(f"after a kill at {words!r}: the content is another")
        _expect_nothing_runs(settings, f"after a kill at {words!r}", found)


def _settings(home: Path) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    return Settings(home=home, sample_customer_count=300)


def _begin(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "CLIENTELE_HOME": str(settings.home), "CLIENTELE_SAMPLE_CUSTOMER_COUNT": "300"}
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "services", "run"], cwd=CHECKOUT, env=environment, stdout=output, stderr=output
        )


def _finished(settings: Settings, log: Path, when: str, found: Found) -> None:
    if _begin(settings, log).wait(timeout=_LONGEST_SECONDS):
        found.violations.append(f"{when}: the run failed: {log.read_text()[-800:]}")


def _wait_until(is_so: Callable[[], bool], child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while not is_so() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)


def _content(settings: Settings) -> dict[str, str]:
    """What was published, without the records of quality, which tell how often a thing was done."""
    return {table: one for table, one in content_hashes(settings).items() if not table.startswith("quality.")}


def _expect_nothing_runs(settings: Settings, when: str, found: Found) -> None:
    left = stop(settings, ALL_SERVICES) + end_left_behind(settings, ALL_SERVICES)
    if left:
        found.violations.append(f"{when}: left running: {', '.join(left)}")


def main() -> int:
    """Run the three campaigns in a folder."""
    folder = Path(sys.argv[1])
    found = Found()
    kill_setups(folder / "clone", found)
    run_side_by_side(folder / "side-by-side", found)
    interrupt_runs(folder / "interrupted", found)
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
