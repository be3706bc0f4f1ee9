"""Killing a publication or a rollback at its steps, for real: `python -m tests.warehouse.killing HOME ACTION [EVERY]`.

Each attempt runs in a fork that kills itself just before its n-th step on files below the home. After each kill a
fresh process looks at what readers find, and another publishes in peace. Prints one JSON line per kill. EVERY: only
each so many-th step.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from tests.warehouse.forks import answer_of_fork, die_at, in_fork, was_killed
from tests.warehouse.small_warehouse import SOURCE, live, make_marts, parquet_seen, published_run
from warehouse.base.settings import Settings
from warehouse.publishing.publication_recovery import known_history
from warehouse.publishing.publish import publish
from warehouse.publishing.published_versions import live_version
from warehouse.publishing.rollback import roll_back

_MOST_STEPS = 2000


def main() -> None:
    """Kill at step 1, 2, 3 … until an attempt is no longer killed."""
    settings = Settings(home=Path(sys.argv[1]), memory_limit="500MB", threads=1, published_versions_kept=2)
    action, every = sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1
    answer_of_fork(_publish_in_peace, settings, 2)
    before = answer_of_fork(_publish_in_peace, settings, 3)
    for step in range(1, _MOST_STEPS, every):
        status = in_fork(_act_and_die, settings, action, step)
        killed = was_killed(status)
        after = answer_of_fork(_look, settings)
        found = {"step": step, "killed": killed, "status": status, "before": before, "after": after}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        if not killed:
            return
        before = answer_of_fork(_publish_in_peace, settings, 1000 + step) if action == "publish" else after


def _publish_in_peace(settings: Settings, customers: int) -> list[Any]:
    report = published_run(settings, customers)
    seen = _look(settings)
    assert seen == [report.version, customers]
    return seen


def _act_and_die(settings: Settings, action: str, step: int) -> None:
    if action == "publish":
        make_marts(settings, 2 + step)
        die_at(step, str(settings.published_folder), _counts)
        publish(settings, SOURCE, date(2024, 1, 1), f"run-{2 + step}")
    else:
        die_at(step, str(settings.published_folder), _counts)
        roll_back(settings, _other_version(settings), "ada", f"step {step}")


def _other_version(settings: Settings) -> str:
    versions = [run.published_version for run in known_history(settings).published]
    return next(version for version in versions if version != live_version(settings))


def _counts(path: str) -> bool:
    """One table stands for all: their Parquet files are written in the same way."""
    return not path.endswith(".parquet") or path.endswith("pipeline_runs.parquet")


def _look(settings: Settings) -> list[Any]:
    """What a reader finds, in both forms; any failure ends the campaign."""
    seen = live(settings)
    assert parquet_seen((settings.published_folder / "parquet").resolve()) == seen
    return list(seen)


if __name__ == "__main__":
    main()
