"""What came of a selection of audiences, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from warehouse.audiences.folder import Problem

SELECTED, FAILED = "selected", "failed"


@dataclass(frozen=True)
class Selection:
    """What came of the audiences of a date.

    Attributes
    ----------
    counts
        By audience.
    skipped
        Why nothing was selected, if so.
    measured_count
        Former selections whose effect is measured.
    """

    source: str
    as_of_date: date
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    skipped: str = ""
    measured_count: int = 0

    def lines(self) -> Iterator[str]:
        """The outcome in words."""
        if self.skipped:
            yield self.skipped
        for name, counts in self.counts.items():
            over = counts["over_own_limit_count"] + counts["over_common_limit_count"]
            yield (
                f"{name}: {counts['exported_count']:,} to contact, {counts['held_out_count']:,} held out, of "
                f"{counts['matched_count']:,} who match ({counts['without_consent_count']:,} without consent, "
                f"{over:,} contacted too often, {counts['beyond_size_count']:,} beyond its size)"
            )
        if self.measured_count:
            yield f"former selections measured: {self.measured_count:,} (marts.audience_effects)"
        for problem in self.problems:
            yield f"not selected: {problem.in_words()}"
