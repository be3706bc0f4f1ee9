"""Which landed files are to be read, and in which order: each in its place in the order of arrival."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb

from warehouse.files.digests import reading_sha256
from warehouse.landing.arrival.landed import loaded_files, present_files
from warehouse.landing.arrival.noting import note_present
from warehouse.landing.arrival.order import Arrival, Arrivals, is_order_lost
from warehouse.landing.lock import landing_lock
from warehouse.landing.recognition import LandedFile
from warehouse.loading.accepted_rows import forget_landed
from warehouse.source_definitions.folders import Source
from warehouse.source_definitions.select_reads import load_levels, reads
from warehouse.tables.build_state import forget_builds
from warehouse.tables.contract import load_contract


@dataclass(frozen=True)
class Reading:
    """One landed file in one of its places."""

    arrival: Arrival
    file: LandedFile
    reading_sha256: str  # of its content and of the rules it is read by


@dataclass(frozen=True)
class Plan:
    """What is to be read."""

    source: Source
    arrivals: Arrivals
    # Of what stands in the landing folder: what SELECTs for other files read first, otherwise in order of arrival.
    all_readings: tuple[Reading, ...]
    unread: tuple[Reading, ...]
    why_again: str = ""  # why all of them are read again, though some were read before

    def known_files(self) -> tuple[str, ...]:
        """Names of the files that were read before, byte for byte."""
        unread = {one.arrival.arrival_number for one in self.unread}
        names = (one.file.name for one in self.all_readings if one.arrival.arrival_number not in unread)
        return tuple(dict.fromkeys(names))

    def words(self) -> Iterator[str]:
        """What users should know of it."""
        yield from self.arrivals.notes
        if self.why_again:
            yield f"All {len(self.all_readings):,} files are read again, in order of arrival: {self.why_again}"


def plan_readings(
    connection: duckdb.DuckDBPyConnection, folder: Path, source: Source, files: Sequence[LandedFile]
) -> Plan:
    """Note what arrived, and find what the build file does not know yet.

    Everything is read again, so that the result is the one of a load from scratch, if what decides how files are read
    has changed, if a file has its place before one that was loaded already, or if it gives what SELECTs for such read.
    """
    salt = source.fingerprint()
    with landing_lock(folder):
        present = present_files(source, files)
        loaded = loaded_files(connection, present, salt) if is_order_lost(folder) else ()
        arrivals = note_present(folder, present, loaded)
    by_name = {file.name: file for file in files}
    contents = {file.name: file.sha256 for file in present}
    readings = [
        Reading(arrival, by_name[arrival.name], reading_sha256(salt, contents[arrival.name]))
        for arrival in arrivals.landed(present)
    ]
    levels = load_levels(source)
    readings.sort(key=lambda reading: levels.get(reading.file.kind, 0))
    return _planned(connection, source, arrivals, tuple(readings))


def hand_ins(readings: Sequence[Reading]) -> Iterator[tuple[Reading, ...]]:
    """The readings by what arrived together."""
    for _, group in groupby(readings, key=lambda reading: reading.arrival.hand_in):
        yield tuple(group)


def take_out(connection: duckdb.DuckDBPyConnection, readings: Sequence[Reading]) -> None:
    """Take out of raw and of the counts what the files gave that are read again; rows of other files stay."""
    numbers = [reading.arrival.arrival_number for reading in readings]
    names = sorted({reading.file.name for reading in readings})
    connection.execute(
        """
        create or replace temp table read_again as
        select distinct load_id from quality.file_loads
        where list_contains($numbers, arrival_number) or (
            arrival_number is null and list_contains($names, file_name)
            and (file_name, loaded_at) in (
                select (file_name, max(loaded_at)) from quality.file_loads
                where arrival_number is null
                group by file_name
            )
        )
        """,
        {"numbers": numbers, "names": names},
    )
    for name in load_contract().tables:
        connection.execute(f"delete from raw.{name} where _load_id in (from read_again)")
    forget_landed(connection, "read_again")
    for table in ("quarantined_rows", "value_notes", "file_loads"):
        connection.execute(f"delete from quality.{table} where load_id in (from read_again)")
    connection.execute("drop table read_again")
    forget_builds(connection)


def _planned(
    connection: duckdb.DuckDBPyConnection, source: Source, arrivals: Arrivals, readings: tuple[Reading, ...]
) -> Plan:
    rows = connection.execute(
        "select distinct arrival_number, file_sha256, file_name from quality.file_loads"
    ).fetchall()
    read_as = {number: digest for number, digest, _ in rows if number is not None}
    former = {name for number, _, name in rows if number is None}
    unread = [one for one in readings if read_as.get(one.arrival.arrival_number) != one.reading_sha256]
    why = ""
    if any(one.arrival.arrival_number in read_as for one in unread) or former & {one.file.name for one in readings}:
        why = "what decides how they are read has changed"
    elif unread and read_as:
        first = min(unread, key=lambda one: one.arrival.arrival_number)
        if first.arrival.arrival_number < max(read_as):
            why = f"{first.file.name} arrived before files that were loaded already"
        else:
            why = _why_dependants(source, readings, unread)
    return Plan(source, arrivals, readings, tuple(readings if why else unread), why)


def _why_dependants(source: Source, readings: Sequence[Reading], unread: Sequence[Reading]) -> str:
    """Which new file gives something that the SELECT for a file that was loaded before reads, in words; or nothing."""
    known = {one.file.kind for one in readings if one not in unread}
    read = frozenset().union(*(reads(source, kind) for kind in known))
    for one in unread:
        given = read.intersection((one.file.kind.rows_are, *one.file.kind.also_give))
        if given:
            return f"{one.file.name} gives {', '.join(sorted(given))}, which SELECTs for other files read"
    return ""
