"""`make bench PART=scorer`: how long the scorer takes for a customer on one core: by id, and by facts."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from urllib.parse import quote

import psutil

from services.embedded import SCORER
from services.endpoints import free_port
from services.environment import HOST, Addresses, base_environment, folders_to_make
from services.processes import begin
from services.scorer import state_of
from serving.access import scorer_key
from tools.benchmark.known_facts import facts_of
from tools.benchmark.load import Asked, Latencies, load
from warehouse.base.connections import open_build_file, open_published
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings

RATE_PER_SECOND = 50
# By facts: one at a time, and so many that passes are shared.
_FACTS_RATES_PER_SECOND = (1.0, RATE_PER_SECOND)
_SECONDS = 30
_WARMING = 50
_FACTS_WARMING = 5
_FACTS_CUSTOMERS = 300
_SEED = 7


@dataclass(frozen=True)
class ScorerMeasured:
    """What was measured of one kind of request."""

    kind: str
    customer_count: int
    latencies: Latencies

    def line(self) -> str:
        """All of it in one line."""
        return f"{self.kind} ({self.customer_count:,} customers): {self.latencies.line()}"


def measure(settings: Settings, say: Callable[[str], None], seconds: int = _SECONDS) -> list[ScorerMeasured]:
    """Ask a scorer of its own, which may use one core, for customers of the home drawn at random.

    Raises
    ------
    PublishError
        If nothing has been published.
    ClienteleError
        If the scorer does not start.
    """
    ids = _ids(settings)
    found = []
    with _on_one_core(settings) as port:
        drawn = random.Random(_SEED)  # noqa: S311 - whom to ask for
        by_id = [
            Asked("GET", f"/customers/{quote(drawn.choice(ids), safe='')}") for _ in range(seconds * RATE_PER_SECOND)
        ]
        load(port, scorer_key(settings), by_id[:_WARMING], RATE_PER_SECOND)
        found.append(ScorerMeasured("by id", len(ids), load(port, scorer_key(settings), by_id, RATE_PER_SECOND)))
        say(f"    {found[-1].line()}")
        facts = _facts(settings, drawn.sample(ids, min(_FACTS_CUSTOMERS, len(ids))))
        load(port, scorer_key(settings), facts[:_FACTS_WARMING], 1)
        for rate in _FACTS_RATES_PER_SECOND:
            answers = load(port, scorer_key(settings), list(islice(cycle(facts), int(seconds * rate))), rate)
            found.append(ScorerMeasured("by facts", len(ids), answers))
            say(f"    {found[-1].line()}")
    return found


def report_lines(found: list[ScorerMeasured]) -> list[str]:
    """The report of `measure`."""
    return ["One process on one core; times from when a request was due.", "", *(f"- {one.line()}" for one in found)]


def _ids(settings: Settings) -> list[str]:
    with open_published(settings) as connection:
        rows = connection.execute("select customer_id from marts.customer_360 order by customer_id").fetchall()
    return [customer_id for (customer_id,) in rows]


def _facts(settings: Settings, ids: list[str]) -> list[Asked]:
    """The facts of customers as they stand in the build file of the source that is live."""
    with open_published(settings) as connection:
        [(source,)] = connection.execute("select source from quality.pipeline_runs where status = 'live'").fetchall()
    with open_build_file(settings, source, read_only=True) as connection:
        return [Asked("POST", "/score", json.dumps(facts_of(connection, one)).encode()) for one in ids]


@contextmanager
def _on_one_core(settings: Settings) -> Iterator[int]:
    """A scorer that may use one core, and its port."""
    for folder in folders_to_make(settings):
        folder.mkdir(parents=True, exist_ok=True)
    port = free_port(settings.scorer_port)
    command = ["serving", "--host", HOST, "--port", str(port)]
    child = begin(settings, f"{SCORER}-measured", command, base_environment(settings))
    try:
        process = psutil.Process(child.pid)
        process.cpu_affinity(process.cpu_affinity()[-1:])
        _wait(Addresses(0, 0, 0, port), child.poll)
        yield port
    finally:
        child.terminate()
        child.wait(timeout=30)


def _wait(where: Addresses, ended: Callable[[], int | None]) -> None:
    deadline = time.monotonic() + 120
    while state_of(where) != "ready":
        if ended() is not None or time.monotonic() > deadline:
            raise ClienteleError("The scorer did not start.", f"Its log: {SCORER}-measured.log in the home's logs.")
        time.sleep(0.2)
