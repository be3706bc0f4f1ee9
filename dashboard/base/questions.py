"""The questions behind the pictures: a file of SQL each (`dashboard/sql/<page>/<picture>.sql`), with bound values.

A question takes the filters whose names stand in it, such as ``$countries``; what it does not name does not change it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas

from warehouse.base.sql_text import literal

SQL_FOLDER = Path(__file__).resolve().parents[1] / "sql"
_PLACE = re.compile(r"\$([a-z_]+)")


@cache
def sql_of(question: str) -> str:
    """Return the SQL of a question such as ``overview/kpis``."""
    return (SQL_FOLDER / f"{question}.sql").read_text(encoding="utf-8").strip()


@cache
def places_of(question: str) -> frozenset[str]:
    """Return the names of the values that a question takes."""
    return frozenset(_PLACE.findall(sql_of(question)))


@cache
def places_of_page(page: str) -> frozenset[str]:
    """Return the names of the values that the questions of a page take, together."""
    files = sorted((SQL_FOLDER / page).glob("*.sql"))
    return frozenset().union(*(places_of(f"{page}/{file.stem}") for file in files))


def answer(connection: duckdb.DuckDBPyConnection, question: str, values: Mapping[str, Any]) -> pandas.DataFrame:
    """Ask a question of a version; values that it does not name are left aside.

    Returns
    -------
    pandas.DataFrame
        The rows as the question orders them.
    """
    bound = {name: values[name] for name in places_of(question)}
    return connection.execute(sql_of(question), bound or None).df()


def to_copy(question: str, values: Mapping[str, Any]) -> str:
    """Return the SQL with its values written out, to read and to paste at the prompt of `make sql`."""
    return _PLACE.sub(lambda place: _written(values[place.group(1)]), sql_of(question))


def _written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, date):
        return f"date {literal(value.isoformat())}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(part) for part in value)}]" if value else "[]::varchar[]"
    return literal(value) if isinstance(value, str) else str(value)
