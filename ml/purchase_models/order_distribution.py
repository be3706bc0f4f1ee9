"""The distribution of future orders: quantiles and moments from the models' formulas, without simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.inputs import PurchaseHistory, distinct_rows

# Doubling this often reaches every whole number a float can hold.
DOUBLING_COUNT = 53
# Counts up to this have bins of their own; the widths of further bins are the count divided by this.
SINGLE_COUNTS = 32
# Values in memory at a time, in the tables of bins.
VALUES_PER_CHUNK = 2_000_000


@dataclass(frozen=True)
class Bins:
    """Probabilities that some groups' order counts, if alive, fall into bins of counts.

    Attributes
    ----------
    groups : ndarray of shape (n_groups,)
    probability : ndarray of shape (n_groups, n_bins)
        The last bin contains all higher counts.
    center, second_moment : ndarray of shape (n_bins,)
        Mean of the counts and of their squares in the bin, assumed equally likely.
    """

    groups: np.ndarray
    probability: np.ndarray
    center: np.ndarray
    second_moment: np.ndarray


class OrderDistribution:
    """Order counts of distinct histories within a horizon.

    Given that a customer is alive, the count depends on repeat count and tenure alone: histories that share
    both are a group, and survivor functions P(at least n orders) are computed per group only.

    Attributes
    ----------
    alive : ndarray of shape (n_distinct,)
    group : ndarray of shape (n_distinct,)
    """

    def __init__(self, model: PurchaseModel, history: PurchaseHistory, horizon: float):
        self._model = model
        self._horizon = horizon
        self.alive = model._alive_probability(history)
        position, self.group = distinct_rows(history.repeat_count, history.tenure)
        self._groups = history.part(position)

    @property
    def group_repeat_count(self) -> np.ndarray:
        """Repeat orders of each group, shape (n_groups,)."""
        return self._groups.repeat_count

    @cached_property
    def active_if_alive(self) -> np.ndarray:
        """P(at least one order | alive) of each group, shape (n_groups,)."""
        count = len(self.group_repeat_count)
        return self._survivor(np.arange(count), np.ones(count))

    @property
    def silent_probability(self) -> np.ndarray:
        """P(no order) of each history, shape (n_distinct,)."""
        return 1 - self.alive * self.active_if_alive[self.group]

    def excess_if_alive(self, level: np.ndarray) -> np.ndarray:
        """P(a count above the quantile of `level` | alive) of each history; 1 or more where the quantile is 0."""
        with np.errstate(divide="ignore"):
            return (1 - level) / self.alive

    def quantile(self, level: np.ndarray) -> np.ndarray:
        """The smallest count n of each history with P(at most n) of at least `level`, shape (n_distinct,)."""
        return self._least_count(self.group, self.excess_if_alive(level))

    def moments_if_alive(self, negligible_probability: float) -> tuple[np.ndarray, np.ndarray]:
        """Mean and mean square of the count of each group, if alive, both of shape (n_groups,)."""
        mean, square = np.empty((2, len(self.group_repeat_count)))
        for bins in self.bins(negligible_probability):
            mean[bins.groups] = bins.probability @ bins.center
            square[bins.groups] = bins.probability @ bins.second_moment
        return mean, square

    def bins(self, negligible_probability: float, *, by_repeat_count: bool = False) -> Iterator[Bins]:
        """Yield bins for all groups, up to counts that are exceeded with a negligible probability.

        Groups of similar range share bins; with `by_repeat_count`, only groups of one repeat count do.
        """
        every = np.arange(len(self.group_repeat_count))
        greatest = self._least_count(every, np.full(len(every), negligible_probability))
        reach = 2 ** np.ceil(np.log2(np.maximum(greatest, 1.0)))
        keys = (reach, self.group_repeat_count) if by_repeat_count else (reach,)
        _, block = distinct_rows(*keys)
        order = np.argsort(block, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
            edges = bin_edges(reach[members[0]])
            size = max(1, VALUES_PER_CHUNK // len(edges))
            for begin in range(0, len(members), size):
                yield self._bins_of(members[begin : begin + size], edges)

    def _bins_of(self, groups: np.ndarray, edges: np.ndarray) -> Bins:
        rows = np.repeat(groups, len(edges))
        survivor = self._survivor(rows, np.tile(edges, len(groups))).reshape(len(groups), len(edges))
        probability = survivor.copy()
        probability[:, :-1] -= survivor[:, 1:]
        width = np.append(np.diff(edges), 1.0)
        center = edges + (width - 1) / 2
        return Bins(groups, np.maximum(probability, 0.0), center, center**2 + (width**2 - 1) / 12)

    def _survivor(self, groups: np.ndarray, order_count: np.ndarray) -> np.ndarray:
        return self._model._survivor_if_alive(self._groups.part(groups), self._horizon, order_count)

    def _least_count(self, groups: np.ndarray, excess: np.ndarray) -> np.ndarray:
        """The smallest count n with P(more than n | alive) at or below `excess`, per row: doubling, then halving."""
        # Above `low` is too likely, above `high` is not; one comparison serves all rows of a group.
        low, high = np.full(len(groups), -1.0), np.zeros(len(groups))
        rows = np.flatnonzero(excess < 1)
        for _ in range(DOUBLING_COUNT):
            rows = rows[self._exceeds(groups[rows], high[rows], excess[rows])]
            if not len(rows):
                break
            low[rows], high[rows] = high[rows], 2 * high[rows] + 1
        for _ in range(DOUBLING_COUNT):
            rows = np.flatnonzero(high - low > 1)
            if not len(rows):
                break
            middle = np.floor((low[rows] + high[rows]) / 2)
            exceeds = self._exceeds(groups[rows], middle, excess[rows])
            low[rows[exceeds]], high[rows[~exceeds]] = middle[exceeds], middle[~exceeds]
        return high

    def _exceeds(self, groups: np.ndarray, count: np.ndarray, excess: np.ndarray) -> np.ndarray:
        position, row = distinct_rows(groups, count)
        return self._survivor(groups[position], count[position] + 1)[row] > excess


def bin_edges(reach: float) -> np.ndarray:
    """First counts of bins from 1 to `reach`, shape (n_bins,): single counts first, then wider bins.

    >>> bin_edges(4.0)
    array([1., 2., 3., 4.])
    """
    edges = [float(count) for count in range(1, SINGLE_COUNTS + 1) if count <= reach]
    while edges[-1] < reach:
        edges.append(edges[-1] + max(1.0, np.floor(edges[-1] / SINGLE_COUNTS)))
    return np.array(edges)
