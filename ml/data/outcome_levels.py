"""Sums of outcomes by date over the whole history, for the season: snapshots do not reach back far enough.

They use the macros of `marts.customer_labels`: a purchase or an amount counts as it was known when the horizon ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import pandas as pd

from ml.data.snapshots import history_began_on, kept_per_million
from warehouse.base.dbt_macros import dbt_macro
from warehouse.base.definitions import Definitions

# Upper ends of the groups of days since the last order: what season does must not be taken for who was there.
_RECENCY_GROUPS_DAYS = (15, 30, 60, 90, 135, 180, 270)
# Fewer than snapshots need: those who are as long away can be compared earlier than customers with a year of history.
_MINIMUM_HISTORY_DAYS = 90
_DAYS_OF_A_YEAR, _MAXIMUM_YEAR_COUNT = 365, 4
# Customers are sampled so that about as many movements are read at most: sums over all of them are known well enough.
_MAXIMUM_MOVEMENT_COUNT = 1_000_000
_MOVEMENTS = "intermediate.int_customer_movements"

_LEVELS = """
with dates as (
    select unnest($dates::date[]) as as_of_date
),
windows as (
    select as_of_date, as_of_date + $horizon_days::integer as label_end from dates
),
movements as (
    select * from {movements} where md5_number_lower(customer_id) % 1000000 < $kept_per_million
),
before as (
    select
        windows.as_of_date,
        movements.customer_id,
        date_diff('day', max(order_date) filter (is_demand), windows.as_of_date) as recency_days,
        date_diff('day', min(order_date) filter (is_demand), windows.as_of_date) as tenure_days,
        coalesce(sum(net_amount) filter (occurred_at >= windows.as_of_date - 365), 0)::double as year_amount
    from windows
    inner join movements on movements.occurred_at < windows.as_of_date
    where {stands_before}
    group by windows.as_of_date, movements.customer_id
    having recency_days <= $window_days
),
after as (
    select
        windows.as_of_date,
        movements.customer_id,
        count(*) filter (is_demand and {stands_after}) > 0 as has_purchased,
        coalesce(sum(net_amount) filter ({counts_after}), 0)::double as net_amount
    from windows
    inner join movements
        on movements.occurred_at >= windows.as_of_date
        and movements.occurred_at < windows.label_end
    group by windows.as_of_date, movements.customer_id
),
outcomes as (
    select
        before.as_of_date,
        len(list_filter($recency_groups_days::integer[], limit_days -> limit_days < before.recency_days))
            as recency_group,
        not coalesce(after.has_purchased, false) as is_churned,
        greatest(before.year_amount, 0) / greatest(least(before.tenure_days, 365), 30) * $horizon_days
            as status_quo_amount,
        coalesce(after.net_amount, 0) as net_amount
    from before
    left join after using (as_of_date, customer_id)
),
-- one wholesale order is no season
capped as (
    select *, quantile_cont(net_amount, 0.99) over (partition by as_of_date) as cap_amount from outcomes
)
select
    capped.as_of_date,
    windows.label_end as label_end_date,
    recency_group,
    count(*) as customer_count,
    count(*) filter (is_churned) as churned_count,
    sum(status_quo_amount) as status_quo_amount,
    sum(least(net_amount, cap_amount)) as future_net_amount
from capped
inner join windows using (as_of_date)
group by all
order by all
"""


def outcome_levels(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, horizon_days: int, definitions: Definitions
) -> pd.DataFrame | None:
    """Outcomes in the horizon after dates of the history, of customers that were eligible then.

    The dates lie `snapshot_step_days` apart, the newest a horizon before `as_of_date`.

    Returns
    -------
    DataFrame
        One row per `as_of_date` (with its `label_end_date`) and `recency_group`: `customer_count`, `churned_count`,
        `status_quo_amount` (the spend of the last year continued), `future_net_amount` (each customer's capped at its
        99th percentile of the date). None where the marts have no such date or, built by an earlier release, no
        movements, and for a horizon of a whole year, which has no season.
    """
    found = connection.execute(
        "select count(*) from information_schema.tables where table_schema || '.' || table_name = ?", [_MOVEMENTS]
    ).fetchone()
    dates = _dates(as_of_date, horizon_days, history_began_on(connection), definitions)
    if horizon_days >= _DAYS_OF_A_YEAR or not dates or not found or not found[0]:
        return None
    held_at, held = dbt_macro("held_at"), ("counts_from_at", "counts_until_at")
    query = _LEVELS.format(
        movements=_MOVEMENTS,
        stands_before=held_at("windows.as_of_date", *held),
        stands_after=held_at("windows.label_end", *held),
        counts_after=dbt_macro("counts_in_window")("windows.as_of_date", "windows.label_end"),
    )
    parameters = {
        "dates": dates,
        "horizon_days": horizon_days,
        "window_days": definitions.eligibility_window_days,
        "recency_groups_days": list(_RECENCY_GROUPS_DAYS),
        "kept_per_million": kept_per_million(connection, f"from {_MOVEMENTS}", _MAXIMUM_MOVEMENT_COUNT),
    }
    return connection.execute(query, parameters).df()


def _dates(as_of_date: date, horizon_days: int, began_on: date | None, definitions: Definitions) -> Sequence[date]:
    """Newest first."""
    if began_on is None:
        return ()
    first = began_on + timedelta(days=_MINIMUM_HISTORY_DAYS)
    newest = as_of_date - timedelta(days=horizon_days)
    step_days = definitions.snapshot_step_days
    count = min((newest - first).days // step_days + 1, _MAXIMUM_YEAR_COUNT * _DAYS_OF_A_YEAR // step_days)
    return [newest - timedelta(days=step_days * number) for number in range(count)]
