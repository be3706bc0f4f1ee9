"""Of whom the seed `anomaly_states` speaks: an erasure cannot take a line out of it, and says so."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from warehouse.base.definitions import DBT_PROJECT

STATES_FILE = DBT_PROJECT / "seeds" / "anomaly_states.csv"


def decided_ids(source: str, file: Path = STATES_FILE) -> Iterator[set[str]]:
    """The ids in each line about a source: of the subject, and of its customer."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["source"] == source:
                yield {(row[name] or "").strip() for name in ("subject_id", "customer_id")} - {""}
