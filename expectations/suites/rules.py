"""Building blocks of the suites: one constructor per kind of rule, and the suite of one table.

Every expectation carries in ``meta`` what the person on duty needs: ``rule`` (its short name in
``quality.validation_results``), ``first_step``, and the table and column it speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from textwrap import dedent
from typing import Any, Literal

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.gx.one_scan import (
    ExpectColumnValuesToBeInBounds,
    ExpectColumnValuesToBeKnown,
    ExpectColumnValuesToBeThere,
)
from expectations.gx.row_rule import ExpectNoRowsBreakingRule

Severity = Literal["critical", "warning"]
Value = date | int | float | str | Sequence[str]

_WARNING = " (a warning)"
_PLACEHOLDER = re.compile(r"(?<!:):([a-z_]+)")
_AS_OF_DATE = re.compile(r"(?<!:):as_of_date\b")


@dataclass(frozen=True)
class TableSuite:
    """What must hold for one table.

    Attributes
    ----------
    schema, table
        Where the table stands in the build file.
    columns
        The columns that the rules use; they must exist.
    expectations
        The rules.
    title
        Name of the suite within its gate; empty: the table's name.
    """

    schema: str
    table: str
    columns: tuple[str, ...]
    expectations: tuple[Expectation, ...]
    title: str = ""

    @property
    def table_name(self) -> str:
        """Table with its schema."""
        return f"{self.schema}.{self.table}"

    def as_of(self, day: date) -> TableSuite:
        """The suite with the run's date in place of ``:as_of_date`` in its queries."""
        rules = (
            rule.copy(update={"unexpected_rows_query": _AS_OF_DATE.sub(_literal(day), str(rule.unexpected_rows_query))})
            if isinstance(rule, ExpectNoRowsBreakingRule)
            else rule
            for rule in self.expectations
        )
        return replace(self, expectations=tuple(rules))

    def name_in(self, gate: str) -> str:
        """Name of the suite."""
        return f"{gate}.{self.title or self.table}"


def sql(query: str, **values: Value) -> str:
    """Write typed values into a query in place of ``:name``.

    GX takes a query as one text and cannot bind parameters; ``{batch}`` stays for GX to fill, and ``:as_of_date`` for
    `TableSuite.as_of`.

    >>> sql("select 1 from {batch} where day >= :day and kind in :kinds", day=date(2024, 1, 31), kinds=["a"])
    "select 1 from {batch} where day >= date '2024-01-31' and kind in ('a')"
    """
    return _PLACEHOLDER.sub(lambda match: match[0] if match[0] == ":as_of_date" else _literal(values[match[1]]), query)


def no_rows(
    rule: str,
    query: str,
    means: str,
    first_step: str,
    *,
    column: str | None = None,
    table: str | None = None,
    severity: Severity = "critical",
    **values: Value,
) -> Expectation:
    """The query finds the rows that break the rule; there must be none.

    Parameters
    ----------
    values
        Of the query's placeholders, as `sql` takes them.
    """
    return ExpectNoRowsBreakingRule(
        unexpected_rows_query=dedent(sql(query, **values) if values else query).strip(),
        **_common(rule, means, first_step, severity, column=column, table=table),
    )


def not_null(column: str, means: str, first_step: str, severity: Severity = "critical") -> Expectation:
    """Every row has a value in the column."""
    return ExpectColumnValuesToBeThere(
        column=column,
        **_common(f"{column}_is_not_null", means, first_step, severity, column=column, breaks=f"{column} is null"),
    )


def in_set(column: str, values: Sequence[str], means: str, first_step: str) -> Expectation:
    """Every value of the column, where there is one, is one of these."""
    return ExpectColumnValuesToBeKnown(
        column=column,
        value_set=list(values),
        **_common(
            f"{column}_is_known",
            means,
            first_step,
            "critical",
            column=column,
            breaks=sql(f"{column} not in :values", values=values),
        ),
    )


def unique(columns: Sequence[str], means: str, first_step: str, *, among: str = "true") -> Expectation:
    """No combination of values of these columns stands in two rows.

    Parameters
    ----------
    among
        SQL condition of rows; all others are known to be alone.
    """
    keys = ", ".join(columns)
    return no_rows(
        "key_is_unique",
        f"""
            select {keys}, count(*) as row_count from {{batch}} as rows_of_table
            where {among} group by {keys} having count(*) > 1
        """,
        means,
        first_step,
        column=keys,
    )


def bounded(
    column: str, minimum: float | None, maximum: float | None, first_step: str, means: str = ""
) -> Iterator[Expectation]:
    """No value of the column lies below the minimum or above the maximum, if there are such bounds.

    Parameters
    ----------
    maximum
        Only beside a minimum.
    means
        What holds, in words; empty: that the bounds do.
    """
    if minimum is None:
        return
    if maximum is None:
        rule, bounds = f"is_at_least_{minimum:g}", f"is not below {minimum:g}"
        breaks = sql(f"{column} < :minimum", minimum=minimum)
    else:
        rule, bounds = f"is_between_{minimum:g}_and_{maximum:g}", f"lies between {minimum:g} and {maximum:g}"
        breaks = sql(f"{column} not between :minimum and :maximum", minimum=minimum, maximum=maximum)
    common = _common(
        f"{column}_{rule}", means or f"{column} {bounds}.", first_step, "critical", column=column, breaks=breaks
    )
    yield ExpectColumnValuesToBeInBounds(column=column, min_value=minimum, max_value=maximum, **common)


def not_empty_unless(other: str, means: str, first_step: str) -> Expectation:
    """The table has rows, or the other one has."""
    return no_rows(
        "table_is_not_empty",
        f"""
            select 0 as row_count
            where (select count(*) from {{batch}} as rows_of_table) = 0 and (select count(*) from {other}) = 0
        """,
        means,
        first_step,
    )


def as_warning(rule: Expectation) -> Expectation:
    """The same rule, which stops nothing when it does not hold."""
    words = str(rule.description).removesuffix(_WARNING) + _WARNING
    return rule.copy(update={"severity": FailureSeverity.WARNING, "description": words})


def _common(
    rule: str,
    means: str,
    first_step: str,
    severity: Severity,
    *,
    column: str | None = None,
    table: str | None = None,
    breaks: str | None = None,
) -> dict[str, Any]:
    """What every expectation carries. GX shows the description and, on the page of the suite, the notes."""
    meta = {"rule": rule, "means": means, "first_step": first_step, "column": column, "table": table}
    meta["breaks"] = breaks  # SQL condition of the rows that break it, where GX tells their values only
    return {
        "description": means if severity == "critical" else means + _WARNING,
        "severity": severity,
        "notes": [f"First step when it does not hold: {first_step}"],
        "meta": {name: value for name, value in meta.items() if value is not None},
    }


def _literal(value: Value) -> str:
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, bool | Mapping):
        raise TypeError(f"no SQL literal for {value!r}")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "(" + ", ".join(_literal(one) for one in value) + ")"
