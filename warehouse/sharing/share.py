"""Figures for others, with noise: nobody can tell from them whether one customer is among the customers.

Each group of figures is what `warehouse.sharing.contributions` gives, with discrete Laplace noise fitted to what one
customer can change of the group and to the group's part of the budget; budgets add up. Whatever is done to noisy
numbers afterwards (quotients, bounds, names of classes) needs none.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from warehouse.sharing.contributions import Contributions
from warehouse.sharing.noise import SECURE, noisy
from warehouse.sharing.sharing_rules import SharingRules, exact

_CENTS = 100


@dataclass(frozen=True)
class Figure:
    """One noisy figure of a file."""

    figure: str
    key: str
    value: float | int | None
    unit: str


def noisy_figures(
    found: Iterable[Contributions], epsilon: float, rules: SharingRules, generator: random.Random = SECURE
) -> list[Figure]:
    """All figures, which together spend epsilon (and the rules' delta)."""
    spent = budgets(epsilon, rules)
    drawn = {one.name: with_noise(one, spent[one.name], generator) for one in found}
    return list(_figures(drawn, country_bound(spent["customers_by_country"], rules.delta), rules))


def budgets(epsilon: float, rules: SharingRules) -> dict[str, Fraction]:
    """What each group of contributions spends; together epsilon."""
    parts = {name: exact(epsilon) * exact(share) for name, share in rules.budget_shares.items()}
    mean = parts.pop("mean_order_amount")
    return parts | {"order_amounts": mean / 2, "order_counts": mean / 2}


def with_noise(one: Contributions, epsilon: Fraction, generator: random.Random = SECURE) -> dict[str, int]:
    """The values of a group, each with noise of the scale sensitivity / epsilon."""
    return {key: noisy(value, one.sensitivity, epsilon, generator) for key, value in one.values.items()}


def country_bound(epsilon: Fraction, delta: float) -> int:
    """Noisy count from which on a country is named.

    A country of one customer is named where the noise is at least bound - 1, which has a probability below
    exp(-epsilon (bound - 1)) <= delta.
    """
    return 1 + math.ceil(math.log(1 / delta) / float(epsilon))


def order_count_class(lowest: int, rules: SharingRules) -> str:
    """Name of a class of customers.

    >>> from warehouse.sharing.sharing_rules import load_sharing_rules
    >>> [order_count_class(lowest, load_sharing_rules()) for lowest in (1, 2, 8)]
    ['1', '2 to 3', '8 and more']
    """
    above = [bound for bound in rules.order_counts_from if bound > lowest]
    if not above:
        return f"{lowest} and more"
    return str(lowest) if above[0] == lowest + 1 else f"{lowest} to {above[0] - 1}"


def _figures(drawn: dict[str, dict[str, int]], bound: int, rules: SharingRules) -> Iterator[Figure]:
    for country, count in drawn["customers_by_country"].items():
        if count >= bound:
            yield Figure("customers_by_country", country, count, "customers")
    for lowest, count in drawn["customers_by_order_count"].items():
        yield Figure("customers_by_order_count", order_count_class(int(lowest), rules), count, "customers")
    for month, cents in drawn["sales_by_month"].items():
        yield Figure("sales_by_month", month, cents / _CENTS, "amount")
    cents, count = drawn["order_amounts"]["cents"], drawn["order_counts"]["orders"]
    yield Figure("mean_order_amount", "bounded orders", count, "orders")
    yield Figure("mean_order_amount", "mean", round(cents / count / _CENTS, 2) if count > 0 else None, "amount")
