"""The expected margin share of a customer's future spend: the share so far, shrunken towards that of all customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def expected_margin_share(rows: pd.DataFrame) -> NDArray:
    """Expected margin per unit of net spend, shape (n_rows,); NaN where the cost of goods is unknown.

    Credibility weighting (Bühlmann & Straub 1970): with a customer's net amount w and margin share x = margin / w,
    the share m of all customers together, and k = σ² / τ²,

        expected share = (w x + k m) / (w + k),

    where τ² is the variance of true shares between customers and σ² / w that of a share observed over an amount w.
    Both are estimated from how much less the shares of customers with large amounts vary (`spread_of_shares`).

    Parameters
    ----------
    rows
        One row per customer: `net_amount` and, if the source has costs, `net_margin_amount`.
    """
    if "net_margin_amount" not in rows:
        return np.full(len(rows), np.nan)
    amount, margin = (rows[name].to_numpy(dtype=float) for name in ("net_amount", "net_margin_amount"))
    is_known, is_usable = np.isfinite(margin), np.isfinite(margin) & (amount > 0)
    if not is_usable.any():
        return np.full(len(rows), np.nan)
    common = margin[is_usable].sum() / amount[is_usable].sum()
    between, within = spread_of_shares(amount[is_usable], margin[is_usable] / amount[is_usable], common)
    own = np.where(is_usable, amount, 0.0)
    credibility = np.divide(between * own, between * own + within, out=np.zeros(len(rows)), where=is_usable)
    share = np.divide(margin, amount, out=np.full(len(rows), common), where=is_usable)
    return np.where(is_known, credibility * share + (1 - credibility) * common, np.nan)


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
