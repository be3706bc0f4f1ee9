"""Which file lists the products, or customers, that lines and orders name: the one whose key has their values."""

from __future__ import annotations

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.sql_text import quoted
from warehouse.drafting.samples import Sample
from warehouse.drafting.table_choice import TableGuess

_NAMED_BY = {"products": ("order_items", "product_code"), "customers": ("orders", "customer_id")}
_HAS = 0.8  # of the different values
_LINKED, _UNLINKED = 1.5, 0.5

Offer = tuple[TableGuess, Sample]


def weighed_by_links(connection: duckdb.DuckDBPyConnection, offers: list[Offer]) -> list[tuple[float, Offer]]:
    """Give each offer its score, which is higher for a list whose key has the values that another file names."""
    return [(guess.score * _weight(connection, guess, sample, offers), (guess, sample)) for guess, sample in offers]


def _weight(connection: duckdb.DuckDBPyConnection, guess: TableGuess, sample: Sample, offers: list[Offer]) -> float:
    if guess.table not in _NAMED_BY:
        return 1.0
    table, column = _NAMED_BY[guess.table]
    named_by = [(other, one) for other, one in offers if other.table == table and one is not sample]
    if not named_by:
        return 1.0
    other, lines = max(named_by, key=lambda offer: offer[0].score)
    match, key = other.matches.get(column), guess.matches.get(column)
    if match is None or key is None:
        return 1.0
    has = _share_found(connection, lines.relation, match.profile.name, sample.relation, key.profile.name)
    return _LINKED if has >= _HAS else _UNLINKED if not has and sample.is_whole else 1.0


def _share_found(connection: duckdb.DuckDBPyConnection, lines: str, name: str, listed: str, key: str) -> float:
    return one_row(
        connection,
        f"select coalesce(avg(case when value in (select trim({quoted(key)}) from {listed}) then 1 else 0 end), 0) "
        f"from (select distinct trim({quoted(name)}) as value from {lines} where trim({quoted(name)}) <> '')",
    )[0]
