"""Killing an erasure, for real: `python -m tests.warehouse.privacy.killing_erasure HOME [--every N] [--moments N]`.

Each attempt is `python -m warehouse erase` in a fork that kills itself just before one of its steps on files below the
home, or is killed at a moment of its time, when it may be inside DuckDB. Every second time the next attempt is killed
as well; then one is left in peace. After it the person must be gone from everywhere, and everything else must be as an
erasure that nobody disturbed leaves it. Prints one JSON line per erasure.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.warehouse.forks import STEPS, answer_of_fork, die_at, in_fork, was_killed
from tests.warehouse.privacy.shop_with_people import PERSON, SOURCE, found_in_home, ingested, publish_marts
from warehouse.__main__ import main as command
from warehouse.base.connections import open_duckdb
from warehouse.base.settings import Settings
from warehouse.privacy.subject import notes_folder
from warehouse.publishing.published_versions import DATABASE
from warehouse.source_definitions.folders import load_source
from warehouse.tables.descriptions import published_tables

_MOST_STEPS = 2000
_TOLD_BY = {"quality.erasures"}  # when and how often it was done


@dataclass(frozen=True)
class Kill:
    """Before the n-th step of some kinds below a folder of the home, or after some seconds."""

    folder: str = ""
    events: frozenset[str] = STEPS
    step: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        kind = "/".join(sorted(self.events)) if self.events != STEPS else "step"
        return f"{kind} {self.step} in {self.folder or 'the home'}" if self.step else f"after {self.seconds:.2f} s"


def main() -> None:
    """Kill where it is asked for, or at every so many-th step until an attempt ends, then at moments."""
    options = _options()
    os.environ |= {
        "CLIENTELE_HOME": str(options.home),
        "CLIENTELE_PRIVACY_SECRET": "of this campaign, thirty-two characters",
    }
    settings = Settings(home=options.home, memory_limit="500MB", threads=1)
    load_source(settings, SOURCE)  # what is declared is read once, not in each fork
    published_tables()
    answer_of_fork(_prepare, settings, options.versions)
    base = options.home.with_name(f"{options.home.name}-base")
    shutil.copytree(options.home, base, symlinks=True)
    began = time.monotonic()
    assert in_fork(_erase, settings) == 0
    usual_seconds = time.monotonic() - began
    reference = answer_of_fork(_state, settings)
    for number, kill in enumerate(_kills(options, usual_seconds)):
        shutil.rmtree(options.home)
        shutil.copytree(base, options.home, symlinks=True)
        statuses = [_killed(settings, kill) for _ in range(1 + number % 2)]
        _tell(kill, statuses, settings, reference)
        if kill.step and not options.before and not was_killed(statuses[0]):
            options.every = 0  # there are no more steps


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only each so many-th step")
    parser.add_argument("--moments", type=int, default=20, help="kills spread over the time of an erasure")
    parser.add_argument("--versions", type=int, default=2, help="published versions that hold the person")
    parser.add_argument("--before", nargs=3, action="append", metavar=("EVENT", "FOLDER", "N"), help="only these steps")
    return parser.parse_args()


def _kills(options: argparse.Namespace, usual_seconds: float) -> Iterator[Kill]:
    if options.before:
        yield from (Kill(folder, frozenset({event}), int(n)) for event, folder, n in options.before)
        return
    step = 1
    while options.every and step < _MOST_STEPS:
        yield Kill(step=step)
        step += options.every
    yield from (Kill(seconds=usual_seconds * (n + 1) / (options.moments + 1)) for n in range(options.moments))


def _prepare(settings: Settings, versions: int) -> None:
    ingested(settings)
    for _ in range(versions):
        publish_marts(settings)
    settings.logs_folder.mkdir(parents=True)
    (settings.logs_folder / "some.log").write_text(f"scored {PERSON}\nfine\n")


def _erase(settings: Settings, kill: Kill | None = None) -> None:
    """The command itself; raises where it does not end well."""
    silent = os.open(settings.home.with_name("erasing.log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    if kill is not None:
        die_at(kill.step, str(settings.home / kill.folder), events=kill.events)
    code = command(["erase", "--source", SOURCE, "--customer", PERSON, "--reason", "asked by letter", "--confirm"])
    assert code == 0


def _killed(settings: Settings, kill: Kill) -> int:
    if kill.step:
        return in_fork(_erase, settings, kill)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _erase(settings)
            status = 0
        finally:
            os._exit(status)
    time.sleep(kill.seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _tell(kill: Kill, statuses: list[int], settings: Settings, reference: dict[str, Any]) -> None:
    """One line: what readers found after the kills, and whether the erasure after them ended as an undisturbed one."""
    seen = answer_of_fork(_readable_versions, settings)
    status = in_fork(_erase, settings)
    state = answer_of_fork(_state, settings)
    differences = sorted(name for name in {*state, *reference} if state.get(name) != reference.get(name))
    kills = sum(map(was_killed, statuses))
    found = {"where": str(kill), "kills": kills, "versions": seen, "status": status}
    found |= {"person": state["person"], "differences": differences}
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def _readable_versions(settings: Settings) -> list[int]:
    """Customers of each published version, as a reader finds them after a kill."""
    counts = []
    for path in sorted((settings.published_folder / "versions").glob(f"[!.]*/{DATABASE}")):
        with open_duckdb(path, settings, read_only=True) as connection:
            counts.append(connection.execute("select count(*) from marts.dim_customers").fetchone()[0])
    return counts


def _state(settings: Settings) -> dict[str, Any]:
    """Everything under the home: tables by their rows, other files by their bytes, and where the person is found."""
    state: dict[str, Any] = {"person": found_in_home(settings)}
    for path in sorted(settings.home.rglob("*")):
        name = path.relative_to(settings.home).as_posix()
        if path.suffix == ".duckdb" and not path.is_symlink():
            with open_duckdb(path, settings, read_only=True) as connection:
                tables = connection.execute("select schema_name, table_name from duckdb_tables() order by all")
                for schema, table in tables.fetchall():
                    if f"{schema}.{table}" not in _TOLD_BY:
                        rows = connection.execute(f'select * from {schema}."{table}"').fetchall()
                        state[f"{name} {schema}.{table}"] = _digest("\n".join(sorted(map(repr, rows))).encode())
        elif path.is_file() and not path.is_symlink() and not path.name.endswith(".lock"):
            state[name] = _digest(path.read_bytes())
    return state | {"unfinished": len(list(notes_folder(settings).iterdir()))}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
