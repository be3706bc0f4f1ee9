"""When customers order: a Poisson process with season, from the first order to the end of the lifetime."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.sample_shop.population import Population
from warehouse.sources.sample_shop.season import Season
from warehouse.sources.sample_shop.settings import SampleShop

GUEST = -1


@dataclass(frozen=True)
class Purchases:
    """One entry per sale; ``customer`` is the position in the population, −1 for a guest."""

    customer: np.ndarray
    ordered_s: np.ndarray
    is_first: np.ndarray

    def joined(self, other: Purchases) -> Purchases:
        """Give both together."""
        return Purchases(
            customer=np.concatenate([self.customer, other.customer]),
            ordered_s=np.concatenate([self.ordered_s, other.ordered_s]),
            is_first=np.concatenate([self.is_first, other.is_first]),
        )

    def chosen(self, which: np.ndarray) -> Purchases:
        """Give those of a mask or in an order of positions."""
        return Purchases(self.customer[which], self.ordered_s[which], self.is_first[which])

    def in_time_order(self) -> Purchases:
        """Give them sorted by time, ties by customer."""
        return self.chosen(np.lexsort((self.customer, self.ordered_s)))


def repeats(customer: np.ndarray, ordered_s: np.ndarray) -> Purchases:
    """Give purchases none of which is a first one."""
    return Purchases(customer, ordered_s, np.zeros(len(customer), dtype=bool))


def draw_purchases(shop: SampleShop, population: Population, season: Season) -> Purchases:
    """Draw the orders that customers place without any campaign."""
    rng = shop.stream("purchases")
    buyers = np.flatnonzero(population.is_buyer)
    start = population.first_order_s[buyers]
    stop = np.clip(population.lifetime_end_s[buyers], start, shop.end_s)
    exposure = season.exposure_at(stop) - season.exposure_at(start)
    counts = rng.poisson(population.rate_per_day[buyers] * exposure)
    times = season.draw_times(rng, counts, start, stop)
    firsts = Purchases(buyers, start, np.ones(len(buyers), dtype=bool))
    return firsts.joined(repeats(np.repeat(buyers, counts), times))


def draw_guest_purchases(shop: SampleShop, season: Season, order_count: int) -> Purchases:
    """Draw the orders of people without an account."""
    rng = shop.stream("guests")
    count = rng.poisson(shop.guest_share * order_count, size=1)
    times = season.draw_times(rng, count, np.array([shop.start_s]), np.array([shop.end_s]))
    return repeats(np.full(len(times), GUEST), times)
