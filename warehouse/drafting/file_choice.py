"""Which contract table each kind of file gives: each table comes from one of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from warehouse.drafting.links import weighed_by_links
from warehouse.drafting.matching import Match
from warehouse.drafting.profiles import Profile
from warehouse.drafting.samples import Sample
from warehouse.drafting.table_choice import TableGuess, ranked_tables

_BY_VALUES = 0.45  # confidence where a field has no name
_MANY_UNITS = 1000
_OF_VALUES = 0.9
_LENGTH_OF_AN_ID = 3


@dataclass
class Choice:
    """What each kind of file is taken for."""

    chosen: list[tuple[Sample, TableGuess]]
    unused: dict[str, str] = field(default_factory=dict)  # file: why nothing is made of it
    lacking: dict[str, TableGuess] = field(default_factory=dict)  # file: what it would be if it had what it lacks


def choose_tables(connection: duckdb.DuckDBPyConnection, samples: list[Sample]) -> Choice:
    """Give each table to the file that is likeliest to hold it, the surest first."""
    ranked = {sample.relation: ranked_tables(sample) for sample in samples}
    usable = [sample for sample in samples if ranked[sample.relation] and not ranked[sample.relation][0].lacks]
    offers = [(guess, sample) for sample in usable for guess in ranked[sample.relation] if not guess.lacks]
    weighed = sorted(weighed_by_links(connection, offers), key=lambda one: (-one[0], one[1][1].names, one[1][0].table))
    taken: dict[str, TableGuess] = {}
    for _, (guess, sample) in weighed:
        if sample.relation not in taken and all(guess.table != other.table for other in taken.values()):
            taken[sample.relation] = guess
    _take_nameless(samples, taken)
    choice = Choice([(sample, taken[sample.relation]) for sample in samples if sample.relation in taken])
    for sample in samples:
        if sample.relation not in taken:
            _leave(choice, sample, ranked[sample.relation][:1])
    return choice


def _take_nameless(samples: list[Sample], taken: dict[str, TableGuess]) -> None:
    """Take a file without a header for orders, if nothing else has them."""
    for sample in samples:
        has_orders = any(guess.table == "orders" for guess in taken.values())
        if sample.relation in taken or sample.has_header or has_orders:
            continue
        found = nameless_matches(sample)
        found.pop("quantity", None)
        if found:
            taken[sample.relation] = TableGuess("orders", found, 1.0, ())


def _leave(choice: Choice, sample: Sample, likeliest: list[TableGuess]) -> None:
    for name in sample.labels:
        choice.unused[name] = "its columns are none of the contract's"
        for guess in likeliest:
            choice.unused[name] = f"it looks like {guess.table}, which another file gives already"
            if guess.lacks:
                choice.unused[name] = f"it looks like {guess.table}, but has no {' and no '.join(guess.lacks)}"
                choice.lacking[name] = guess


def nameless_matches(sample: Sample) -> dict[str, Match]:
    """Fields without names: a moment, an amount, a small number and a customer, told by their values alone."""
    left = list(sample.profiles)
    found: dict[str, Match] = {}

    def take(column: str, fits: list[Profile]) -> None:
        if fits:
            left.remove(fits[0])
            found[column] = Match(column, fits[0], _BY_VALUES, "by its values alone: it has no name")

    take("ordered_at", [one for one in left if one.moment])
    take("order_amount", [one for one in left if one.number_share > _OF_VALUES > one.whole_share])
    take("quantity", [one for one in left if one.whole_share == 1 and _is_small(one)])
    take("customer_id", [one for one in left if not one.is_key and one.mean_length >= _LENGTH_OF_AN_ID])
    return found if {"ordered_at", "customer_id"} <= found.keys() else {}


def _is_small(profile: Profile) -> bool:
    return profile.distinct_count < _MANY_UNITS and (profile.greatest or 0) < _MANY_UNITS
