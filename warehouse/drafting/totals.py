"""Totals that are proven to be a sum: goods, shipping, tax and discount of an order in columns of one row."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.base.connections import one_row
from warehouse.drafting.charges import charge_kind
from warehouse.drafting.matching import Match
from warehouse.drafting.profiles import Profile
from warehouse.drafting.relations import number_sql
from warehouse.drafting.samples import Sample
from warehouse.drafting.vocabulary import words_of

_GOODS = {"subtotal", "sub", "goods", "merchandise", "product", "item", "net", "zwischensumme", "warenwert", "netto"}
_FITS = 0.95  # of the rows
_CENT = 0.011


@dataclass(frozen=True)
class Parts:
    """What a total is the sum of: columns by the kind of line that each becomes, with the sign it is added with."""

    columns: dict[str, tuple[Profile, int]]


def parts_of_total(connection: duckdb.DuckDBPyConnection, sample: Sample, matches: dict[str, Match]) -> Parts | None:
    """Find columns that add up to the order's amount on nearly all rows; None where nothing proves it.

    Parameters
    ----------
    matches
        Of the orders, which are the rows of the file.
    """
    total = matches.get("order_amount")
    if total is None or not sample.has_header:
        return None
    amounts = [one for one in sample.profiles if one.number_share > _FITS and one is not total.profile]
    charges: dict[str, Profile] = {}
    for profile in amounts:
        kind = charge_kind(profile)
        if kind and kind not in charges:
            charges[kind] = profile
    goods = [one for one in amounts if set(words_of(one.name)) & _GOODS and one not in charges.values()]
    for one in goods:
        for kinds in (list(charges), [kind for kind in charges if kind != "discount"]):
            columns = {"goods": (one, 1), **{kind: (charges[kind], _sign(kind, charges[kind])) for kind in kinds}}
            if kinds and _adds_up(connection, sample.relation, columns, total.profile.name):
                return Parts(columns)
    return None


def _sign(kind: str, profile: Profile) -> int:
    return -1 if kind == "discount" and (profile.least or 0) >= 0 else 1


def _adds_up(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: dict[str, tuple[Profile, int]], total: str
) -> bool:
    added = " + ".join(f"{sign} * coalesce({number_sql(profile.name)}, 0)" for profile, sign in columns.values())
    counted, fits = one_row(
        connection,
        f"select count({number_sql(total)}), count(*) filter (where abs({added} - {number_sql(total)}) < {_CENT}) "
        f"from {relation}",
    )
    return counted > 0 and fits >= _FITS * counted
