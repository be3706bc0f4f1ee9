"""Landed files → raw, in order of arrival: file by file, or a hand-in as a whole where it says what is gone."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb

from warehouse.arrival.gone import Gone, begin_hand_in, take_out_lines, take_out_missing
from warehouse.arrival.noting import note_accepted
from warehouse.arrival.readings import Plan, Reading, hand_ins, take_out
from warehouse.landing_lock import landing_lock
from warehouse.loading import TableLoad, load_file, read_file, record_load
from warehouse.load import Load
from warehouse.recognition import kind_of
from warehouse.settings import Settings
from warehouse.source_folders import FileKind, Source
from warehouse.transactions import transaction

log = logging.getLogger(__name__)

_LINES = "order_items"


@dataclass(frozen=True)
class HandInLoader:
    """What is needed to load the files of one source."""

    connection: duckdb.DuckDBPyConnection
    settings: Settings
    source: Source
    plan: Plan

    def load_new(self) -> list[TableLoad]:
        """Load what was not read before, each file in a transaction of its own.

        A hand-in that may say what is gone is loaded in one: what half of it lacks is not gone.

        Raises
        ------
        LandingError, SourceError
            As `warehouse.ingest.ingest_source`; what was loaded before stays loaded.
        """
        loads: list[TableLoad] = []
        for hand_in in hand_ins(self.plan.unread):
            if self._says_what_is_gone(hand_in):
                with transaction(self.connection):
                    loads += self._load_whole(hand_in)
                self._accept(hand_in)
            else:
                for reading in hand_in:
                    loads += load_file(self.connection, self._load(reading))
        return loads

    def load_again(self) -> list[TableLoad]:
        """Load all files again, in one transaction: if it fails or is killed, everything is as it was.

        Raises
        ------
        LandingError, SourceError
            As `load_new`, but nothing was changed.
        """
        loads: list[TableLoad] = []
        with transaction(self.connection):
            take_out(self.connection, self.plan.all_readings)
            for hand_in in hand_ins(self.plan.all_readings):
                loads += self._load_whole(hand_in)
        self._accept(self.plan.all_readings)
        return loads

    def _load_whole(self, hand_in: Sequence[Reading]) -> Iterator[TableLoad]:
        """Load what arrived together, then note what it says is gone; the caller holds the transaction."""
        is_compared = self._says_what_is_gone(hand_in)
        if is_compared:
            begin_hand_in(self.connection)
        read: list[tuple[Reading, Load, list[TableLoad]]] = []
        for reading in hand_in:
            load = self._load(reading, is_compared=is_compared)
            read.append((reading, load, read_file(self.connection, load)))
        gone = list(self._gone(read)) if is_compared else []
        for _, load, table_loads in read:
            for table_load in table_loads:
                counted = _with_gone(table_load, [one for one in gone if one.load_id == load.load_id])
                record_load(self.connection, load, counted)
                yield counted

    def _gone(self, read: Sequence[tuple[Reading, Load, list[TableLoad]]]) -> Iterator[Gone]:
        """What the files of one hand-in say is gone. Records that could not be split into fields may hold any key."""
        full: dict[str, list[tuple[Reading, Load, list[TableLoad]]]] = {}
        for reading, load, table_loads in read:
            kind = self.source.full_kind(reading.file.kind)
            if kind:
                full.setdefault(kind, []).append((reading, load, table_loads))
            elif self._is_given_again(reading) and not any(one.rows_unreadable for one in table_loads):
                yield take_out_lines(
                    self.connection, load, self.plan.arrivals.names_given_as(reading.arrival.given_name)
                )
        for kind, parts in full.items():
            reading, load, _ = parts[-1]
            if any(one.rows_unreadable for _, _, table_loads in parts for one in table_loads):
                yield Gone(
                    load.load_id, reading.file.kind.rows_are, 0, "records of the full export are unreadable", True
                )
                continue
            for table in _tables(reading.file.kind):
                of_kind = self._names_of_kind(kind, table)
                yield take_out_missing(self.connection, load, table, of_kind, self._maximum_share(kind, parts))

    def _maximum_share(self, kind: str, parts: Sequence[tuple[Reading, Load, list[TableLoad]]]) -> float | None:
        """None where the export is no newest one, or was loaded before: what it takes away is not questioned then."""
        arrivals = [reading.arrival for reading, _, _ in parts]
        of_kind = [one.arrival for one in self.plan.all_readings if self.source.full_kind(one.file.kind) == kind]
        if all(arrival.is_accepted for arrival in arrivals) or of_kind[-1].hand_in != arrivals[-1].hand_in:
            return None
        return self.settings.full_export_gone_share_maximum

    def _says_what_is_gone(self, hand_in: Sequence[Reading]) -> bool:
        return any(self.source.full_kind(one.file.kind) or self._is_given_again(one) for one in hand_in)

    def _is_given_again(self, reading: Reading) -> bool:
        """Whether lines of orders were handed in under this name before."""
        arrival = reading.arrival
        return _LINES in _tables(reading.file.kind) and any(
            known.given_name == arrival.given_name and known.arrival_number < arrival.arrival_number
            for known in self.plan.arrivals.known
        )

    def _names_of_kind(self, kind: str, table: str) -> list[str]:
        """Names of the files in raw that are or were full exports of a kind."""
        folder = self.settings.landing_of(self.source.name)
        names = [name for (name,) in self.connection.execute(f"select distinct _file_name from raw.{table}").fetchall()]
        kinds = {name: kind_of(self.source, folder, name) for name in names}
        return [name for name, found in kinds.items() if found and self.source.full_kind(found) == kind]

    def _load(self, reading: Reading, *, is_compared: bool = False) -> Load:
        log.info("loading %s", reading.file.name)
        arrived_at = reading.arrival.arrived_at
        return Load(
            uuid.uuid4().hex,
            self.source,
            reading.file,
            reading.reading_sha256,
            datetime.now(UTC).replace(tzinfo=None),
            self.settings.unpacked_file_limit_bytes,
            reading.arrival.arrival_number,
            reading.arrival.hand_in,
            datetime.fromisoformat(arrived_at).replace(tzinfo=None) if arrived_at else None,
            is_compared,
        )

    def _accept(self, readings: Sequence[Reading]) -> None:
        """Remember that full exports were loaded, so that loading them again never questions what they take away."""
        full = [one.arrival for one in readings if self.source.full_kind(one.file.kind)]
        numbers = {arrival.arrival_number for arrival in full if not arrival.is_accepted}
        if numbers:
            folder = self.settings.landing_of(self.source.name)
            with landing_lock(folder):
                note_accepted(folder, numbers)


def _tables(kind: FileKind) -> tuple[str, ...]:
    return (kind.rows_are, *kind.also_give)


def _with_gone(load: TableLoad, gone: Sequence[Gone]) -> TableLoad:
    of_table = [one for one in gone if one.table_name == load.table_name]
    count = sum(one.count for one in of_table)
    why = next((one.why for one in of_table if one.count or one.is_withheld), "")
    return replace(load, rows_gone=count, why_gone=why)
