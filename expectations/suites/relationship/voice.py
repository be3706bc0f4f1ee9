"""What customers say, by month: texts add up."""

from __future__ import annotations

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows

_MART = "feedback_months"


def voice_suites() -> list[TableSuite]:
    """Suites of the marts in models/relationship/voice."""
    rules = (
        no_rows(
            "labels_are_all_texts",
            """
                select month, cut_by, cut_value, text_count, negative_share from {batch} as f
                where text_count <> negative_count + neutral_count + positive_count
                    or negative_share not between lower_negative_share and upper_negative_share
            """,
            "Every text is negative, neutral or positive, and the negative share lies in its interval.",
            look_at(_MART),
            column="text_count",
        ),
        no_rows(
            "each_cut_holds_every_text",
            """
                select month, cut_by, sum(text_count) as text_count from {batch} as f group by month, cut_by
                having sum(text_count) <> (
                    select coalesce(sum(whole.text_count), 0) from {batch} as whole
                    where whole.month = f.month and whole.cut_by = 'all'
                )
            """,
            "By theme, product group and segment there are as many texts in a month as in all.",
            look_at(_MART),
            column="text_count",
        ),
    )
    columns = ("month", "cut_by", "cut_value", "text_count", "negative_count", "neutral_count", "positive_count")
    shares = ("negative_share", "lower_negative_share", "upper_negative_share")
    return [TableSuite("marts", _MART, (*columns, *shares), rules)]
