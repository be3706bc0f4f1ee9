"""One reading of one landed file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warehouse.landing.recognition import LandedFile
from warehouse.source_definitions.folders import Source


@dataclass(frozen=True)
class Load:
    """Identity of one reading of one file."""

    load_id: str
    source: Source
    file: LandedFile
    file_sha256: str
    loaded_at: datetime  # UTC, without zone
    unpacked_limit_bytes: int | None = None  # largest size of the file once unpacked; None: no limit
    arrival_number: int = 1  # place of the file in the order of arrival
    hand_in: str = ""  # what arrived together
    arrived_at: datetime | None = None  # None: not known any more

    @property
    def lineage(self) -> dict[str, Any]:
        """What its rows in raw say of it."""
        names = ("load_id", "loaded_at", "arrival_number")
        return {"file_name": self.file.name, **{name: getattr(self, name) for name in names}}
