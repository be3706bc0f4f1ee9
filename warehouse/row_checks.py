"""SQL that turns the text of a row into the contract's types and says what is wrong with it."""

from __future__ import annotations

from warehouse.contract import Column, Contract, Table

_SHOWN_CHARACTERS = 40
_BLANKS = " \t\r\n\u00a0"
_TRUE = ("true", "t", "yes", "y", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "0", "0.0")
_TYPE_WORDS = {
    "integer": "a whole number",
    "quantity": "a number",
    "amount": "an amount",
    "price": "a price",
    "boolean": "yes or no",
    "date": "a date (YYYY-MM-DD)",
    "timestamp": "a date and time (YYYY-MM-DD HH:MM:SS)",
}


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
    reasons = [reason for name, column in table.columns.items() for reason in _reasons(name, column)]
    if table.event_time:
        reasons.append(f"case when t.{table.event_time} > $loaded_at then {_future_words(table.event_time)} end")
    values = ", ".join(f"coalesce({name}::varchar, chr(30))" for name in table.columns)
    columns = ", ".join(f"t.{name}" for name in table.columns)
    return f"""
        with texts as (select _row_number, {", ".join(texts)} from {relation}),
        typed as (select _row_number, {", ".join(typed)} from texts),
        hashed as (select *, md5(concat_ws(chr(31), {values})) as _row_hash from typed)
        select t._row_number, {columns}, t._row_hash, nullif(concat_ws('; ', {", ".join(reasons)}), '') as _reason
        from hashed as t inner join texts as x on x._row_number = t._row_number
    """


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _text(contract: Contract, name: str, column: Column, given_columns: set[str]) -> str:
    if name not in given_columns:
        return "null::varchar"
    missing = contract.missing_tokens
    if column.type != "text":
        missing += contract.missing_tokens_not_text
    tokens = ", ".join(literal(token) for token in missing)
    trimmed = f"trim({name}::varchar, {literal(_BLANKS)})"
    return f"case when {trimmed} in ({tokens}) then null else {trimmed} end"


def _typed(name: str, column: Column) -> str:
    number = f"try_cast({name} as double)"
    moment = f"try_cast({name} as timestamp)"
    expressions = {
        "text": f"lower({name})" if column.allowed else name,
        "integer": f"case when {number} = floor({number}) then try_cast({number} as integer) end",
        "boolean": f"case when lower({name}) in {_TRUE} then true when lower({name}) in {_FALSE} then false end",
        "timestamp": f"case when isfinite({moment}) then {moment} end",
        "date": f"case when isfinite({moment}) then {moment}::date end",
    }
    value = expressions.get(column.type, f"try_cast({name} as {column.sql_type})")
    return value if column.default is None else f"coalesce({value}, {literal(column.default)}::{column.sql_type})"


def _reasons(name: str, column: Column) -> list[str]:
    shown = "'a value'" if column.personal else f"concat('''', left(x.{name}, {_SHOWN_CHARACTERS}), '''')"
    reasons = []
    if column.required:
        reasons.append(f"case when x.{name} is null then '{name}: missing' end")
    if column.type != "text":
        untyped = f"x.{name} is not null and t.{name} is null"
        if column.default is not None:
            untyped = f"x.{name} is not null and {_typed(f'x.{name}', column)} is null"
        reasons.append(
            f"case when {untyped} then concat('{name}: ', {shown}, ' is not {_TYPE_WORDS[column.type]}') end"
        )
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
