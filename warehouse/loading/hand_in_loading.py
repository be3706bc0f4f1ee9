"""Landed files → raw, in order of arrival: file by file, or a hand-in as a whole where it says what is gone."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import duckdb

from warehouse.base.settings import Settings
from warehouse.base.transactions import transaction
from warehouse.landing.arrival.noting import note_accepted
from warehouse.landing.lock import landing_lock
from warehouse.loading.closing import Closing, give_one_table, says_what_is_gone
from warehouse.loading.file_loading import TableLoad, judge_file, load_file, read_file, record_load
from warehouse.loading.gone import Gone
from warehouse.loading.load import Load
from warehouse.loading.readings import Plan, Reading, hand_ins, take_out

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HandInLoader:
    """What is needed to load the files of one source."""

    connection: duckdb.DuckDBPyConnection
    settings: Settings
    plan: Plan

    def load_new(self) -> list[TableLoad]:
        """Load what was not read before, each file in a transaction of its own.

        A hand-in that may say what is gone is loaded in one: what half of it lacks is not gone.

        Raises
        ------
        LandingError, SourceError
            As `warehouse.loading.ingest.ingest_source`; what was loaded before stays loaded.
        """
        loads: list[TableLoad] = []
        for hand_in in hand_ins(self.plan.unread):
            if says_what_is_gone(self.plan, hand_in):
                with transaction(self.connection):
                    loads += self._load_whole(hand_in)
                self._accept(hand_in)
            else:
                for reading in hand_in:
                    log.info("loading %s", reading.file.name)
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
        """Load what arrived together, and note what it says is gone; the caller holds the transaction."""
        loads = [(reading, self._load(reading)) for reading in hand_in]
        closing = None
        if says_what_is_gone(self.plan, hand_in):
            closing = Closing(self.connection, self.settings, self.plan, hand_in)
            if give_one_table(hand_in):
                for _, load in loads:
                    closing.note(load, judge_file(self.connection, load))
                closing.is_noted = True
        for reading, load in loads:
            log.info("loading %s", reading.file.name)
            say_gone = partial(_say_gone, closing, reading, load) if closing else None
            for table_load in read_file(self.connection, load, say_gone):
                record_load(self.connection, load, table_load)
                yield table_load

    def _load(self, reading: Reading) -> Load:
        arrived_at = reading.arrival.arrived_at
        return Load(
            uuid.uuid4().hex,
            self.plan.source,
            reading.file,
            reading.reading_sha256,
            datetime.now(UTC).replace(tzinfo=None),
            self.settings.unpacked_file_limit_bytes,
            reading.arrival.arrival_number,
            reading.arrival.hand_in,
            datetime.fromisoformat(arrived_at).replace(tzinfo=None) if arrived_at else None,
        )

    def _accept(self, readings: Sequence[Reading]) -> None:
        """Remember that full exports were loaded, so that loading them again never questions what they take away."""
        full = [one.arrival for one in readings if self.plan.source.full_kind(one.file.kind)]
        numbers = {arrival.arrival_number for arrival in full if not arrival.is_accepted}
        if numbers:
            folder = self.settings.landing_of(self.plan.source.name)
            with landing_lock(folder):
                note_accepted(folder, numbers)


def _say_gone(closing: Closing, reading: Reading, load: Load, unreadable_count: int) -> Gone:
    if not closing.is_noted:
        closing.note(load, unreadable_count)
    return closing.gone(reading, load)
