"""A finding: one reason why an order or a customer looks wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
_WHOLE_FROM = 1000  # from here on nobody reads cents
_WHOLE_TIMES_FROM = 10
ORDER, CUSTOMER = "order", "customer"
COLUMNS = ["subject_type", "subject_id", "customer_id", "code", "strength", "amount_at_stake", "words", "happened_at"]


def findings(
    rows: pd.DataFrame,
    code: str,
    strength: pd.Series | NDArray,
    amount: pd.Series,
    words: list[str],
    *,
    about: str = ORDER,
) -> pd.DataFrame:
    """One finding per row.

    Parameters
    ----------
    rows
        With `order_id`, `customer_id` and `happened_at` (of customers: without `order_id`).
    strength
        1 just beyond the rule's threshold, more the farther beyond it.
    amount
        Money that is wrong if the finding is right.
    """
    subject = rows["order_id"] if about == ORDER else rows["customer_id"]
    table = pd.DataFrame(
        {
            "subject_type": about,
            "subject_id": subject.to_numpy(),
            "customer_id": rows["customer_id"].to_numpy(),
            "code": code,
            "strength": np.asarray(strength, dtype=float),
            "amount_at_stake": np.asarray(amount, dtype=float),
            "words": words,
            "happened_at": rows["happened_at"].to_numpy(),
        }
    )
    return table[COLUMNS]


def number(value: float) -> str:
    """A number as people write it: 74,215, 0.01, 12.50."""
    if abs(value) >= _WHOLE_FROM or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.2f}"


def times(ratio: float) -> str:
    """How many times: 600, 12, 4.5."""
    return f"{ratio:,.0f}" if ratio >= _WHOLE_TIMES_FROM else f"{ratio:.1f}"


def span(seconds: float) -> str:
    """A time between two moments in words."""
    if seconds < 2 * MINUTE_S:
        return f"{seconds:.0f} seconds"
    if seconds < 2 * HOUR_S:
        return f"{seconds / MINUTE_S:.0f} minutes"
    return f"{seconds / HOUR_S:.0f} hours" if seconds < 2 * DAY_S else f"{seconds / DAY_S:.0f} days"
