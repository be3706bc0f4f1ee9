"""Days on which customers ordered, as known on a date, and what each customer's history says on it."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from warehouse.base.dbt_macros import dbt_macro

# Orders of a day are one: a correction within the hour is no second purchase. An amount is that of the goods sold,
# before returns.
_ORDER_DAYS = """
select customer_id, order_date, sum(gross_amount)::double as order_amount
from intermediate.int_customer_movements
where is_demand and movement_part = 'sale' and occurred_at < $known_at and {stands}
group by customer_id, order_date
order by customer_id, order_date
"""


def read_order_days(connection: duckdb.DuckDBPyConnection, known_at: date) -> pd.DataFrame:
    """Order days before a date that stood on it.

    Returns
    -------
    DataFrame
        `customer_id`, `order_date`, `order_amount`; sorted by both, one row per customer and day.
    """
    stands = dbt_macro("held_at")("$known_at", "counts_from_at", "counts_until_at")
    found = connection.execute(_ORDER_DAYS.format(stands=stands), {"known_at": known_at}).df()
    return found.assign(order_date=pd.to_datetime(found["order_date"]))


def histories(order_days: pd.DataFrame, day: date) -> pd.DataFrame:
    """What order days before a date say of each customer, sorted by customer.

    Returns
    -------
    DataFrame
        Index `customer_id`; `repeat_order_count`, `first_to_last_order_days` and `tenure_days` of the purchase models,
        `days_since_last_order`, `mean_gap_days`, `median_gap_days` and `gap_variation` (standard deviation over mean;
        empty without enough gaps), `mean_order_amount` and `mean_log_amount` of days with an amount above 0, and
        `amount_count`, their number.
    """
    stamp = pd.Timestamp(day)
    known = order_days[order_days["order_date"] < stamp]
    gaps = known.groupby("customer_id")["order_date"].diff().dt.days
    paid = known["order_amount"].where(known["order_amount"] > 0)
    known = known.assign(gap=gaps, amount=paid, log_amount=np.log(paid))
    by = known.groupby("customer_id", sort=True)
    first, last = by["order_date"].min(), by["order_date"].max()
    frame = pd.DataFrame(
        {
            "repeat_order_count": by.size() - 1,
            "first_to_last_order_days": (last - first).dt.days,
            "tenure_days": (stamp - first).dt.days,
            "days_since_last_order": (stamp - last).dt.days,
            "mean_gap_days": by["gap"].mean(),
            "median_gap_days": by["gap"].median(),
            "gap_variation": by["gap"].std() / by["gap"].mean(),
            "mean_order_amount": by["amount"].mean(),
            "mean_log_amount": by["log_amount"].mean(),
            "amount_count": by["amount"].count(),
        }
    )
    return frame


def next_orders(order_days: pd.DataFrame, customers: pd.Index, day: date) -> pd.DataFrame:
    """The first order of each customer on or after a date.

    Returns
    -------
    DataFrame
        With the index `customers`: `days` (1: on the date itself; infinite: none) and `order_amount` (empty: none, or
        an amount that is not known).
    """
    after = order_days[order_days["order_date"] >= pd.Timestamp(day)].drop_duplicates("customer_id")
    after = after.set_index("customer_id").reindex(customers)
    days = (after["order_date"] - pd.Timestamp(day)).dt.days + 1
    amount = after["order_amount"].where(after["order_amount"] > 0)
    return pd.DataFrame({"days": days.astype(float).fillna(np.inf), "order_amount": amount}, index=customers)
