"""What is told of a customer's value by comparison with all others: the rank, and the margin to be expected."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.lifetime_value.margin import MarginShares


def rank_shares(amount: pd.Series, customer_id: pd.Series) -> NDArray:
    """Place of each row among all rows by its amount, the largest first, from 0 to 1; ties are ranked by id."""
    order = np.lexsort((customer_id.to_numpy(dtype=str), -amount.to_numpy()))
    share = np.empty(len(order))
    share[order] = (np.arange(len(order)) + 0.5) / max(len(order), 1)
    return share


class ValueComparison:
    """All customers of a date, with whom one customer is compared.

    Parameters
    ----------
    amount
        Value at stake of each customer who was scored, by customer id.
    margins
        Margin shares of all of them.
    """

    def __init__(self, amount: pd.Series, margins: MarginShares) -> None:
        self.margins = margins
        ids = amount.index.to_numpy(dtype=str)
        order = np.lexsort((ids, -amount.to_numpy()))
        self._ids, self._falling = ids[order], -amount.to_numpy()[order]
        self._place = {customer_id: place for place, customer_id in enumerate(self._ids.tolist())}

    def rank_shares(self, amount: pd.Series, customer_id: pd.Series) -> NDArray:
        """As `rank_shares`, of each row among the customers, whose own former amount does not count."""
        return np.array([self._rank_share(*one) for one in zip(amount, customer_id, strict=True)])

    def _rank_share(self, amount: float, customer_id: str) -> float:
        first, last = (int(np.searchsorted(self._falling, -amount, side)) for side in ("left", "right"))
        before = first + int(np.searchsorted(self._ids[first:last], customer_id))
        own = self._place.get(customer_id)
        if own is None:
            return (before + 0.5) / (len(self._ids) + 1)
        return (before - (own < before) + 0.5) / len(self._ids)
