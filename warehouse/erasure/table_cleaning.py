"""Texts of a table that name a person, cleaned: keys made of the person's id get another, words are redacted."""

from __future__ import annotations

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.rows import has_rows
from warehouse.base.sql_text import quoted
from warehouse.privacy.naming import Naming


def clean_table(
    connection: duckdb.DuckDBPyConnection, place: str, columns: list[str], naming: Naming
) -> dict[str, list[str]]:
    """Clean some text columns of a table; by column, what stands in it now."""
    if not naming:
        return {}
    changed = {}
    naming_columns = _naming_columns(connection, place, columns, naming)
    # Lines first: whose they are is known by the order's id that stands beside them.
    for column in sorted(naming_columns, key=lambda name: name != "order_item_id"):
        also = "order_id" if column == "order_item_id" and "order_id" in columns else None
        new = _clean_column(connection, place, column, also, naming)
        if new:
            changed[column] = new
    return changed


def _naming_columns(connection: duckdb.DuckDBPyConnection, place: str, columns: list[str], naming: Naming) -> list[str]:
    """The columns in which anything may name the person, found in one scan."""
    if not columns or not has_rows(connection, place):
        return []
    asked = ", ".join(f"bool_or(regexp_matches({quoted(name)}, $pattern))" for name in columns)
    found = one_row(connection, f"select {asked} from {place}", {"pattern": naming.search_pattern()})
    return [name for name, is_naming in zip(columns, found, strict=True) if is_naming]


def _clean_column(
    connection: duckdb.DuckDBPyConnection, place: str, column: str, also: str | None, naming: Naming
) -> list[str]:
    name, beside = quoted(column), also or "null"
    rows = connection.execute(
        f"select distinct {name}, {beside} from {place} where regexp_matches({name}, ?)", [naming.search_pattern()]
    ).fetchall()
    cleaned = {}
    for text, order in rows:
        found = naming.cleaned_row({column: text} | ({"order_id": order} if also else {}))
        if column in found:
            cleaned[text] = found[column]
    if not cleaned:
        return []
    connection.execute(
        "create or replace temp table cleaned as select unnest($1) as old, unnest($2) as new",
        [list(cleaned), list(cleaned.values())],
    )
    connection.execute(f"update {place} as t set {name} = cleaned.new from cleaned where t.{name} = cleaned.old")
    connection.execute("drop table cleaned")
    return sorted(set(cleaned.values()))
