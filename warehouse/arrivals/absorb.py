"""Take in what has arrived: land it, look at it, and say whether a run is to follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.arrivals.look import Since, look
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.landing.paths import landing_folder_of
from warehouse.landing.watched_folder import land_watched
from warehouse.places.fetch import fetch_queues
from warehouse.places.queues import landed_names
from warehouse.source_definitions.folders import load_source


@dataclass(frozen=True)
class Absorbed:
    """What was taken in."""

    source: str
    said: tuple[str, ...]
    since: Since
    is_landed: bool  # whether anything was

    @property
    def calls_for_a_run(self) -> bool:
        """Whether there is something that no run has seen yet."""
        return self.is_landed or self.since.has_news

    def lines(self) -> Iterator[str]:
        """It in words."""
        yield from self.said
        yield from self.since.lines()


def absorb(settings: Settings, source_name: str) -> Absorbed:
    """Land what is in the watched folder and the queues of a source, and write what has arrived since the live version.

    Nothing waits for a run that is under way, and nothing in its build file changes.

    Raises
    ------
    LandingError
        If the watched folder or a queue cannot be read; what could be is landed and shown all the same. A file that is
        refused is put aside, and raises nothing.
    SourceError
        If the source is unknown or wrong.
    WarehouseBusy
        If another process takes in for longer than minutes, or a person is being erased.
    """
    source = load_source(settings, source_name)
    before = landed_names(landing_folder_of(settings, source.name))
    said: list[str] = []
    failures: list[LandingError] = []
    for take in (land_watched, fetch_queues):
        try:
            said += take(settings, source)
        except LandingError as failure:
            failures.append(failure)
    since = look(settings, source.name)
    if failures:
        raise failures[0]
    is_landed = landed_names(landing_folder_of(settings, source.name)) != before
    return Absorbed(source.name, tuple(said), since, is_landed)
