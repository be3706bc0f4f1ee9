"""Whatever mart of a relationship is empty says why."""

from __future__ import annotations

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows


def coverage_suite() -> TableSuite:
    """Suite of marts.relationship_coverage."""
    rules = (
        no_rows(
            "an_empty_mart_says_why",
            "select mart_name, row_count, reason from {batch} as c where (row_count = 0) <> (reason is not null)",
            "A mart without rows has a reason, and only such a mart has one.",
            look_at("relationship_coverage") + "; its needs stand in macros/relationship_marts.sql.",
            column="reason",
        ),
    )
    return TableSuite("marts", "relationship_coverage", ("mart_name", "row_count", "reason"), rules)
