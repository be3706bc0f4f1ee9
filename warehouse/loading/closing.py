"""What a hand-in says is gone: found while its files are loaded, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import duckdb

from warehouse.base.settings import Settings
from warehouse.landing.recognition import kind_of
from warehouse.loading.gone import Gone, begin_hand_in, note_keys, take_out_lines, take_out_missing
from warehouse.loading.load import Load
from warehouse.loading.readings import Plan, Reading

_LINES = "order_items"


class Closing:
    """What one hand-in has and lacks.

    Parameters
    ----------
    hand_in
        The readings of the files that arrived together.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, settings: Settings, plan: Plan, hand_in: Sequence[Reading]
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.plan = plan
        self.hand_in = hand_in
        self.is_noted = False  # whether the keys of all files are known before the first is loaded
        self.unreadable: Counter[str] = Counter()  # records that may hold any key, by table
        begin_hand_in(connection)

    def note(self, load: Load, unreadable_count: int) -> None:
        """Note the keys of a file whose rows were just classified."""
        note_keys(self.connection, load)
        self.unreadable[load.file.kind.rows_are] += unreadable_count

    def gone(self, reading: Reading, load: Load) -> Gone:
        """Note in raw what a file says is gone.

        Raises
        ------
        FileRefused
            If it is a full export that would take too many rows away.
        """
        source, kind = self.plan.source, reading.file.kind
        full_kind = source.full_kind(kind)
        if not full_kind and not is_given_again(self.plan, reading):
            return Gone()
        if self.unreadable[kind.rows_are]:
            return Gone(0, f"{self.unreadable[kind.rows_are]:,} records are unreadable and may be any of them")
        if not full_kind:
            return take_out_lines(self.connection, load, self.plan.arrivals.names_given_as(reading.arrival.given_name))
        if reading is not [one for one in self.hand_in if source.full_kind(one.file.kind) == full_kind][-1]:
            return Gone()
        if missing := self._missing_part(full_kind):
            return Gone(0, f"{missing}, which was handed in with it, is not there")
        return take_out_missing(self.connection, load, self._names_of(full_kind, kind.rows_are), self._limit(full_kind))

    def _missing_part(self, full_kind: str) -> str:
        """A file of the export that was refused and put aside, or taken out of the landing folder."""
        here = {one.arrival.arrival_number for one in self.hand_in}
        return next(
            (
                known.name
                for known in self.plan.arrivals.known
                if known.hand_in == self.hand_in[0].arrival.hand_in
                and known.full_kind == full_kind
                and known.arrival_number not in here
            ),
            "",
        )

    def _limit(self, full_kind: str) -> float | None:
        """The largest share of rows that may go; none for an export that was loaded before, or is not the newest."""
        parts = [one for one in self.plan.all_readings if self.plan.source.full_kind(one.file.kind) == full_kind]
        here = [one.arrival for one in self.hand_in if self.plan.source.full_kind(one.file.kind) == full_kind]
        if all(arrival.is_accepted for arrival in here) or parts[-1].arrival.hand_in != here[-1].hand_in:
            return None
        return self.settings.full_export_gone_share_maximum

    def _names_of(self, full_kind: str, table: str) -> list[str]:
        """Names of the files in raw that are or were full exports of a kind."""
        source = self.plan.source
        folder = self.settings.landing_of(source.name)
        names = [name for (name,) in self.connection.execute(f"select distinct _file_name from raw.{table}").fetchall()]
        kinds = {name: kind_of(source, folder, name) for name in names}
        return [name for name, kind in kinds.items() if kind and source.full_kind(kind) == full_kind]


def says_what_is_gone(plan: Plan, hand_in: Sequence[Reading]) -> bool:
    """Whether rows can be gone by what a hand-in leaves out."""
    return any(plan.source.full_kind(one.file.kind) or is_given_again(plan, one) for one in hand_in)


def give_one_table(hand_in: Sequence[Reading]) -> bool:
    """Whether several files of a hand-in give rows of one table: what one lacks may stand in another."""
    tables = [one.file.kind.rows_are for one in hand_in]
    return len(set(tables)) < len(tables)


def is_given_again(plan: Plan, reading: Reading) -> bool:
    """Whether lines of orders were handed in under this name before."""
    arrival = reading.arrival
    return reading.file.kind.rows_are == _LINES and any(
        known.given_name == arrival.given_name and known.arrival_number < arrival.arrival_number
        for known in plan.arrivals.known
    )
