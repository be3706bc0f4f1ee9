"""Take in what has arrived: land it, look at it, and say whether a run is to follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.arrivals.look import Since, look
from warehouse.base.settings import Settings
from warehouse.landing.watched_folder import land_watched
from warehouse.source_definitions.folders import load_source


@dataclass(frozen=True)
class Absorbed:
    """What was taken in."""

    source: str
    landed: tuple[str, ...]  # in words
    since: Since

    @property
    def calls_for_a_run(self) -> bool:
        """Whether there is something that no run has seen yet."""
        return bool(self.landed) or self.since.has_news

    def lines(self) -> Iterator[str]:
        """It in words."""
        yield from self.landed
        yield from self.since.lines()


def absorb(settings: Settings, source_name: str) -> Absorbed:
    """Land what is complete in the watched folder of a source, and write what has arrived since the live version.

    Nothing waits for a run that is under way, and nothing in its build file changes.

    Raises
    ------
    LandingError
        If the watched folder cannot be read; a file that is refused is put aside, and raises nothing.
    SourceError
        If the source is unknown or wrong.
    WarehouseBusy
        If another process takes in for longer than minutes, or a person is being erased.
    """
    source = load_source(settings, source_name)
    landed = tuple(land_watched(settings, source))
    return Absorbed(source.name, landed, look(settings, source.name))
