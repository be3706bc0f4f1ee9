"""Fetch what a source's places have, and hand it in like files: whole or not at all, in order of arrival."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warehouse.base.errors import SourceError
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_named
from warehouse.landing.paths import landing_folder_of
from warehouse.landing.recognition import kind_of
from warehouse.landing.scratch import scratch_folder
from warehouse.places.databases import open_database
from warehouse.places.failures import explained
from warehouse.places.fetched import Fetched
from warehouse.places.objects import fetch_objects
from warehouse.places.queues import alone_at_queues, fetch_queue, landed_names
from warehouse.places.tables import fetch_table
from warehouse.places.visit import Visit, visit_of
from warehouse.places.watermarks import read_watermarks, write_watermarks
from warehouse.source_definitions.folders import Source
from warehouse.source_definitions.place import Place

_log = logging.getLogger(__name__)


def fetch_places(settings: Settings, source: Source) -> tuple[str, ...]:
    """Fetch from each place of a source and land what came; return what was fetched, in words.

    What one place gives is landed together, after all of it has come: if the connection breaks, nothing of it is.

    Raises
    ------
    LandingError
        If a place cannot be read, or what it gives fits no table. Places before it stay landed.
    SourceError
        If what source.yml asks of a place cannot be.
    """
    return _fetch(settings, source, source.places)


def fetch_queues(settings: Settings, source: Source) -> tuple[str, ...]:
    """The same of its queues alone, which fill all day."""
    return _fetch(settings, source, {name: place for name, place in source.places.items() if place.is_queue})


def _fetch(settings: Settings, source: Source, places: Mapping[str, Place]) -> tuple[str, ...]:
    lines: list[str] = []
    for name, place in places.items():
        _log.info("fetching from %s", name)
        if place.is_queue:
            with alone_at_queues(landing_folder_of(settings, source.name)):
                lines += _fetch_place(settings, source, name, place)
        else:
            lines += _fetch_place(settings, source, name, place)
    return tuple(lines)


def _fetch_place(settings: Settings, source: Source, name: str, place: Place) -> Iterator[str]:
    folder = landing_folder_of(settings, source.name)
    noted = read_watermarks(folder)
    with scratch_folder(folder) as scratch:
        fetched = _fetched(visit_of(settings, name, place, noted, scratch), folder)
        new = [one for one in fetched if one.name]
        _refuse_parts_as_full(source, place, folder, new)
        if new:
            land_named(settings, source, [(one.path, one.name) for one in new], name)
    if not place.is_queue:  # how far a queue was read, the names of what was landed say
        write_watermarks(folder, noted | {one.key: one.watermark for one in fetched if one.watermark})
    for one in fetched:
        yield from one.lines(name)


def _fetched(visit: Visit, landing_folder: Path) -> list[Fetched]:
    place = visit.place
    with explained(visit.name, place, visit.credentials):
        if place.is_queue:
            return fetch_queue(visit, landed_names(landing_folder))
        if not place.is_database:
            return fetch_objects(visit)
        with open_database(place, visit.credentials) as session:
            return [fetch_table(session, visit, fetch) for fetch in place.fetch]


def _refuse_parts_as_full(source: Source, place: Place, folder: Path, new: Sequence[Fetched]) -> None:
    """What a fetch by a cursor, or of a queue, does not bring is not gone."""
    by_cursor = {fetch.file for fetch in place.fetch if fetch.cursor or place.is_queue}
    for one in new:
        kind = kind_of(source, folder, one.name)
        if kind and source.full_kind(kind) and one.key.partition("/")[2] in by_cursor:
            raise SourceError(
                f"{source.name}/source.yml: {one.key} is fetched in parts and declared a full export: what is not new "
                "would be taken as gone.",
                "Take the cursor out, or `full`.",
            )
