"""What may be offered on a day: products on sale, and to whom a durable one not yet again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.jobs.recommendations.configuration import Durable, RecommendationsConfiguration
from ml.jobs.recommendations.history import History


@dataclass(frozen=True, eq=False)
class Offer:
    """Products that may stand in lists.

    Attributes
    ----------
    positions
        The products on sale, sorted, shape (n_offered,): the columns of all scores.
    waiting_days
        So many days after a purchase a product is not offered again; 0: at once. Shape (n_offered,).
    """

    history: History
    positions: NDArray
    waiting_days: NDArray

    def bought(self, customers: NDArray) -> NDArray:
        """Whether they have bought each product, shape (n_customers, n_offered)."""
        return self.history.counts[customers][:, self.positions].toarray() > 0

    def allowed(self, customers: NDArray, *, new_only: bool) -> NDArray:
        """Whether a product may stand in the list of each customer, shape (n_customers, n_offered)."""
        if new_only:
            return ~self.bought(customers)
        since = self.history.last_ages[customers][:, self.positions].toarray() - 1
        return (since < 0) | (since >= self.waiting_days)


def offer(history: History, settings: RecommendationsConfiguration) -> Offer:
    """The products sold lately, those with most customers in the year before if there are too many."""
    lately = np.flatnonzero(history.buyer_counts(settings.out_of_sale_after_days) > 0)
    by_buyers = np.argsort(-history.buyer_counts(365)[lately], kind="stable")
    positions = np.sort(lately[by_buyers[: settings.maximum_product_count]])
    return Offer(history, positions, waiting_days(history, settings.durable)[positions])


def waiting_days(history: History, durable: Durable) -> NDArray:
    """Median days between two purchases of products that few buy again, 0 for all others; shape (n_products,).

    Of the buyers those count who have had the least interval to buy again.
    """
    had_time = history.first_ages.copy()
    had_time.data = (had_time.data - 1 >= durable.minimum_interval_days).astype(np.float32)
    buyers = np.asarray(had_time.sum(axis=0)).ravel()
    repeaters = np.asarray(had_time.multiply(history.counts > 1).sum(axis=0)).ravel()
    is_durable = (buyers >= durable.minimum_buyer_count) & (repeaters <= durable.maximum_repeat_share * buyers)
    days, products = history.gaps
    waiting = np.zeros(history.shape[1])
    for product in np.flatnonzero(is_durable):
        own = days[products == product]
        waiting[product] = max(durable.minimum_interval_days, np.median(own) if len(own) else 0)
    return waiting
