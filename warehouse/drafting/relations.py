"""What rows of a sample say of each other: what all lines of an order share, which documents are returns."""

from __future__ import annotations

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.sql_text import literal, quoted

_SAME = 0.98
_SEVERAL_ORDERS = 3  # with several lines: fewer prove nothing
_RETURNS = 0.9
_NOBODY = ("0", "-1", "guest", "anonymous", "none", "unknown", "gast")


def is_same_within(connection: duckdb.DuckDBPyConnection, relation: str, group: str, column: str) -> bool:
    """Whether a column has one value on all lines of an order, where orders have several lines."""
    value = f"nullif(trim({quoted(column)}), '')"
    several, same = one_row(
        connection,
        f"select count(*), count(*) filter (where values_ = 1) from (select count(*) as lines, "
        f"count(distinct {value}) as values_ from {relation} where {quoted(group)} is not null "
        f"group by {quoted(group)}) where lines > 1",
    )
    return several >= _SEVERAL_ORDERS and same >= _SAME * several


def is_difference(
    connection: duckdb.DuckDBPyConnection, relation: str, amount: str, full_sql: str, taken_off: str
) -> bool:
    """Whether an amount is what is left of another one when something is taken off, on nearly all rows that have it.

    Parameters
    ----------
    full_sql
        Of the amount before.
    """
    left, less = number_sql(amount), number_sql(taken_off)
    counted, fits = one_row(
        connection,
        f"select count(*), count(*) filter (where abs({full_sql} - abs({less}) - {left}) < 0.02) from {relation} "
        f"where {less} <> 0 and {left} is not null and {full_sql} is not null",
    )
    return counted > 0 and fits >= _RETURNS * counted


def return_letters(connection: duckdb.DuckDBPyConnection, relation: str, order: str, quantity: str) -> tuple[str, ...]:
    """First letters of the numbers of documents whose lines nearly all have a negative quantity."""
    number = number_sql(quantity)
    letter = f"left(trim({quoted(order)}), 1)"
    query = (
        f"select {letter} from {relation} where {number} is not null group by 1 "
        f"having regexp_full_match({letter}, '[A-Za-z]') "
        f"and avg(case when {number} < 0 then 1 else 0 end) >= {_RETURNS} and count(*) > 1 order by 1"
    )
    return tuple(letter for (letter,) in connection.execute(query).fetchall())


def nobodys_ids(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> tuple[str, ...]:
    """Ids that stand for guests: words for nobody, on several rows."""
    listed = ", ".join(map(literal, _NOBODY))
    query = (
        f"select trim({quoted(column)}) from {relation} where lower(trim({quoted(column)})) in ({listed}) "
        "group by 1 having count(*) > 1 order by 1"
    )
    return tuple(found for (found,) in connection.execute(query).fetchall())


def copies_count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """How many rows are exact copies of another one."""
    return one_row(
        connection,
        f"select count(*) - (select count(*) from (select distinct * exclude (_row_number) from {relation})) "
        f"from {relation}",
    )[0]


def number_sql(column: str) -> str:
    """SQL of a column's texts as numbers, decimal commas and currency signs aside; null where they are none."""
    return f"try_cast(replace(regexp_replace({quoted(column)}, '[$€£¥₹ ]', '', 'g'), ',', '.') as double)"
