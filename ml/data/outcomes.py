"""Outcomes after any date, with what simple rules could have used on it, from the movements in the marts.

They use the macros of `marts.customer_labels`: a purchase or an amount counts as it was known when the horizon ended.
The label marts hold snapshot dates only; scores may have any date.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd

from warehouse.base.dbt_macros import dbt_macro

# Before the date: as known on the date. After: as known at the end of the horizon.
_OUTCOMES = """
with before as (
    select
        customer_id,
        date_diff('day', max(order_date) filter (is_demand), $as_of_date) as days_since_last_order,
        date_diff('day', min(order_date) filter (is_demand), $as_of_date) as tenure_days,
        sum(net_amount) filter (occurred_at >= $year_before) as net_amount_365d
    from intermediate.int_customer_movements
    where occurred_at < $as_of_date and {stands_before}
    group by customer_id
),
after as (
    select
        customer_id,
        count(*) filter (is_demand and {stands_after}) > 0 as has_purchased,
        sum(net_amount) filter ({counts_after}) as net_amount
    from intermediate.int_customer_movements as movements
    where occurred_at >= $as_of_date
    group by customer_id
)
select
    before.customer_id,
    before.days_since_last_order,
    before.tenure_days,
    coalesce(before.net_amount_365d, 0)::double as net_amount_365d,
    not coalesce(after.has_purchased, false) as is_churned,
    coalesce(after.net_amount, 0)::double as future_net_amount
from before
left join after on before.customer_id = after.customer_id
where before.days_since_last_order is not null
order by before.customer_id
"""

# Contracts that ran on the date. The marts know no end after their own date.
_CONTRACT_OUTCOMES = """
select
    subscription_id,
    date_diff('day', started_at::date, $as_of_date) as tenure_days,
    ended_at is not null and ended_at < $label_end as is_churned
from marts.dim_subscriptions
where {runs}
order by subscription_id
"""


def contract_outcomes_after(connection: duckdb.DuckDBPyConnection, as_of_date: date, horizon_days: int) -> pd.DataFrame:
    """One row per contract that ran on the date.

    Returns
    -------
    DataFrame
        `subscription_id`; as of the date `tenure_days`; from the horizon after it `is_churned`.
    """
    parameters = {"as_of_date": as_of_date, "label_end": as_of_date + timedelta(days=horizon_days)}
    query = _CONTRACT_OUTCOMES.format(runs=dbt_macro("held_at")("$as_of_date", "started_at", "ended_at"))
    return connection.execute(query, parameters).df()


def outcomes_after(connection: duckdb.DuckDBPyConnection, as_of_date: date, horizon_days: int) -> pd.DataFrame:
    """One row per customer who had bought before the date.

    Returns
    -------
    DataFrame
        `customer_id`; as of the date `days_since_last_order`, `tenure_days`, `net_amount_365d`; from the horizon after
        it `is_churned` (no purchase) and `future_net_amount`. Amounts are in the reporting currency, net of returns.
    """
    parameters = {
        "as_of_date": as_of_date,
        "label_end": as_of_date + timedelta(days=horizon_days),
        "year_before": as_of_date - timedelta(days=365),
    }
    held_at, held = dbt_macro("held_at"), ("counts_from_at", "counts_until_at")
    query = _OUTCOMES.format(
        stands_before=held_at("$as_of_date", *held),
        stands_after=held_at("$label_end", *held),
        counts_after=dbt_macro("counts_in_window")("$as_of_date", "$label_end"),
    )
    return connection.execute(query, parameters).df()
