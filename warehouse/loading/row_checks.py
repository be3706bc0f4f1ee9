"""SQL that turns the text of a row into the contract's types and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.base.sql_text import literal
from warehouse.source_definitions.folders import Source
from warehouse.tables.contract import Column, Contract, Table
from warehouse.values.column_reading import ColumnReading, trimmed_sql
from warehouse.values.spellings import missing_sql, spelled_sql
from warehouse.values.text_checks import text_problem_sql
from warehouse.values.types import TYPE_WORDS, as_text_sql, rounded_words_sql, type_words_sql, typed_sql

# Between the notes of a row, and between a column and the note on it.
NOTE_END, NAME_END = "\x1e", "\x1f"
_SHOWN_CHARACTERS = 40
# Clocks and zones that are off by hours are no reason to refuse a row.
_FUTURE_TOLERANCE = "interval 24 hours"
_LARGEST_PRODUCT = 10**12


@dataclass(frozen=True)
class ReadingRules:
    """By what the texts of a file are read: the contract, the source, and what columns say of themselves."""

    contract: Contract
    source: Source
    readings: Mapping[str, ColumnReading]


def checked_rows_sql(rules: ReadingRules, table: Table, given_columns: set[str], relation: str) -> str:
    """SELECT of ``_row_number``, the typed columns, ``_reason`` (null: the row fits), ``_emptied`` and ``_row_hash``.

    ``_emptied`` and ``_rounded`` are notes (see `value_notes`) on values of the row that could not be read and are
    empty, and on numbers that were cut. For each given column the SELECT makes ``x_…``, its text; ``r_…``, the text as
    the contract writes it; ``t_…``, the value; and ``p_…``, what is wrong with it.

    Parameters
    ----------
    given_columns
        The contract's columns that the relation has; the others are null or their default.
    relation
        Name of the relation with the texts and ``_row_number``. It takes one bound parameter where the table has an
        event time and the relation gives it: the time of loading as the shop's clock shows it.
    """
    given = {name: column for name, column in table.columns.items() if name in given_columns}
    texts = [f"{_text(rules, name, column)} as x_{name}" for name, column in given.items()]
    read = [f"{_read(rules, name, column)} as r_{name}" for name, column in given.items()]
    typed = [f"{typed_sql(f'r_{name}', column, rules.source.time_zone)} as t_{name}" for name, column in given.items()]
    problems = [f"{_problem(rules, table, name, column)} as p_{name}" for name, column in given.items()]
    values = [f"{_value(name, column, name in given)} as {name}" for name, column in table.columns.items()]
    return f"""
        with texts as (select {", ".join(["_row_number", *texts])} from {relation}),
        read as (select {", ".join(["*", *read])} from texts),
        typed as (select {", ".join(["*", *typed])} from read),
        judged_values as (select {", ".join(["*", *problems])} from typed),
        kept as (
            select _row_number, {", ".join(values)},
                {_reason(table, given)} as _reason, {_emptied(given)} as _emptied, {_rounded(given)} as _rounded
            from judged_values
        )
        select *, {row_hash_sql(table)} as _row_hash from kept
    """


def row_hash_sql(table: Table) -> str:
    """SQL of ``_row_hash``: equal for rows with equal values in the contract's columns."""
    values = ", ".join(f"coalesce({as_text_sql(name, column)}, chr(30))" for name, column in table.columns.items())
    return f"md5(concat_ws(chr(31), {values}))"


def _text(rules: ReadingRules, name: str, column: Column) -> str:
    text = trimmed_sql(name)
    missing = missing_sql(text, name, column, rules.contract, rules.source)
    return f"case when {missing} then null else {text} end"


def _read(rules: ReadingRules, name: str, column: Column) -> str:
    reading = rules.readings.get(name)
    text = reading.rewritten(f"x_{name}") if reading else f"x_{name}"
    return spelled_sql(text, name, column, rules.contract, rules.source)


def _value(name: str, column: Column, is_given: bool) -> str:
    value = f"case when p_{name} is null then t_{name} end" if is_given else f"null::{column.sql_type}"
    return value if column.default is None else f"coalesce({value}, {literal(column.default)}::{column.sql_type})"


def _problem(rules: ReadingRules, table: Table, name: str, column: Column) -> str:
    """SQL: what is wrong with a value that stands there, beginning with the value; null if nothing is."""
    if column.type == "text" and not column.allowed:
        return text_problem_sql(f"x_{name}", is_id=table.is_id(name))
    shown = "'a value'" if column.personal else f"concat('''', {_shown(f'x_{name}')}, '''')"
    if column.allowed:
        listed = ", ".join(literal(value) for value in column.allowed)
        hint = f" is not one of {', '.join(column.allowed)} (spellings in source.yml can say what it means)"
        cases = [(f"t_{name} not in ({listed})", literal(hint))]
    else:
        cases = [(f"t_{name} is null", type_words_sql(f"x_{name}", column))]
        if refused := rules.readings[name].refused if name in rules.readings else "":
            cases.insert(0, (f"r_{name} is null", literal(f" is not {TYPE_WORDS[column.type]}{refused}")))
    for bound, comparison, word in ((column.min, "<", "below"), (column.max, ">", "above")):
        if bound is not None:
            limit = f"{literal(str(bound))}::{column.sql_type}"
            shown_bound = f"{bound:g}" if isinstance(bound, float) else bound
            cases.append((f"t_{name} {comparison} {limit}", literal(f" is {word} {shown_bound}")))
    if name == table.event_time:
        cases.append((f"t_{name} > $now + {_FUTURE_TOLERANCE}", "' lies in the future'"))
    found = " ".join(f"when {condition} then {shown} || {said}" for condition, said in cases)
    return f"case when x_{name} is not null then case {found} end end"


def _reason(table: Table, given: Mapping[str, Column]) -> str:
    reasons = []
    for name, column in table.columns.items():
        if column.required:
            missing = f"x_{name} is null" if name in given else "true"
            reasons.append(f"case when {missing} then '{name}: missing' end")
        if name in given and (column.required or column.unreadable == "quarantine"):
            reasons.append(f"case when {_costs_row(column, name, given)} then concat('{name}: ', p_{name}) end")
    if set(table.multiplied) <= set(given) and table.multiplied:
        product = " * ".join(f"t_{name}::double" for name in table.multiplied)
        words = literal(f"{' × '.join(table.multiplied)}: too large to be stored ({_LARGEST_PRODUCT:,} and more)")
        reasons.append(f"case when abs({product}) >= {_LARGEST_PRODUCT} then {words} end")
    return f"nullif(concat_ws('; ', {', '.join(reasons)}), '')"


def _costs_row(column: Column, name: str, given: Mapping[str, Column]) -> str:
    """SQL: the value is unreadable, and no other column says what it would have said."""
    is_unsaid = f" and x_{column.said_by} is null" if column.said_by in given else ""
    return f"p_{name} is not null{is_unsaid}"


def _emptied(given: Mapping[str, Column]) -> str:
    notes = []
    for name, column in given.items():
        if column.required or (column.unreadable == "quarantine" and column.said_by not in given):
            continue
        is_emptied = f"p_{name} is not null" + (f" and x_{column.said_by} is not null" if column.said_by else "")
        notes.append(f"case when {is_emptied} then concat('{name}', chr({ord(NAME_END)}), p_{name}) end")
    return _joined(notes)


def _rounded(given: Mapping[str, Column]) -> str:
    notes = []
    for name, column in given.items():
        if column.scale is not None:
            words = rounded_words_sql(f"r_{name}", f"t_{name}", column)
            notes.append(f"'{name}' || chr({ord(NAME_END)}) || {words}")
    return _joined(notes)


def _joined(notes: list[str]) -> str:
    return f"nullif(concat_ws(chr({ord(NOTE_END)}), {', '.join(notes)}), '')" if notes else "null::varchar"


def _shown(text: str) -> str:
    return f"translate(left({text}, {_SHOWN_CHARACTERS}), {literal(NOTE_END + NAME_END)}, '')"
