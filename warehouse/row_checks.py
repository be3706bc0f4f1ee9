"""SQL that turns the text of a row into the contract's types and says what is wrong with it."""

from __future__ import annotations

from warehouse.contract import Column, Contract, Table
from warehouse.text_checks import BLANKS, text_reasons
from warehouse.value_types import literal, type_words_sql, typed_sql

_SHOWN_CHARACTERS = 40


def checked_rows_sql(contract: Contract, table: Table, given_columns: set[str], relation: str) -> str:
    """SELECT of ``_row_number``, the typed columns, ``_reason`` (null: the row fits) and ``_row_hash``.

    Parameters
    ----------
    given_columns
        The contract's columns that the relation has; the others are null or their default.
    relation
        Name of the relation with the texts and ``_row_number``. It takes one bound parameter: the time of
        loading, after which no event can lie.
    """
    texts = [f"{_text(contract, name, column, given_columns)} as {name}" for name, column in table.columns.items()]
    typed = [f"{_typed(name, column)} as {name}" for name, column in table.columns.items()]
    reasons = [reason for name, column in table.columns.items() for reason in _reasons(table, name, column)]
    if table.event_time:
        reasons.append(f"case when t.{table.event_time} > $loaded_at then {_future_words(table.event_time)} end")
    columns = ", ".join(f"t.{name}" for name in table.columns)
    return f"""
        with texts as (select _row_number, {", ".join(texts)} from {relation}),
        typed as (select _row_number, {", ".join(typed)} from texts),
        hashed as (select *, {row_hash_sql(table)} as _row_hash from typed)
        select t._row_number, {columns}, t._row_hash, nullif(concat_ws('; ', {", ".join(reasons)}), '') as _reason
        from hashed as t inner join texts as x on x._row_number = t._row_number
    """


def row_hash_sql(table: Table) -> str:
    """SQL of ``_row_hash``: equal for rows with equal values in the contract's columns."""
    values = ", ".join(f"coalesce({name}::varchar, chr(30))" for name in table.columns)
    return f"md5(concat_ws(chr(31), {values}))"


def _text(contract: Contract, name: str, column: Column, given_columns: set[str]) -> str:
    if name not in given_columns:
        return "null::varchar"
    missing = contract.missing_tokens
    if column.type != "text":
        missing += contract.missing_tokens_not_text
    tokens = ", ".join(literal(token) for token in missing)
    trimmed = f"trim({name}::varchar, {literal(BLANKS)})"
    return f"case when {trimmed} in ({tokens}) then null else {trimmed} end"


def _typed(name: str, column: Column) -> str:
    value = typed_sql(name, column)
    return value if column.default is None else f"coalesce({value}, {literal(column.default)}::{column.sql_type})"


def _reasons(table: Table, name: str, column: Column) -> list[str]:
    shown = "'a value'" if column.personal else f"concat('''', left(x.{name}, {_SHOWN_CHARACTERS}), '''')"
    reasons = []
    if column.required:
        reasons.append(f"case when x.{name} is null then '{name}: missing' end")
    if column.type == "text":
        reasons += text_reasons(name, f"x.{name}", is_id=name in table.key or name.endswith(("_id", "_code")))
    else:
        untyped = f"x.{name} is not null and t.{name} is null"
        if column.default is not None:
            untyped = f"x.{name} is not null and {typed_sql(f'x.{name}', column)} is null"
        words = type_words_sql(f"x.{name}", column)
        reasons.append(f"case when {untyped} then concat('{name}: ', {shown}, {words}) end")
    if column.allowed:
        allowed = ", ".join(literal(value) for value in column.allowed)
        words = literal(" is not one of " + ", ".join(column.allowed))
        reasons.append(f"case when t.{name} not in ({allowed}) then concat('{name}: ', {shown}, {words}) end")
    for bound, comparison, word in ((column.min, "<", "below"), (column.max, ">", "above")):
        if bound is not None:
            limit = f"{literal(str(bound))}::{column.sql_type}"
            words = literal(f" is {word} {bound:g}" if isinstance(bound, float) else f" is {word} {bound}")
            reasons.append(f"case when t.{name} {comparison} {limit} then concat('{name}: ', {shown}, {words}) end")
    return reasons


def _future_words(column: str) -> str:
    return f"concat('{column}: ', strftime(t.{column}, '%Y-%m-%d %H:%M'), ' lies in the future')"
