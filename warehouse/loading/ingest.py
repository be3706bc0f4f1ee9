"""Ingest a source: generate or find its landed files and load each into raw."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.base.connections import one_row, open_build_file
from warehouse.base.errors import FileRefused, LandingError
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import recognised_landing
from warehouse.landing.recognition import LandedFile, Recognised
from warehouse.landing.refused_files import forget_refused, note_refused, refused_in_words
from warehouse.loading.hand_in_loading import HandInLoader
from warehouse.loading.id_matches import unlike_ids
from warehouse.loading.ingest_report import IngestReport
from warehouse.loading.readings import Plan, plan_readings
from warehouse.places.fetch import fetch_places
from warehouse.privacy.relanding import note_orders_of_erased, take_out_erased
from warehouse.privacy.suppression import read_suppressed
from warehouse.source_definitions.folders import Source, load_source, replaces_shipped
from warehouse.tables.build_tables import create_build_tables
from warehouse.tables.contract import load_contract

log = logging.getLogger(__name__)


def ingest_source(settings: Settings, source_name: str) -> IngestReport:
    """Load every landed file of a source that was not loaded before, byte for byte.

    What a source generates or fetches from its places is landed before.

    Raises
    ------
    LandingError
        If there is nothing to load, a file does not fit as a whole, or no file gives one of the compulsory tables.
        Files loaded before the one that fails stay loaded; the rest waits in the landing folder.
    SourceError
        If the source folder is unknown or wrong.
    """
    source = load_source(settings, source_name)
    if source.generator:
        _generate(settings, source)
    fetched = fetch_places(settings, source)
    landed = recognised_landing(settings, source)
    files = list(landed.files)
    folder = settings.landing_of(source.name)
    with open_build_file(settings, source.name) as connection:
        create_build_tables(connection)
        _require_compulsory(connection, settings, source, files)
        plan = plan_readings(connection, folder, source, files)
        notices = (*fetched, *_notices(source, landed, folder), *plan.words())
        if _take_out_erased(connection, settings, source, plan):
            plan = plan_readings(connection, folder, source, files)
        loader = HandInLoader(connection, settings, plan)
        with _noting_refusals(folder):
            loads = loader.load_again() if plan.why_again else loader.load_new()
        loaded = {load.table_name for load in loads if load.rows_loaded}
        unlike = tuple(unlike_ids(connection, loaded))
    forget_refused(folder, [one.file.name for one in plan.all_readings])
    return IngestReport(source.name, tuple(loads), plan.known_files(), notices, unlike)


@contextmanager
def _noting_refusals(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileRefused as refusal:
        note_refused(folder, refusal.file_name, refusal.message)
        raise FileRefused(
            refusal.message,
            f"{refusal.what_to_do} The file is {folder / refusal.file_name}: mend it there, or hand in the mended one, "
            "for which it makes way.",
            refusal.file_name,
        ) from refusal


def _notices(source: Source, landed: Recognised, folder: Path) -> Iterator[str]:
    if replaces_shipped(source):
        yield f"source {source.name!r} is your own ({source.folder}), in place of the shipped one of that name"
    yield from landed.lines()
    yield from refused_in_words(folder)


def _take_out_erased(connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, plan: Plan) -> int:
    """Take erased people out of the files that are to be read; return how many of their rows there were."""
    files = {one.file.name: one.file for one in plan.unread}
    suppressed = read_suppressed(settings, source.name)
    suppressed = note_orders_of_erased(connection, settings, source, files.values(), suppressed)
    return sum(take_out_erased(connection, settings, source, file, suppressed) for file in files.values())


def _require_compulsory(
    connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, files: list[LandedFile]
) -> None:
    given = {table for file in files for table in (file.kind.rows_are, *file.kind.also_give)}
    one_of = load_contract().compulsory_one_of
    loaded = any(one_row(connection, f"select count(*) from raw.{name}")[0] for name in one_of)
    if not loaded and given.isdisjoint(one_of):
        raise LandingError(
            f"No {' and no '.join(one_of)}: none of the {len(files)} files in {settings.landing_of(source.name)} "
            f"holds {' or '.join(one_of)}, and every source must have one of them.",
            f"Add a file {' or '.join(f'{name}.csv' for name in one_of)}; the columns are listed in "
            "docs/data-dictionary.md.",
        )


def _generate(settings: Settings, source: Source) -> None:
    """Have the source write its files; one that was generated with other parameters before starts over."""
    process = settings.truth_folder / source.name / "process.json"
    before = process.read_bytes() if process.exists() else None
    importlib.import_module(f"warehouse.sources.{source.name}.{source.generator}").land(settings)
    if before is not None and process.read_bytes() != before:
        log.info("%s was generated with other parameters: its warehouse starts anew", source.name)
        settings.build_file(source.name).unlink(missing_ok=True)
