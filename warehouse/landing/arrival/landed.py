"""What stands in a landing folder, and what the build file knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

import duckdb

from warehouse.base.connections import open_build_file
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.files.digests import file_sha256, reading_sha256
from warehouse.landing.arrival.names import given_name
from warehouse.landing.arrival.noting import note_present
from warehouse.landing.arrival.order import Arrival, Present, is_order_lost
from warehouse.landing.lock import landing_lock
from warehouse.landing.paths import checked_name, found_files
from warehouse.landing.recognition import LandedFile, kind_of
from warehouse.source_definitions.folders import Source


def present_files(source: Source, files: Iterable[LandedFile]) -> list[Present]:
    """The files of a landing folder by their content."""
    return [Present(file.name, file_sha256(file.path), source.full_kind(file.kind)) for file in files]


def note_landed(settings: Settings, source: Source) -> None:
    """Note what was copied into the landing folder by hand, if anything was; files of no known kind are left alone."""
    folder = settings.landing_of(source.name)
    if not folder.is_dir():
        return
    with landing_lock(folder):
        named = [(path, checked_name(path, folder)) for path in found_files(folder)]
        kinds = [(path, name, kind_of(source, folder, name)) for path, name in named]
        present = present_files(source, [LandedFile(path, name, kind) for path, name, kind in kinds if kind])
        loaded: Sequence[Arrival] = ()
        if present and is_order_lost(folder):
            # There may be no build file, or nothing loaded into it.
            with (
                suppress(ClienteleError, duckdb.Error),
                open_build_file(settings, source.name, read_only=True) as connection,
            ):
                loaded = loaded_files(connection, present, source.fingerprint())
        note_present(folder, present, loaded)


def loaded_files(connection: duckdb.DuckDBPyConnection, present: Sequence[Present], salt: bytes) -> list[Arrival]:
    """What the build file knows of the order of arrival, in the order of loading."""
    contents = {file.name: file.sha256 for file in present}
    known = {row[0] for row in connection.execute("describe quality.file_loads").fetchall()}
    number, hand_in, arrived_at = (
        column if column in known else "null" for column in ("arrival_number", "hand_in", "arrived_at")
    )
    rows = connection.execute(
        f"select file_name, {number} as number, any_value(file_sha256), any_value({hand_in}), "
        f"any_value({arrived_at})::varchar from quality.file_loads group by all order by min(loaded_at), file_name"
    ).fetchall()
    digests = {name: reading_sha256(salt, content) for name, content in contents.items()}
    # Where no file is as it was, the rules have changed and not all of the files.
    are_same_rules = any(digests.get(name) == digest for name, _, digest, _, _ in rows)
    return [
        Arrival(
            number or 0,
            name,
            given_name(name),
            contents.get(name, "") if digests.get(name) == digest or not are_same_rules else "",
            hand_in or "",
            arrived_at or "",
        )
        for name, number, digest, hand_in, arrived_at in rows
    ]
