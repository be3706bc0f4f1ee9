"""Ids of two tables that would meet if they were written alike: 00123 and 123, abc and ABC, 17.0 and 17.

They are kept apart, since they can be different things, and reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.rows import row_counts

# Each table and column with the table whose key it is. Codes of products meet whatever their case (stg_products).
_REFERENCES = (
    ("orders", "customer_id", "customers", "{}"),
    ("order_items", "order_id", "orders", "{}"),
    ("order_items", "product_code", "products", "upper(trim({}))"),
    ("subscriptions", "customer_id", "customers", "{}"),
)
_LOOSELY = "ltrim(lower(regexp_replace(id, '\\.0$', '')), '0')"


def unlike_ids(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> Iterator[str]:
    """In words: references that find no row only because of how the ids are written.

    Parameters
    ----------
    tables
        Those that were loaded into; references between others are as they were.
    """
    asked = [one for one in _REFERENCES if not {one[0], one[2]}.isdisjoint(tables)]
    filled = row_counts(connection, {f"raw.{name}" for table, _, referred, _ in asked for name in (table, referred)})
    for table, column, referred, form in asked:
        if not (filled[f"raw.{table}"] and filled[f"raw.{referred}"]):
            continue
        count, one, other = one_row(connection, _query(table, column, referred, form))
        if count:
            yield (
                f"{table} and {referred}: {count:,} different {column} of {table} find no row in {referred}, and would "
                f"but for leading zeros, capitals or a final .0: {one} and {other}. They stay apart; have both exports "
                "write them in one way."
            )


def _query(table: str, column: str, referred: str, form: str) -> str:
    compared = form.format(column)
    return f"""
        with referring as (select distinct {compared} as id from raw.{table} where {column} is not null),
        referred as (select distinct {compared} as id from raw.{referred}),
        alone as (select id from referring where id not in (select id from referred where id is not null))
        select count(distinct alone.id), min(alone.id), min_by(referred.id, alone.id || ' ' || referred.id)
        from (select id, {_LOOSELY} as loose from alone) as alone
        inner join (select id, {_LOOSELY} as loose from referred) as referred using (loose)
    """
