"""What a reader narrows a page to. Empty means everything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Filters:
    """The months from the first to the last one, countries, and segments."""

    from_month: date | None = None
    to_month: date | None = None
    countries: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """Return them as questions name them."""
        return {
            "from_month": self.from_month or date(1, 1, 1),
            "to_month": self.to_month or date(9999, 12, 1),
            "countries": list(self.countries),
            "segments": list(self.segments),
        }

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.from_month or self.to_month or self.countries or self.segments)

    def not_taken_by(self, places: Collection[str]) -> list[str]:
        """Return the kinds (months, country, segment) that narrow, but not a question with these places."""
        chosen = {
            "months": ("from_month", self.from_month or self.to_month),
            "country": ("countries", self.countries),
            "segment": ("segments", self.segments),
        }
        return [kind for kind, (place, value) in chosen.items() if value and place not in places]
