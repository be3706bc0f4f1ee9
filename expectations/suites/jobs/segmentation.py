"""Segments: a name for each, and the same one for all its members."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "segment_names_are_stable",
            """
                select segment_id, model_name, string_agg(distinct segment_name, ', ') as names
                from {batch} as segments
                where as_of_date = :as_of_date and status = 'scored'
                group by segment_id, model_name
                having count(distinct segment_name) > 1
            """,
            "A segment has one name.",
            LOOK,
            column="segment_name",
        ),
    )
