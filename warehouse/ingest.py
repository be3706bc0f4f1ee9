"""Ingest a source: generate or find its landed files and load each into raw."""

from __future__ import annotations

import importlib
import logging
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from warehouse.connections import open_build_file
from warehouse.contract import load_contract
from warehouse.errors import LandingError
from warehouse.file_digests import file_sha256
from warehouse.id_matches import unlike_ids
from warehouse.landing import recognised_landing
from warehouse.load import Load
from warehouse.load_words import counts_in_words, lost_lines_in_words
from warehouse.loading import TableLoad, load_file
from warehouse.privacy.relanding import take_out_erased
from warehouse.privacy.suppression import read_suppressed
from warehouse.quality_tables import create_quality_tables
from warehouse.raw_tables import create_raw_tables
from warehouse.recognition import LandedFile, Recognised
from warehouse.scores import create_score_tables
from warehouse.settings import Settings
from warehouse.source_folders import Source, load_source, replaces_shipped

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IngestReport:
    """What became of the rows of every landed file of a source."""

    source: str
    loads: tuple[TableLoad, ...]
    known_files: tuple[str, ...]  # read before, byte for byte
    notices: tuple[str, ...] = ()  # what is not read, and what the source is
    unlike_ids: tuple[str, ...] = ()  # references between tables that differ in spelling only

    @property
    def rows_loaded(self) -> int:
        return sum(load.rows_loaded for load in self.loads)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for hand-overs between processes."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The report in words, a line per file and table."""
        yield from self.notices
        for load in self.loads:
            yield counts_in_words(load)
            yield from lost_lines_in_words(load)
            yield from _questions(load)
            if load.ignored_columns:
                yield f"  columns not in the contract, ignored: {', '.join(load.ignored_columns)}"
            yield from (f"  {note.line()}" for note in load.notes)
            if load.rows_read == 0:
                yield "  the file has no rows"
        for name in self.known_files:
            yield f"{name}: loaded before, nothing to do"
        yield from (f"WARNING: {words}" for words in self.unlike_ids)


def _questions(load: TableLoad) -> Iterator[str]:
    """What the rows of a file did to rows loaded before, and what may be wrong with that."""
    if load.rows_corrected:
        yield f"  {load.rows_loaded:,} loaded, of which {load.rows_corrected:,} replace rows loaded before"
    if load.rows_superseded:
        yield f"  {load.rows_superseded:,} older states of rows of the same file give way to the newest"
    if 2 * load.rows_rekeyed > load.rows_loaded + load.rows_already_loaded:
        yield (
            f"  WARNING: {load.rows_rekeyed:,} of {load.rows_read:,} rows replace a row of another customer, order or "
            f"day, such as {load.rekeyed_key}. If this key is used again for other things, make it unique over all "
            "files (docs/adding-a-source.md#which-row-counts)."
        )
    for column, count in load.lost_columns:
        yield (
            f"  WARNING: no row of the file has a value in {column}, where {count:,} of the rows that it replaces have "
            "one; they are empty now. If the column was renamed, mend its name and hand the file in again."
        )


def ingest_source(settings: Settings, source_name: str) -> IngestReport:
    """Load every landed file of a source that was not loaded before, byte for byte.

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
    landed = recognised_landing(settings, source)
    files = list(landed.files)
    with open_build_file(settings, source.name) as connection:
        create_raw_tables(connection)
        create_quality_tables(connection)
        create_score_tables(connection)
        _require_compulsory(connection, settings, source, files)
        report = _load_all(connection, settings, source, files)
    return replace(report, notices=tuple(_notices(source, landed)))


def _notices(source: Source, landed: Recognised) -> Iterator[str]:
    if replaces_shipped(source):
        yield f"source {source.name!r} is your own ({source.folder}), in place of the shipped one of that name"
    yield from landed.lines()


def _load_all(
    connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, files: list[LandedFile]
) -> IngestReport:
    loads: list[TableLoad] = []
    known: list[str] = []
    salt = source.fingerprint()
    suppressed = read_suppressed(settings, source.name)
    for file in files:
        digest = file_sha256(file.path, salt)
        if _is_known(connection, digest):
            known.append(file.name)
            continue
        if take_out_erased(connection, source, file, suppressed, settings.unpacked_file_limit_bytes):
            digest = file_sha256(file.path, salt)
            if _is_known(connection, digest):
                known.append(file.name)
                continue
        log.info("loading %s", file.name)
        now = datetime.now(UTC).replace(tzinfo=None)
        [(number,)] = connection.execute(
            "select coalesce(max(arrival_number), 0) + 1 from quality.file_loads"
        ).fetchall()
        load = Load(uuid.uuid4().hex, source, file, digest, now, settings.unpacked_file_limit_bytes, number)
        loads += load_file(connection, load)
    loaded = {load.table_name for load in loads if load.rows_loaded}
    return IngestReport(source.name, tuple(loads), tuple(known), unlike_ids=tuple(unlike_ids(connection, loaded)))


def _is_known(connection: duckdb.DuckDBPyConnection, digest: str) -> bool:
    found = connection.execute("select count(*) from quality.file_loads where file_sha256 = ?", [digest])
    return found.fetchone()[0] > 0


def _require_compulsory(
    connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, files: list[LandedFile]
) -> None:
    given = {table for file in files for table in (file.kind.rows_are, *file.kind.also_give)}
    one_of = load_contract().compulsory_one_of
    loaded = any(connection.execute(f"select count(*) from raw.{name}").fetchone()[0] for name in one_of)
    if not loaded and given.isdisjoint(one_of):
        raise LandingError(
            f"No {' and no '.join(one_of)}: none of the {len(files)} files in {settings.landing_of(source.name)} "
            f"holds {' or '.join(one_of)}, and every source must have one of them.",
            f"Add a file {' or '.join(f'{name}.csv' for name in one_of)}; the columns are listed in "
            "docs/data-dictionary.md.",
        )


def _generate(settings: Settings, source: Source) -> None:
    """Have the source write its files; one that was generated with other parameters before starts anew."""
    process = settings.truth_folder / source.name / "process.json"
    before = process.read_bytes() if process.exists() else None
    importlib.import_module(f"warehouse.sources.{source.name}.{source.generator}").land(settings)
    if before is not None and process.read_bytes() != before:
        log.info("%s was generated with other parameters: its warehouse starts anew", source.name)
        settings.build_file(source.name).unlink(missing_ok=True)
