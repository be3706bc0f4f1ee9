"""Fetch what a source's places have, and hand it in like files: whole or not at all, in order of arrival."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from warehouse.base.errors import SourceError
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_named
from warehouse.landing.paths import landing_folder_of
from warehouse.landing.recognition import kind_of
from warehouse.landing.scratch import scratch_folder
from warehouse.places.credentials import credentials_of
from warehouse.places.databases import open_database
from warehouse.places.failures import explained
from warehouse.places.fetched import Fetched
from warehouse.places.objects import fetch_objects
from warehouse.places.tables import fetch_table
from warehouse.places.visit import Visit
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
    lines: list[str] = []
    for name, place in source.places.items():
        _log.info("fetching from %s", name)
        lines += _fetch_place(settings, source, name, place)
    return tuple(lines)


def _fetch_place(settings: Settings, source: Source, name: str, place: Place) -> Iterator[str]:
    folder = landing_folder_of(settings, source.name)
    noted = read_watermarks(folder)
    with scratch_folder(folder) as scratch:
        fetched = _fetched(settings, name, place, noted, scratch)
        new = [one for one in fetched if one.name]
        _refuse_parts_as_full(source, place, folder, new)
        if new:
            land_named(settings, source, [(one.path, one.name) for one in new], name)
    write_watermarks(folder, noted | {one.key: one.watermark for one in fetched if one.watermark})
    for one in fetched:
        yield from one.lines(name)


def _fetched(settings: Settings, name: str, place: Place, noted: dict[str, Any], scratch: Path) -> list[Fetched]:
    credentials = credentials_of(name)
    deadline = time.monotonic() + place.seconds_maximum
    visit = Visit(name, place, credentials, noted, scratch, settings.unpacked_file_limit_bytes, deadline)
    with explained(name, place, credentials):
        if not place.is_database:
            return fetch_objects(visit)
        with open_database(place, credentials) as session:
            return [fetch_table(session, visit, fetch) for fetch in place.fetch]


def _refuse_parts_as_full(source: Source, place: Place, folder: Path, new: Sequence[Fetched]) -> None:
    """What a fetch by a cursor does not bring is not gone."""
    by_cursor = {fetch.file for fetch in place.fetch if fetch.cursor}
    for one in new:
        kind = kind_of(source, folder, one.name)
        if kind and source.full_kind(kind) and one.key.partition("/")[2] in by_cursor:
            raise SourceError(
                f"{source.name}/source.yml: {one.key} is fetched by a cursor and declared a full export: what is not "
                "new would be taken as gone.",
                "Take the cursor out, or `full`.",
            )
