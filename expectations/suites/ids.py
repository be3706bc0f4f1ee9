"""The part of gate `raw` on ids: none differ by nothing but what spreadsheets and typists change."""

from __future__ import annotations

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.rules import no_rows
from warehouse.tables.contract import Contract

# Id, and the table whose suite holds its rule. Ids of lines are made of those of orders.
_HOME = {"customer_id": "orders", "order_id": "orders", "product_code": "products"}


def plain_id(column: str) -> str:
    """SQL of an id without what tools and typists add or drop: capitals, leading zeros, ``.0`` at the end.

    >>> plain_id("order_id")
    "lower(ltrim(case when order_id like '%.0' then left(order_id, -2) else order_id end, '0'))"
    """
    return f"lower(ltrim(case when {column} like '%.0' then left({column}, -2) else {column} end, '0'))"


def id_rules(name: str, contract: Contract) -> Iterator[Expectation]:
    """On the raw table at which the ids are at home; every table that carries them is looked at."""
    for column, home in _HOME.items():
        if home == name:
            yield _rule(column, contract)


def _rule(column: str, contract: Contract) -> Expectation:
    # Codes of products are compared as staging does: in capitals, without blanks around them.
    id_of = f"upper(trim({column}))" if column == "product_code" else column
    ids = " union ".join(
        f"select {id_of} as id from {newest(table)} where {column} is not null"
        for table, spec in contract.tables.items()
        if column in spec.columns
    )
    return no_rows(
        f"{column}s_are_told_apart",
        f"""
            with
            ids as materialized ({ids}),
            -- numbers are counted in a fraction of the time that it takes to list the ids of each group, mostly one
            several as (select hash({plain_id("id")}) as plain_hash from ids group by plain_hash having count(*) > 1)
            select string_agg(id, ', ' order by id desc) as ids_alike
            from ids
            where hash({plain_id("id")}) in (select plain_hash from several)
            group by {plain_id("id")}
            having count(*) > 1
            order by ids_alike
        """,
        f"No two values of {column} differ only in upper and lower case, leading zeros or .0 at the end.",
        "They count as different. If they are one, write them alike in the export or in the source's mapping.",
        column=column,
        severity="warning",
    )
