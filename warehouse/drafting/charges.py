"""Shipping, tax and discounts that stand in columns beside the goods: lines of their own in the contract."""

from __future__ import annotations

import duckdb

from warehouse.drafting.matching import Match
from warehouse.drafting.profiles import Profile
from warehouse.drafting.relations import is_difference, is_same_within, number_sql
from warehouse.drafting.samples import Sample
from warehouse.drafting.vocabulary import words_of

_KINDS = {
    "shipping": {"freight", "shipping", "postage", "delivery", "versand", "porto", "frete"},
    "tax": {"tax", "vat", "mwst", "ust", "gst", "iva", "tva"},
    "discount": {"discount", "coupon", "rebate", "rabatt", "remise", "desconto", "descuento"},
    "tip": {"tip", "gratuity", "trinkgeld"},
}
_NO_AMOUNT = {
    *("rate", "percent", "pct", "code", "id", "date", "name", "method"),
    *("country", "mode", "address", "city", "class"),
}
_OF_VALUES = 0.9


def find_charges(
    connection: duckdb.DuckDBPyConnection, sample: Sample, matches: dict[str, Match]
) -> tuple[dict[str, Profile], list[str]]:
    """Give the column of each kind of charge on lines, and notes on those of which nothing is made.

    Parameters
    ----------
    matches
        Of the lines.
    """
    used = {match.profile.name for match in matches.values()}
    found: dict[str, Profile] = {}
    notes: list[str] = []
    for profile in sample.profiles:
        kind = charge_kind(profile)
        if not kind or kind in found or profile.name in used or not (profile.least or profile.greatest):
            continue
        if kind == "discount" and (profile.least or 0) >= 0 and (profile.greatest or 0) <= 1:
            notes.append(f"CHECK: {profile.name} looks like a share of the price taken off; nothing is made of it")
        elif kind == "discount" and (why := _is_taken_off(connection, sample, matches, profile)):
            notes.append(f"{profile.name}: {why}")
        elif is_same_within(connection, sample.relation, matches["order_id"].profile.name, profile.name):
            notes.append(f"CHECK: {profile.name} is the same on all lines of an order; nothing is made of it")
        else:
            found[kind] = profile
    return found, notes


def _is_taken_off(
    connection: duckdb.DuckDBPyConnection, sample: Sample, matches: dict[str, Match], discount: Profile
) -> str:
    """Why no line is made of a discount: the lines' amounts are without it already, or nobody knows."""
    amount, units, price = (matches.get(column) for column in ("line_amount", "quantity", "unit_price_amount"))
    if amount is None:
        return ""
    fulls = [number_sql(one.name) for one in sample.profiles if one.number_share > _OF_VALUES]
    if units and price:
        fulls.append(f"{number_sql(units.profile.name)} * {number_sql(price.profile.name)}")
    name = amount.profile.name
    if any(is_difference(connection, sample.relation, name, full, discount.name) for full in fulls):
        return f"{name} is without it already"
    return (
        "" if units and price else f"CHECK: nothing proves whether {name} is without it already; nothing is made of it"
    )


def charge_kind(profile: Profile) -> str | None:
    """Which kind of line a column beside the goods would be; None: none, or no amount."""
    words = set(words_of(profile.name))
    if profile.number_share <= _OF_VALUES or profile.moment is not None or words & _NO_AMOUNT:
        return None
    return next((kind for kind, said in _KINDS.items() if words & said), None)
