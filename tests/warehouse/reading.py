"""Readers and a publisher at work at the same time: `python -m tests.warehouse.reading HOME SECONDS [READERS]`.

Several processes open what is published again and again, as people and tools do: with the program's own function,
with plain DuckDB, through `make sql`'s function, and as Parquet. Each round looks at one version: the live row of
quality.pipeline_runs must agree with the rows of all tables. Meanwhile versions are published and rolled back without
a break. Prints one JSON line with the numbers of rounds, versions seen, the longest round, and violations.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from dataclasses import asdict, dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import duckdb

from services.sql_prompt import answer
from tests.warehouse.small_warehouse import live, parquet_seen, published_run, version_seen
from warehouse.base.settings import Settings
from warehouse.publishing.rollback import roll_back

_BREATH_SECONDS = 0.03  # between two reads: the publisher needs the processor, too


@dataclass
class Campaign:
    """What came of it. Times in seconds."""

    seconds: float
    publications: int = 0
    rollbacks: int = 0
    reads_by_way: dict[str, int] = field(default_factory=dict)
    versions_seen: int = 0
    longest_read_seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


def campaign(settings: Settings, seconds: float, reader_count: int, fewest_publications: int = 1) -> Campaign:
    """Let readers read while versions change, for so many seconds and, on a busy machine, until there were enough."""
    published_run(settings, 1)
    processes = multiprocessing.get_context("spawn")
    over, results = processes.Event(), processes.Queue()
    ready = processes.Semaphore(0)
    readers = [
        processes.Process(target=_read, args=(settings, number, ready, over, results)) for number in range(reader_count)
    ]
    for reader in readers:
        reader.start()
    for _ in readers:
        ready.acquire(timeout=120)
    began = time.monotonic()
    result = Campaign(seconds)
    while time.monotonic() - began < seconds or result.publications < fewest_publications:
        published_run(settings, 2 + result.publications % 50)
        result.publications += 1
        if result.publications % 3 == 0:
            roll_back(settings, None, "campaign", "to disturb the readers")
            result.rollbacks += 1
    over.set()
    _gather(result, [results.get(timeout=120) for _ in readers])
    for reader in readers:
        reader.join(timeout=60)
    return result


def _gather(result: Campaign, answers: list[dict[str, Any]]) -> None:
    versions = set()
    for found in answers:
        for way, count in found["reads"].items():
            result.reads_by_way[way] = result.reads_by_way.get(way, 0) + count
        result.longest_read_seconds = max(result.longest_read_seconds, round(found["longest"], 3))
        result.violations += found["violations"]
        versions |= set(found["versions"])
    result.versions_seen = len(versions)


def _read(settings: Settings, number: int, ready: Any, over: Event, results: Any) -> None:
    ways = {"open_published": live, "plain duckdb": _plainly, "make sql": _by_prompt, "parquet": _as_parquet}
    reads = dict.fromkeys(ways, 0)
    longest, versions, violations = 0.0, set(), []
    ready.release()
    names = list(ways)
    while not over.is_set():
        way = names[(number + sum(reads.values())) % len(names)]
        began = time.monotonic()
        try:
            versions.add(ways[way](settings)[0])
        except Exception as error:  # a violation, whatever it is
            violations.append(f"{way}: {type(error).__name__}: {error}")
        longest = max(longest, time.monotonic() - began)
        reads[way] += 1
        time.sleep(_BREATH_SECONDS)
    results.put({"reads": reads, "longest": longest, "versions": sorted(versions), "violations": violations})


def _plainly(settings: Settings) -> tuple[str, int]:
    with duckdb.connect(str(settings.published_file), read_only=True) as connection:
        return version_seen(connection)


def _by_prompt(settings: Settings) -> tuple[str, int]:
    query = (
        "select published_version || '|' || customers || '|' || (select count(*) from marts.dim_customers) || '|' "
        "|| (select count(*) from marts.fct_orders) as line from quality.pipeline_runs where status = 'live'"
    )
    *_, line = answer(settings, query)
    version, customers, *counts = line.strip().split("|")
    assert set(counts) == {customers}, line
    return version, int(customers)


def _as_parquet(settings: Settings) -> tuple[str, int]:
    return parquet_seen((settings.published_folder / "parquet").resolve())


def main() -> None:
    """Run a campaign and print its numbers."""
    settings = Settings(home=Path(sys.argv[1]), memory_limit="500MB", threads=1)
    found = campaign(settings, float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 3)
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    sys.exit(1 if found.violations else 0)


if __name__ == "__main__":
    main()
