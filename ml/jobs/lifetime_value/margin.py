"""The expected margin share of a customer's future spend: the share so far, shrunken towards that of all customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def expected_margin_share(rows: pd.DataFrame) -> NDArray:
    """Expected margin per unit of net spend, shape (n_rows,), by what the rows themselves say of all customers."""
    return MarginShares.of(rows).expected(rows)


@dataclass(frozen=True)
class MarginShares:
    """What is known of margin shares of all customers together.

    Credibility weighting (Bühlmann & Straub 1970): with a customer's net amount w and margin share x = margin / w,
    the share m of all customers together, and k = σ² / τ²,

        expected share = (w x + k m) / (w + k),

    where τ² is the variance of true shares between customers and σ² / w that of a share observed over an amount w.
    Both are estimated from how much less the shares of customers with large amounts vary (`spread_of_shares`).

    Attributes
    ----------
    common
        m; NaN where the cost of goods is unknown.
    between, within
        τ² and σ².
    """

    common: float
    between: float = 0.0
    within: float = 1.0

    @classmethod
    def of(cls, rows: pd.DataFrame) -> MarginShares:
        """Estimate them from customers.

        Parameters
        ----------
        rows
            One row per customer: `net_amount` and, if the source has costs, `net_margin_amount`.
        """
        if "net_margin_amount" not in rows:
            return cls(np.nan)
        amount, margin, is_usable = _usable(rows)
        if not is_usable.any():
            return cls(np.nan)
        common = margin[is_usable].sum() / amount[is_usable].sum()
        return cls(common, *spread_of_shares(amount[is_usable], margin[is_usable] / amount[is_usable], common))

    def expected(self, rows: pd.DataFrame) -> NDArray:
        """Expected margin per unit of net spend, shape (n_rows,); NaN where the cost of goods is unknown."""
        if np.isnan(self.common) or "net_margin_amount" not in rows:
            return np.full(len(rows), np.nan)
        amount, margin, is_usable = _usable(rows)
        own = np.where(is_usable, amount, 0.0)
        weight = self.between * own
        credibility = np.divide(weight, weight + self.within, out=np.zeros(len(rows)), where=is_usable)
        share = np.divide(margin, amount, out=np.full(len(rows), self.common), where=is_usable)
        expected = credibility * share + (1 - credibility) * self.common
        return np.where(np.isfinite(margin), expected, np.nan)


def _usable(rows: pd.DataFrame) -> tuple[NDArray, NDArray, NDArray]:
    """Net amounts, margins, and the mask of the rows whose share is known, each of shape (n_rows,)."""
    amount, margin = (rows[name].to_numpy(dtype=float) for name in ("net_amount", "net_margin_amount"))
    return amount, margin, np.isfinite(margin) & (amount > 0)


def spread_of_shares(amount: NDArray, share: NDArray, common: float) -> tuple[float, float]:
    """Variance of true shares between customers (τ²), and of the share of one unit of spend within a customer (σ²).

    The mean of w (x − m)² is τ² w̄ + σ²; taken over the lower and the upper half of customers by amount, these are
    two equations. Both are at least 0. With one customer, or equal amounts, all variance is attributed to σ².
    `amount` and `share` have the shape (n_customers,).
    """
    deviation = amount * (share - common) ** 2
    is_large = amount > np.median(amount)
    if not is_large.any():
        return 0.0, max(float(deviation.mean()), 1.0)
    means = [(amount[half].mean(), deviation[half].mean()) for half in (~is_large, is_large)]
    (low_amount, low), (high_amount, high) = means
    between = max((high - low) / (high_amount - low_amount), 0.0)
    within = max(low - between * low_amount, 0.0)
    return (between, within) if between + within > 0 else (0.0, 1.0)
