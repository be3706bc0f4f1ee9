"""The outcome of each dbt model, in a file as dbt comes to it: one line for each finished node."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouse.base.errors import DbtFailed
from warehouse.base.settings import Settings

# Stands for all nodes: nothing follows.
ALL = "all"


def progress_folder(settings: Settings) -> Path:
    """Where the files lie."""
    return settings.dbt_target_folder / "progress"


def progress_file(folder: str | Path, run_id: str) -> Path:
    """Return where the outcomes of one run of a DAG are written."""
    return Path(folder) / (re.sub(r"[^A-Za-z0-9_.-]", "_", run_id) + ".jsonl")


def append_outcome(file: Path, event: Any) -> None:
    """Write the outcome of a node, if the event of dbt tells one."""
    if event.info.name != "NodeFinished":
        return
    node = event.data.node_info
    _append(file, node.unique_id, node.node_status)


@contextmanager
def outcomes_written(file: Path) -> Iterator[Callable[[Any], None]]:
    """The handler of the events of a dbt that runs in the block, and a last line where it ran to its end.

    Where it did not, it may be tried again: Airflow knows.
    """
    try:
        yield lambda event: append_outcome(file, event)
    except DbtFailed:
        _append(file, ALL, "failed")
        raise
    _append(file, ALL, "success")


def outcome_of(file: Path, unique_id: str, since: float) -> str | None:
    """Return the status of the node's last outcome from a moment on, or None."""
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        return None
    outcome = _outcomes(file, size).get(unique_id)
    return outcome["status"] if outcome and outcome["at"] >= since else None


def _append(file: Path, node: str, status: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write(json.dumps({"node": node, "status": status, "at": time.time()}) + "\n")


@functools.lru_cache(maxsize=4)  # the models of a run all ask for the same
def _outcomes(file: Path, _size: int) -> dict[str, dict[str, Any]]:
    lines = file.read_text().split("\n")[:-1]  # what follows the last line feed is still being written
    return {outcome["node"]: outcome for outcome in map(json.loads, lines)}
