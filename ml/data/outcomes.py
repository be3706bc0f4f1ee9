"""What happened after a date, and what a plain rule could have said on it, from the movements of the marts.

The same definitions as `marts.customer_labels` and `marts.subscription_labels` (tests compare them on their dates): a
purchase or an amount counts as it stood when the horizon ended. The label marts hold snapshot dates only; scores may
be of any date.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd

# Before the date: as it stood on the date. After: as it stood at the end of the horizon.
_OUTCOMES = """
with movements as (
    select
        *,
        counts_from_at < $label_end and (counts_until_at is null or counts_until_at >= $label_end) as is_true_at_end
    from intermediate.int_customer_movements where occurred_at < $label_end
),
before as (
    select
        customer_id,
        date_diff('day', max(order_date) filter (is_demand), $as_of_date) as days_since_last_order,
        date_diff('day', min(order_date) filter (is_demand), $as_of_date) as tenure_days,
        sum(net_amount) filter (occurred_at >= $year_before) as net_amount_365d
    from movements
    where occurred_at < $as_of_date and counts_from_at < $as_of_date
        and (counts_until_at is null or counts_until_at >= $as_of_date)
    group by customer_id
),
after as (
    select
        customer_id,
        count(*) filter (is_demand and is_true_at_end) > 0 as has_purchased,
        sum(net_amount) filter (
            case
                when sold_at < $as_of_date and counts_until_at < $label_end
                    then movement_part = 'return' and counts_until_at >= $as_of_date
                        and (stands_again_at is null or stands_again_at >= $label_end)
                        and (cancelled_at is null or cancelled_at >= $label_end)
                else is_true_at_end and (movement_part <> 'residual' or sold_at >= $as_of_date)
            end
        ) as net_amount
    from movements
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


# Contracts that ran on the date. An end that the marts know lies before their own date.
_CONTRACT_OUTCOMES = """
select
    subscription_id,
    date_diff('day', started_at::date, $as_of_date) as tenure_days,
    ended_at is not null and ended_at < $label_end as is_churned
from marts.dim_subscriptions
where started_at < $as_of_date and (ended_at is null or ended_at >= $as_of_date)
order by subscription_id
"""


def contract_outcomes_after(connection: duckdb.DuckDBPyConnection, as_of_date: date, horizon_days: int) -> pd.DataFrame:
    """One row per contract that ran on the date.

    Returns
    -------
    DataFrame
        `subscription_id`; known on the date: `tenure_days`; after it: `is_churned`.
    """
    parameters = {"as_of_date": as_of_date, "label_end": as_of_date + timedelta(days=horizon_days)}
    return connection.execute(_CONTRACT_OUTCOMES, parameters).df()


def outcomes_after(connection: duckdb.DuckDBPyConnection, as_of_date: date, horizon_days: int) -> pd.DataFrame:
    """One row per customer who had bought before the date.

    Returns
    -------
    DataFrame
        `customer_id`; known on the date: `days_since_last_order`, `tenure_days`, `net_amount_365d`; after it:
        `is_churned`, `future_net_amount`.
    """
    parameters = {
        "as_of_date": as_of_date,
        "label_end": as_of_date + timedelta(days=horizon_days),
        "year_before": as_of_date - timedelta(days=365),
    }
    return connection.execute(_OUTCOMES, parameters).df()
