"""Whether a column of dates has the day or the month first: 25/12/2023 proves the one, 12/25/2023 the other."""

from __future__ import annotations

from functools import partial

from warehouse.base.sql_text import literal
from warehouse.values.column_reading import ColumnReading

_PATTERN = r"^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([12][0-9]{3})"
_YEAR_FIRST = r"^[12][0-9]{3}[-/]"
_MONTHS = 12


def day_sign_sql(text: str) -> str:
    """Aggregate: some value begins with a day or a month."""
    return f"bool_or(regexp_matches({text}, {literal(_PATTERN)}))"


def day_evidence_sql(text: str) -> list[str]:
    """Aggregates: an example of the day first, one of the month first, whether one has the year first, and a count."""
    first, second = (f"try_cast(regexp_extract({text}, {literal(_PATTERN)}, {part}) as integer)" for part in (1, 2))
    return [
        f"min({text}) filter (where {first} > {_MONTHS} and {second} <= {_MONTHS})",
        f"min({text}) filter (where {second} > {_MONTHS} and {first} <= {_MONTHS})",
        f"bool_or(regexp_matches({text}, {literal(_YEAR_FIRST)}))",
        f"count(*) filter (where regexp_matches({text}, {literal(_PATTERN)}))",
    ]


def day_reading(
    day_first: str | None, month_first: str | None, has_year_first: bool, value_count: int, *, is_personal: bool
) -> ColumnReading | None:
    """How a column is read; None: only dates with the year first are, as where values prove nothing or both."""
    if has_year_first or bool(day_first) == bool(month_first):
        return None
    proof = "one of them" if is_personal else repr(day_first or month_first)
    words = f"read with the {'day' if day_first else 'month'} first, because of {proof}"
    return ColumnReading(partial(_year_first, r"\3-\2-\1" if day_first else r"\3-\1-\2"), "", words, value_count)


def _year_first(order: str, text: str) -> str:
    return f"regexp_replace({text}, {literal(_PATTERN)}, {literal(order)})"
