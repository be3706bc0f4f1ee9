"""Ids that a tool wrote otherwise than the shop: 1001 as 1001.0, a mail address in capitals, 450123000000 as 4.5E+11.

The first two are read as what they were. The third cannot be: digits are lost (see `text_checks`).
"""

from __future__ import annotations

from functools import partial

import duckdb

from warehouse.base.connections import one_row
from warehouse.values.column_reading import ColumnReading, matches_sql, trimmed_sql

CUSTOMER_ID = "customer_id"
_WHOLE = r"[0-9]+\.0"
_DECIMAL = r"[0-9]+\.[0-9]+"
# Codes of few digits may be sizes or versions (1.0): only longer ones are taken for numbers.
_SHORT = r"[0-9]{1,2}\.0"
_MAIL_ADDRESS = r"[^@\s]+@[^@\s]+\.[^@\s.]+"


def customer_id_sql(text: str) -> str:
    """SQL of a customer's id as it is compared: mail addresses in small letters."""
    is_address = f"contains({text}, '@') and {matches_sql(text, _MAIL_ADDRESS)}"
    return f"case when {is_address} then lower({text}) else {text} end"


def id_sign_sql(text: str) -> str:
    """Aggregate: some value ends in `.0`."""
    return f"bool_or(ends_with({text}, '.0'))"


def capital_count_sql(text: str) -> str:
    """Aggregate: how many values are mail addresses with capitals."""
    return f"count(*) filter (where contains({text}, '@') and {text} <> {customer_id_sql(text)})"


def id_evidence_sql(text: str) -> list[str]:
    """Aggregates: how many values are whole numbers written as floats, whether short ones, and other decimals."""
    return [
        f"count(*) filter (where {matches_sql(text, _WHOLE)})",
        f"bool_or({matches_sql(text, _SHORT)})",
        f"bool_or({matches_sql(text, _DECIMAL)} and not {matches_sql(text, _WHOLE)})",
    ]


def are_whole_numbers(name: str, value_count: int, has_short: bool | None, has_decimals: bool | None) -> bool:
    """Whether a column's values that end in `.0` are whole numbers that a tool made floats of."""
    return value_count > 0 and not has_decimals and not (has_short and name.endswith("_code"))


def id_reading(name: str, float_count: int, capital_count: int) -> ColumnReading | None:
    """How a column of ids is read; None: as it stands.

    Parameters
    ----------
    float_count
        Values that lose their `.0`; 0 where the column keeps it.
    """
    ways = ["without the .0 of whole numbers that became floats"] if float_count else []
    if capital_count:
        ways.append("in small letters, being mail addresses")
    if not float_count and name != CUSTOMER_ID:
        return None

    of_customers = partial(read_customer_id_sql, are_floats=float_count > 0)
    rewritten = of_customers if name == CUSTOMER_ID else whole_number_sql
    return ColumnReading(rewritten, "", f"read {' and '.join(ways)}" if ways else "", float_count + capital_count)


def read_customer_id_sql(text: str, *, are_floats: bool) -> str:
    """SQL of a customer's id as raw has it, from its trimmed text."""
    return customer_id_sql(whole_number_sql(text) if are_floats else text)


def customer_id_forms_sql(text: str) -> str:
    """SQL: list of what a customer's id may be in raw, from a text of a file of which no more is known."""
    forms = [read_customer_id_sql(trimmed_sql(text), are_floats=are_floats) for are_floats in (False, True)]
    return f"[{', '.join(forms)}]"


def read_customer_id(text: str) -> str:
    """A customer's id as raw has it, from the id as somebody gives it."""
    query = f"select {read_customer_id_sql(trimmed_sql('$given'), are_floats=False)}"
    with duckdb.connect() as connection:
        return one_row(connection, query, {"given": text})[0]


def whole_number_sql(text: str) -> str:
    """SQL of an id without the `.0` of a float."""
    return f"case when {matches_sql(text, _WHOLE)} then left({text}, length({text}) - 2) else {text} end"


def has_floats(connection: duckdb.DuckDBPyConnection, relation: str, name: str, text: str) -> bool:
    """Whether the ids that an expression gives over a relation are whole numbers written as floats."""
    aggregates = ", ".join(id_evidence_sql(text))
    return are_whole_numbers(name, *one_row(connection, f"select {aggregates} from {relation}"))
