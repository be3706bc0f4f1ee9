"""A shop of any size whose process is known, drawn for all customers at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SEED = 20260630
HISTORY_DAYS = 730
# Order rates and ends of lifetimes (Pareto/NBD), per day: a repeat order every two months or so, many one-time
# customers.
RATE_SHAPE, RATE_SCALE_DAYS = 0.6, 40.0
DROPOUT_SHAPE, DROPOUT_SCALE_DAYS = 0.7, 120.0
# Amounts of orders about each customer's own mean (Gamma-Gamma): 30 in the mean.
AMOUNT_SHAPE, LEVEL_SHAPE, LEVEL_SCALE_AMOUNT = 6.0, 4.0, 15.0


def simulated_orders(
    customer_count: int, seed: int = SEED, *, rate_scale_days: float = RATE_SCALE_DAYS
) -> pd.DataFrame:
    """Draw the orders of two years, at most one a day and customer, in no particular order.

    Customers come on days spread evenly over the history. Each orders at a rate of their own from
    Gamma(`RATE_SHAPE`, `rate_scale_days`) until the end of a lifetime that is exponential with a rate from
    Gamma(`DROPOUT_SHAPE`, `DROPOUT_SCALE_DAYS`); gaps are rounded up to whole days. An amount is
    Gamma(`AMOUNT_SHAPE`) by the customer's own rate from Gamma(`LEVEL_SHAPE`, `LEVEL_SCALE_AMOUNT`), in whole cents.

    Returns
    -------
    pd.DataFrame
        `customer` (a number from 0), `day` (from the begin of the history; below `HISTORY_DAYS`) and `amount`.
    """
    random = np.random.default_rng(seed)
    day = random.integers(0, HISTORY_DAYS, customer_count).astype(float)
    rate = random.gamma(RATE_SHAPE, 1 / rate_scale_days, customer_count)
    dropout_rate = random.gamma(DROPOUT_SHAPE, 1 / DROPOUT_SCALE_DAYS, customer_count)
    ends = np.minimum(day + _waits(random, dropout_rate), HISTORY_DAYS)
    active = np.arange(customer_count)
    customers, days = [active], [day.copy()]
    # Every round moves each customer on by a day at least.
    for _ in range(HISTORY_DAYS):
        day[active] += np.ceil(_waits(random, rate[active]))
        active = active[day[active] < ends[active]]
        if not len(active):
            break
        customers.append(active)
        days.append(day[active])
    customer = np.concatenate(customers)
    level = random.gamma(LEVEL_SHAPE, 1 / LEVEL_SCALE_AMOUNT, customer_count)
    amount = np.round(random.gamma(AMOUNT_SHAPE, size=len(customer)) / level[customer], 2)
    day = np.concatenate(days).astype(int)
    return pd.DataFrame({"customer": customer, "day": day, "amount": np.maximum(amount, 0.01)})


def purchase_histories(orders: pd.DataFrame) -> pd.DataFrame:
    """Sum the orders up as the purchase models take them, one row per customer, as of the end of the history."""
    by = orders.sort_values(["customer", "day"], ignore_index=True).groupby("customer")
    first, last, count = by["day"].min(), by["day"].max(), by.size()
    later_amount = by["amount"].sum() - by["amount"].first()
    repeats = (count - 1).where(count > 1)
    return pd.DataFrame(
        {
            "repeat_order_count": count - 1,
            "first_to_last_order_days": last - first,
            "tenure_days": HISTORY_DAYS - first,
            "mean_repeat_order_amount": (later_amount / repeats).round(2),
        }
    )


def _waits(random: np.random.Generator, rate: NDArray) -> NDArray:
    """Exponential waiting times; a rate too small for a float means never."""
    return random.exponential(size=len(rate)) / np.maximum(rate, 1e-12)
