"""Segments: a name for each, the same one for all its members, and true of most of them."""

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
        no_rows(
            "segment_names_are_true",
            """
                select segment_id, segment_name, count(*) as customer_count,
                    avg(cast(is_name_true as integer)) as name_true_share
                from {batch} as segments
                where as_of_date = :as_of_date and status = 'scored'
                group by segment_id, segment_name
                having avg(cast(is_name_true as integer)) < :share
            """,
            f"A segment's name is true of at least {thresholds.name_true_share_minimum:.0%} of its members.",
            "Customers have changed since they were named: train anew, python -m ml train --job segmentation.",
            column="segment_name",
            severity="warning",
            share=thresholds.name_true_share_minimum,
        ),
    )
