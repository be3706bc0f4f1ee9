"""The rows that arrived since the live version was made, in a file of their own: loaded as any file is.

Nothing waits for the build file, which a run may hold for an hour, and nothing in it changes: the next run loads the
same files there. The file is made anew for each version, and may be deleted at any time.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.arrivals.contained import LiveVersion
from warehouse.base.connections import BUILD_FILE_FORMAT, open_duckdb
from warehouse.base.erasure_lock import refuse_while_erasing
from warehouse.base.errors import ClienteleError, WarehouseUnreadable
from warehouse.base.locks import held_alone
from warehouse.base.settings import Settings
from warehouse.files.digests import reading_sha256
from warehouse.landing.arrival.order import Arrival, read_order
from warehouse.landing.hand_ins import finish_landing
from warehouse.landing.lock import landing_lock
from warehouse.landing.paths import landing_folder_of
from warehouse.landing.recognition import LandedFile, landed_file
from warehouse.loading.file_loading import load_file
from warehouse.loading.load import Load
from warehouse.privacy.suppression import read_suppressed
from warehouse.source_definitions.folders import Source
from warehouse.source_definitions.select_reads import load_levels
from warehouse.tables.build_tables import create_build_tables

_PATIENCE_SECONDS = 300.0
LARGEST_BYTES = 200_000_000  # a larger file waits for the next run: it would take minutes
_TABLES = """
create table if not exists arrivals_of (published_version varchar, rules varchar);
create table if not exists not_looked_at (arrival_number bigint, file_name varchar, reason varchar);
"""

_log = logging.getLogger(__name__)


@contextmanager
def arrived_rows(settings: Settings, source: Source, live: LiveVersion) -> Iterator[duckdb.DuckDBPyConnection]:
    """Load what arrived and is not contained in the live version; what was loaded at the last look stays.

    Files that cannot be loaded stand in the table `not_looked_at`, with the reason.

    Raises
    ------
    WarehouseBusy
        If another process looks for longer than minutes, or a person is being erased.
    """
    path = settings.arrivals_file(source.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with held_alone(path.with_suffix(".lock"), "Another process looks at what arrived", _PATIENCE_SECONDS):
        refuse_while_erasing(settings)
        # Erased people are taken out of a file when a run loads it; until then no copy of theirs is kept here.
        suppressed = read_suppressed(settings, source.name)
        try:
            if not _is_made_for(settings, path, source, live):
                forget_arrived(settings, source.name)
            with open_duckdb(path, settings, BUILD_FILE_FORMAT, read_only=False) as connection:
                create_build_tables(connection)
                connection.execute(_TABLES)
                connection.execute("delete from arrivals_of")
                connection.execute("insert into arrivals_of values (?, ?)", [live.name, source.fingerprint().hex()])
                _load_new(connection, settings, source, live)
                yield connection
        finally:
            if suppressed and suppressed.hashes:
                forget_arrived(settings, source.name)


def forget_arrived(settings: Settings, source: str) -> None:
    """Remove the file; the next look makes it anew from the landing folder."""
    path = settings.arrivals_file(source)
    for left in (path, path.with_name(f"{path.name}.wal")):
        left.unlink(missing_ok=True)


def _is_made_for(settings: Settings, path: Path, source: Source, live: LiveVersion) -> bool:
    try:
        with open_duckdb(path, settings, read_only=True) as connection:
            found = connection.execute("from arrivals_of").fetchall()
    except (WarehouseUnreadable, duckdb.Error):  # there is none yet, or a process was killed while it made it
        return False
    return found == [(live.name, source.fingerprint().hex())]


def _load_new(connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, live: LiveVersion) -> None:
    known = connection.execute(
        "select arrival_number from quality.file_loads union select arrival_number from not_looked_at"
    ).fetchall()
    done = {number for (number,) in known}
    for arrival, file in _landed(settings, source):
        if arrival.arrival_number in done or not live.may_lack_orders_of(arrival, source.time_zone):
            continue
        reason = _loaded(connection, settings, source, arrival, file)
        if reason and arrival.arrival_number not in live.arrival_numbers:
            _log.warning("%s: %s", arrival.name, reason)
            row = [arrival.arrival_number, arrival.name, reason]
            connection.execute("insert into not_looked_at values (?, ?, ?)", row)


def _loaded(
    connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, arrival: Arrival, file: LandedFile
) -> str:
    """Load a file; return why it cannot be."""
    try:
        if file.path.stat().st_size > LARGEST_BYTES:
            return "It is too large for a look, and comes with the next run."
        load_file(connection, _load(settings, source, arrival, file))
    except ClienteleError as error:
        return error.message
    except OSError as error:
        return str(error)
    return ""


def _landed(settings: Settings, source: Source) -> list[tuple[Arrival, LandedFile]]:
    """What stands in the landing folder, in the order in which it is loaded."""
    folder = landing_folder_of(settings, source.name)
    finish_landing(folder)
    if not folder.is_dir():
        return []
    with landing_lock(folder):
        known, _ = read_order(folder)
    newest = {arrival.name: arrival for arrival in known}  # a file that was overwritten holds its last content
    files = ((arrival, landed_file(source, folder, arrival.name)) for arrival in newest.values())
    found = [(arrival, file) for arrival, file in files if file]
    levels = load_levels(source)
    return sorted(found, key=lambda one: (levels.get(one[1].kind, 0), one[0].arrival_number))


def _load(settings: Settings, source: Source, arrival: Arrival, file: LandedFile) -> Load:
    at = arrival.arrived_at
    return Load(
        uuid.uuid4().hex,
        source,
        file,
        reading_sha256(source.fingerprint(), arrival.sha256),
        datetime.now(UTC).replace(tzinfo=None),
        settings.unpacked_file_limit_bytes,
        arrival.arrival_number,
        arrival.hand_in,
        datetime.fromisoformat(at).replace(tzinfo=None) if at else None,
    )
