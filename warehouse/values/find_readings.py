"""How the columns of a file are read: found from all values of a column, not from one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from itertools import islice

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.rows import column_types
from warehouse.tables.contract import Table
from warehouse.values.column_reading import ColumnReading, trimmed_sql
from warehouse.values.day_orders import day_evidence_sql, day_reading, day_sign_sql
from warehouse.values.id_readings import (
    CUSTOMER_ID,
    are_whole_numbers,
    capital_count_sql,
    id_evidence_sql,
    id_reading,
    id_sign_sql,
)
from warehouse.values.number_styles import NumberEvidence, evidence_sql, mark_sign_sql, number_reading, point_sign_sql

_NUMBERS = ("integer", "quantity", "amount", "price", "rate")
_MOMENTS = ("date", "timestamp")
_CAPITALS = "customer ids with capitals"


def find_readings(
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str, delimiter: str | None
) -> dict[str, ColumnReading]:
    """The columns of a relation of texts that are not read as they stand.

    One scan looks for signs that are rare; only where there are some, a second one looks closer.

    Parameters
    ----------
    delimiter
        Of the CSV that the texts come from; None where they come from elsewhere.
    """
    described = column_types(connection, relation)
    texts = [name for name, kind in described.items() if kind == "VARCHAR" and name in table.columns]
    numbers = [name for name in texts if table.columns[name].type in _NUMBERS]
    moments = [name for name in texts if table.columns[name].type in _MOMENTS]
    ids = [name for name in texts if table.is_id(name)]
    asked = _asked_signs(numbers, moments, ids, delimiter)
    signs = dict(zip(asked, _row(connection, relation, asked.values()), strict=True)) if asked else {}
    readings: dict[str, ColumnReading | None] = {}
    if any(signs[name] for name in numbers):
        readings |= _number_readings(connection, relation, numbers, delimiter)
    for name in moments:
        if signs[name]:
            found = _row(connection, relation, day_evidence_sql(trimmed_sql(name)))
            readings[name] = day_reading(*found, is_personal=table.columns[name].personal)
    for name in ids:
        readings[name] = _id_reading(connection, relation, name, signs)
    return {name: reading for name, reading in readings.items() if reading is not None}


def _asked_signs(numbers: list[str], moments: list[str], ids: list[str], delimiter: str | None) -> dict[str, str]:
    """An aggregate for each column, which tells whether a second look is worth while."""
    asked = {name: mark_sign_sql(name) + (f" or {point_sign_sql(name)}" if delimiter else "") for name in numbers}
    asked |= {name: day_sign_sql(name) for name in moments}
    asked |= {name: id_sign_sql(f"rtrim({name})") for name in ids}
    if CUSTOMER_ID in ids:
        asked[_CAPITALS] = capital_count_sql(CUSTOMER_ID)
    return asked


def _number_readings(
    connection: duckdb.DuckDBPyConnection, relation: str, names: list[str], delimiter: str | None
) -> dict[str, ColumnReading | None]:
    asked = [aggregate for name in names for aggregate in evidence_sql(trimmed_sql(name))]
    values = iter(_row(connection, relation, asked))
    evidence = {name: NumberEvidence(*islice(values, len(fields(NumberEvidence)))) for name in names}
    of_file = list(evidence.values())
    return {name: number_reading(own, of_file, delimiter) for name, own in evidence.items()}


def _id_reading(
    connection: duckdb.DuckDBPyConnection, relation: str, name: str, signs: dict[str, bool | int]
) -> ColumnReading | None:
    float_count = 0
    if signs[name]:
        found = _row(connection, relation, id_evidence_sql(trimmed_sql(name)))
        float_count = found[0] if are_whole_numbers(name, *found) else 0
    return id_reading(name, float_count, int(signs[_CAPITALS]) if name == CUSTOMER_ID else 0)


def _row(connection: duckdb.DuckDBPyConnection, relation: str, aggregates: Iterable[str]) -> tuple:
    return one_row(connection, f"select {', '.join(aggregates)} from {relation}")
