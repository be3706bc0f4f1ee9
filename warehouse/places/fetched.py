"""What came of one table or file of a place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Fetched:
    """A file that was fetched, if there was anything to fetch."""

    key: str  # names it among what is noted of the place
    path: Path
    name: str  # in the landing folder; empty: nothing new
    what: str  # in words: 100 rows of orders
    watermark: Any = None  # how far it is now; None: as before
    notes: list[str] = field(default_factory=list)

    def lines(self, place: str) -> list[str]:
        """What was fetched, in words."""
        landed = f", as {self.name}" if self.name else ""
        return [f"{place}: fetched {self.what}{landed}", *(f"  {note}" for note in self.notes)]
