"""Queues: what is landed says how far a queue was read, so that each record is landed exactly once.

A batch is a file of JSON lines whose name holds the first and the last place of its records in the queue. Files are
landed whole and noted in the order of arrival with their names. The next batch begins behind the last place that is
noted there: what the broker was told is of no account, and nothing is told to it. A process that is killed before a
batch is landed has landed nothing of it; after that, its name is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.base.locks import held_alone
from warehouse.base.settings import Settings
from warehouse.landing.arrival.order import read_order
from warehouse.landing.hand_ins import finish_landing
from warehouse.landing.lock import landing_lock
from warehouse.landing.paths import landing_folder_of
from warehouse.places.failures import explained
from warehouse.places.fetched import Fetched
from warehouse.places.kafka import fetch_topic, topic_end
from warehouse.places.queue_names import QueueNames
from warehouse.places.redis_stream import fetch_stream, stream_end
from warehouse.places.visit import Visit, visit_of
from warehouse.source_definitions.folders import Source

_PATIENCE_SECONDS = 600.0


def fetch_queue(visit: Visit, landed: Iterable[str]) -> list[Fetched]:
    """Fetch what is new of each topic or stream of a place.

    Parameters
    ----------
    landed
        The names under which batches were landed, whether they stand there still or not.

    Raises
    ------
    LandingError
        If a topic or stream is not there, or ends before what was landed of it.
    TimeoutError
        If the time is over.
    """
    known = tuple(landed)
    fetch_one = fetch_topic if visit.place.scheme.startswith("kafka") else fetch_stream
    return [
        fetched
        for fetch in visit.place.fetch
        for fetched in fetch_one(visit, fetch, QueueNames(visit.name, fetch.file, fetch.topic or fetch.stream, known))
    ]


def queues_waiting(settings: Settings, source: Source) -> dict[str, str]:
    """Where each topic and stream of a source ends that goes on behind what was landed of it.

    Raises
    ------
    LandingError
        If one cannot be reached.
    """
    folder = landing_folder_of(settings, source.name)
    known = landed_names(folder)
    ends: dict[str, str] = {}
    for name, place in source.places.items():
        if place.is_queue:
            end_of = topic_end if place.scheme.startswith("kafka") else stream_end
            visit = visit_of(settings, name, place, {}, folder)
            with explained(name, place, visit.credentials):
                for fetch in place.fetch:
                    names = QueueNames(name, fetch.file, fetch.topic or fetch.stream, known)
                    ends[f"{name}/{fetch.file}"] = end_of(visit, fetch, names)
    return {queue: end for queue, end in ends.items() if end}


def landed_names(folder: Path) -> tuple[str, ...]:
    """The names under which files were ever landed in a landing folder."""
    finish_landing(folder)
    if not folder.is_dir():
        return ()
    with landing_lock(folder):
        known, _ = read_order(folder)
    return tuple(arrival.name for arrival in known)


@contextmanager
def alone_at_queues(folder: Path) -> Iterator[None]:
    """Let one process at a time fetch from a source's queues: two would land the same records."""
    folder.mkdir(parents=True, exist_ok=True)
    with held_alone(folder / ".queues.lock", "Another process fetches from the queues", _PATIENCE_SECONDS):
        yield
