"""How rare a value is where nobody has seen as large a one: the tail of the others, continued."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HIGH_SHARE, HIGHEST_SHARE = 0.99, 0.999
LEAST_DECADE = 0.05  # logarithms: 5 % farther off is ten times as rare where nothing differs at all
LEAST_STRENGTH = 0.25
RAREST_SHARE = 1e-4


def rarity(share: float) -> float:
    """1 for what one order in 10,000 has, half for one in a hundred: where something is daily, it says little."""
    return float(np.log10(max(share, RAREST_SHARE)) / np.log10(RAREST_SHARE))


@dataclass(frozen=True)
class Tail:
    """The distances from the usual, in logarithms, that all lines (orders) of a shop have.

    Beyond `highest` they are taken to fall off exponentially, as fast as between both quantiles (peaks over a
    threshold, Pickands 1975, with shape 0): each `decade` farther is ten times as rare. So a shop whose customers buy
    by the hundred is surprised later than one where all buy one piece, and single wrong values do not move it.

    Attributes
    ----------
    high, highest
        What 99 % and 99.9 % stay below.
    count
        Number of values.
    """

    high: float
    highest: float
    count: int

    @classmethod
    def of(cls, values: NDArray) -> Tail:
        """The tail of values, shape (n_values,), missing ones (NaN) left out."""
        given = values[~np.isnan(values)]
        if not len(given):
            return cls(0.0, 0.0, 0)
        high, highest = np.quantile(given, [HIGH_SHARE, HIGHEST_SHARE])
        return cls(float(high), float(highest), len(given))

    def threshold(self, minimum_ratio: float) -> float:
        """From which distance on, in logarithms, a value is looked at: at least that ratio from the usual, above 1."""
        return max(float(np.log(minimum_ratio)), self.highest)

    def strength(self, values: NDArray) -> NDArray:
        """1: as rare as the rarest of all is expected to be; one more for each decade beyond, at least 0.25.

        Shape (n_values,), as `values`, which are distances from the usual in logarithms.
        """
        decade = max(self.highest - self.high, LEAST_DECADE)
        decades = -np.log10(1 - HIGHEST_SHARE) + (np.asarray(values, dtype=float) - self.highest) / decade
        return np.maximum(1 + decades - np.log10(max(self.count, 1)), LEAST_STRENGTH)
