"""The distribution of future spend: order counts mixed with Gamma-Gamma amounts, tabulated and interpolated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import betainc, betaincinv, gammaincinv, ndtri

from ml.purchase_models.gamma_gamma import GammaGamma
from ml.purchase_models.order_distribution import Bins, OrderDistribution

# Amounts per table; between them, logarithms are interpolated over normal scores, on which they are nearly straight.
GRID_COUNT = 128
# The share of the outermost tail that the tables leave out, of what an interval leaves out on one side.
NEGLIGIBLE_SHARE = 1e-3
STRATUM_COUNT = 2000
ROWS_PER_CHUNK = 20_000


class SpendDistribution:
    """Spend of distinct histories within a horizon, in multiples of `GammaGamma.amount_scale`.

    Given n orders of a customer with x repeat orders of mean amount m, spend is (v + x m) times a ratio of
    Gamma(p n) to Gamma(p x + q) variables (Fader & Hardie 2013), so that P(ratio <= w) is the regularised
    incomplete beta function at w / (1 + w). The ratio depends on n and x only; one table serves all customers
    with x repeat orders, and the probabilities of n orders are the weights of its rows.
    """

    def __init__(self, orders: OrderDistribution, spend_model: GammaGamma):
        self._orders = orders
        self._p, self._q = spend_model.p_, spend_model.q_

    def quantile(self, level: np.ndarray) -> np.ndarray:
        """Quantiles of each history's multiple, of the shape (n_distinct, n_levels) of `level`.

        The relative error is below two thousandths (tested).
        """
        excess = self._orders.excess_if_alive(level.T).T
        result = np.zeros(level.shape)
        group_order = np.argsort(self._orders.group, kind="stable")
        first = np.searchsorted(self._orders.group[group_order], np.arange(len(self._orders.group_repeat_count) + 1))
        negligible = NEGLIGIBLE_SHARE * float(1 - level.max(initial=0.0))
        for bins in self._orders.bins(negligible, by_repeat_count=True):
            log_multiple, survivor = self._table(bins, negligible)
            for rows, member in _rows_of_groups(group_order, first, bins.groups):
                for column in range(level.shape[1]):
                    result[rows, column] = _inverted(log_multiple, survivor, member, excess[rows, column])
        return result

    def moments_if_alive(self, negligible_probability: float) -> tuple[np.ndarray, np.ndarray]:
        """Mean and mean square of the multiple of each group, if alive, both of shape (n_groups,).

        The square of an amount may have no finite mean (p x + q <= 2). Means are therefore taken over
        `STRATUM_COUNT` equally likely strata of the customer's own level, by their middles.
        """
        mean, square = np.empty((2, len(self._orders.group_repeat_count)))
        strata = (np.arange(STRATUM_COUNT) + 0.5) / STRATUM_COUNT
        counts, of_group = np.unique(self._orders.group_repeat_count, return_inverse=True)
        inverse = 1 / gammaincinv((self._p * counts + self._q)[:, None], strata)
        level_mean, level_square = inverse.mean(axis=1)[of_group], (inverse**2).mean(axis=1)[of_group]
        for bins in self._orders.bins(negligible_probability):
            orders, orders_square = bins.probability @ bins.center, bins.probability @ bins.second_moment
            mean[bins.groups] = self._p * orders * level_mean[bins.groups]
            square[bins.groups] = (self._p**2 * orders_square + self._p * orders) * level_square[bins.groups]
        return mean, square

    def _table(self, bins: Bins, negligible: float) -> tuple[np.ndarray, np.ndarray]:
        """Log multiples of shape (n_grid,) and P(multiple exceeds them | alive), shape (n_groups, n_grid)."""
        level_shape = self._p * self._orders.group_repeat_count[bins.groups[0]] + self._q
        amount_shape = self._p * bins.center
        least = betaincinv(amount_shape[0], level_shape, negligible)
        greatest = betaincinv(level_shape, amount_shape[-1], negligible)
        ends = [np.log(max(least, 1e-300)) - np.log1p(-least), np.log1p(-greatest) - np.log(max(greatest, 1e-300))]
        log_multiple = np.linspace(ends[0], ends[1], GRID_COUNT)
        exceeds = betainc(level_shape, amount_shape[:, None], 1 / (1 + np.exp(log_multiple)))
        return log_multiple, bins.probability @ exceeds


def _rows_of_groups(
    group_order: np.ndarray, first: np.ndarray, groups: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the rows of some groups, and which of these groups each is of, chunk by chunk."""
    counts = first[groups + 1] - first[groups]
    member = np.repeat(np.arange(len(groups)), counts)
    within = np.arange(len(member)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = group_order[first[groups][member] + within]
    for begin in range(0, len(rows), ROWS_PER_CHUNK):
        yield rows[begin : begin + ROWS_PER_CHUNK], member[begin : begin + ROWS_PER_CHUNK]


def _inverted(log_multiple: np.ndarray, survivor: np.ndarray, member: np.ndarray, excess: np.ndarray) -> np.ndarray:
    """The multiples that are exceeded with the probabilities `excess`, of the table rows `member`."""
    mine = survivor[member]
    # The survivor falls from left to right: the quantile lies between the last point above and the next one.
    left = np.clip((mine > excess[:, None]).sum(axis=1) - 1, 0, len(log_multiple) - 2)
    at, rows = mine[:, 0], np.arange(len(mine))
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = [-ndtri(np.clip(value / at, 1e-300, 1 - 1e-16)) for value in (mine[rows, left], mine[rows, left + 1])]
        share = (-ndtri(np.clip(excess / at, 1e-300, 1 - 1e-16)) - scores[0]) / (scores[1] - scores[0])
    share = np.clip(np.nan_to_num(share), 0.0, 1.0)
    step = log_multiple[1] - log_multiple[0]
    return np.where(excess < at, np.exp(log_multiple[left] + share * step), 0.0)
