"""The order in which files arrived, kept beside them in the landing folder: which version of a row is the newest.

Neither the clock nor the names of files say what is newest, and the build file may be deleted at any time. So the
landing folder itself holds, hidden, a line for each arrival: which content stood under which name, and its place in the
order. What is loaded from the files in that order is the same whenever it is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from warehouse.base.durable_files import write_text_durably
from warehouse.landing.arrival.names import given_name

ORDER_FILE = ".arrivals.jsonl"


@dataclass(frozen=True)
class Arrival:
    """One content of one file, in its place in the order of arrival; content that came twice has two places."""

    arrival_number: int  # from 1
    name: str  # where it stands, relative to the landing folder
    given_name: str  # under which it was handed in
    sha256: str  # empty where nothing but the place is known any more
    hand_in: str  # what was handed in together
    arrived_at: str  # UTC, for information: no order goes by it
    former_sha256: str = ""  # until erased people are taken out of it
    full_kind: str = ""  # the kind of export, where that is full
    is_accepted: bool = False  # a full export that was loaded: what it takes away is not questioned again

    def holds(self, sha256: str) -> bool:
        """Whether this is the content that arrived."""
        return sha256 in {self.sha256, self.former_sha256} - {""}


@dataclass(frozen=True)
class Present:
    """A file that stands in the landing folder."""

    name: str
    sha256: str
    full_kind: str = ""
    given_name: str = ""  # under which it was handed in; empty: its own
    is_copied: bool = False  # stands there since it was handed in: its content may have been there before, and gone

    def arrival(self, number: int, hand_in: str, arrived_at: str) -> Arrival:
        """The file in a place of the order."""
        name = self.given_name or given_name(self.name)
        return Arrival(number, self.name, name, self.sha256, hand_in, arrived_at, full_kind=self.full_kind)


@dataclass(frozen=True)
class Arrivals:
    """The order of arrival of a landing folder."""

    known: tuple[Arrival, ...]
    notes: tuple[str, ...] = ()  # what had to be mended, in words

    def landed(self, present: Iterable[Present]) -> list[Arrival]:
        """The places of the contents that stand in the folder, in order."""
        contents = {file.name: file.sha256 for file in present}
        return [arrival for arrival in self.known if arrival.holds(contents.get(arrival.name, ""))]

    def names_given_as(self, given_name: str) -> tuple[str, ...]:
        """Under which names files stand or stood that were handed in under one."""
        return tuple({arrival.name for arrival in self.known if arrival.given_name == given_name})


def read_order(folder: Path) -> tuple[list[Arrival], int]:
    """The arrivals in order, and the number of lines that cannot be read."""
    path = folder / ORDER_FILE
    if not path.exists():
        return [], 0
    arrivals: dict[int, Arrival] = {}
    lines = [line for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    for line in lines:
        try:
            arrival = Arrival(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if isinstance(arrival.arrival_number, int) and isinstance(arrival.name, str):
            arrivals[arrival.arrival_number] = arrival
    return [arrivals[number] for number in sorted(arrivals)], len(lines) - len(arrivals)


def is_order_lost(folder: Path) -> bool:
    """Whether the order of arrival is missing or damaged."""
    known, damaged_count = read_order(folder)
    return not known or damaged_count > 0


def write_order(folder: Path, arrivals: Iterable[Arrival]) -> None:
    """Write the order in one step: a process that is killed leaves the former one."""
    write_text_durably(folder / ORDER_FILE, "".join(json.dumps(asdict(arrival)) + "\n" for arrival in arrivals))
