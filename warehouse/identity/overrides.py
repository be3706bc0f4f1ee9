"""What users decided about pairs of customer ids: the seed `identity_overrides`, which always wins."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.errors import SettingsError

OVERRIDES_FILE = DBT_PROJECT / "seeds" / "identity_overrides.csv"
COLUMNS = ("source", "customer_id_left", "customer_id_right", "decision", "decided_by", "reason")
_DECISIONS = ("same", "different")


@dataclass(frozen=True)
class Override:
    """One decision; ``left_id < right_id``."""

    left_id: str
    right_id: str
    is_same: bool
    reason: str

    @property
    def pair(self) -> tuple[str, str]:
        return self.left_id, self.right_id


def read_overrides(source: str, file: Path = OVERRIDES_FILE) -> tuple[Override, ...]:
    """The decisions about customers of one source, in the order of the file.

    Raises
    ------
    SettingsError
        Naming the line that is no decision, or that contradicts or repeats an earlier one.
    """
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise SettingsError(f"{file.name}: the header must be {','.join(COLUMNS)}.", "Mend the first line.")
        decided: dict[tuple[str, str], Override] = {}
        for row in rows:
            override = _override(row, f"{file.name}, line {rows.line_num}")
            if row["source"] != source:
                continue
            if override.pair in decided:
                raise SettingsError(
                    f"{file.name}, line {rows.line_num}: {' and '.join(override.pair)} are decided about before.",
                    "Keep one row for each pair.",
                )
            decided[override.pair] = override
    return tuple(decided.values())


def _override(row: dict[str, str], place: str) -> Override:
    empty = [name for name in COLUMNS if not (row.get(name) or "").strip()]
    if empty:
        raise SettingsError(f"{place}: {', '.join(empty)} must not be empty.", "Fill in who decided what, and why.")
    if row["decision"] not in _DECISIONS:
        raise SettingsError(f"{place}: decision is {row['decision']!r}.", f"Write {' or '.join(_DECISIONS)}.")
    left, right = sorted((row["customer_id_left"].strip(), row["customer_id_right"].strip()))
    if left == right:
        raise SettingsError(f"{place}: both ids are {left}.", "Name two ids.")
    return Override(left, right, row["decision"] == "same", row["reason"].strip())
