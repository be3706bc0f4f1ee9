"""What was known of customers at any moments, for questions whose dates are no snapshots of the marts.

A moment knows what happened before it, as it stood then: the rule of `marts.customer_features`, whose snapshots lie on
a calendar of their own. Traits of a person are no features here.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from warehouse.base.dbt_macros import dbt_macro

MOST_GROUPS = 8

_FEATURES = """
with movements as (
    select
        moments.customer_id,
        moments.known_at,
        movements.*exclude (customer_id),
        date_diff('day', movements.order_date, moments.known_at::date) as days_ago,
        case when movements.is_demand then movements.order_date end as demand_date
    from moments
    inner join intermediate.int_customer_movements as movements
        on moments.customer_id = movements.customer_id
        and movements.occurred_at < moments.known_at
        and {stands}
),
orders as (
    select
        customer_id,
        known_at,
        min(days_ago) filter (is_demand) as days_since_last_order,
        max(days_ago) filter (is_demand) as tenure_days,
        count(distinct demand_date) as order_day_count,
        count(*) filter (is_demand) as order_count,
        count(*) filter (is_demand and days_ago <= 90) as order_count_90d,
        count(*) filter (is_demand and days_ago <= 365) as order_count_365d,
        coalesce(sum(net_amount) filter (days_ago <= 365), 0)::double as net_amount_365d,
        sum(net_amount)::double as net_amount,
        sum(gross_amount)::double as gross_amount,
        sum(return_amount)::double as return_amount,
        sum(item_count)::double as item_count,
        sum(costed_net_amount)::double as costed_net_amount,
        sum(costed_margin_amount)::double as costed_margin_amount
    from movements
    group by customer_id, known_at
),
channels as (
    select
        movements.customer_id,
        movements.known_at,
        last(orders.sales_channel order by movements.sold_at, movements.order_id)
            filter (orders.sales_channel is not null) as last_channel
    from movements
    inner join marts.fct_orders as orders on movements.order_id = orders.order_id
    where movements.is_demand
    group by movements.customer_id, movements.known_at
),
visits as (
    select
        moments.customer_id,
        moments.known_at,
        count(*) filter (events.occurred_at >= moments.known_at - to_days(90)) as event_count_90d,
        min(date_diff('day', events.occurred_at::date, moments.known_at::date)) as days_since_last_event
    from moments
    inner join staging.stg_events as events
        on moments.customer_id = events.customer_id and events.occurred_at < moments.known_at
    group by moments.customer_id, moments.known_at
),
touches as (
    select moments.customer_id, moments.known_at, count(*) as touch_count_365d
    from moments
    inner join staging.stg_campaign_touches as touches
        on moments.customer_id = touches.customer_id
        and touches.touched_at < moments.known_at
        and touches.touched_at >= moments.known_at - to_days(365)
    where not touches.is_control
    group by moments.customer_id, moments.known_at
)
select
    moments.customer_id,
    moments.known_at,
    orders.days_since_last_order::double as days_since_last_order,
    orders.tenure_days::double as tenure_days,
    coalesce(orders.order_count, 0)::double as order_count,
    coalesce(orders.order_count_90d, 0)::double as order_count_90d,
    coalesce(orders.order_count_365d, 0)::double as order_count_365d,
    coalesce(orders.net_amount_365d, 0) as net_amount_365d,
    orders.net_amount / nullif(orders.order_count, 0) as average_order_amount,
    (orders.tenure_days - orders.days_since_last_order)::double / nullif(orders.order_day_count - 1, 0)
        as mean_order_gap_days,
    orders.return_amount / nullif(orders.gross_amount, 0) as return_share,
    orders.item_count / nullif(orders.order_count, 0) as items_per_order_count,
    orders.costed_margin_amount / nullif(orders.costed_net_amount, 0) as margin_share,
    coalesce(visits.event_count_90d, 0)::double as event_count_90d,
    visits.days_since_last_event::double as days_since_last_event,
    coalesce(touches.touch_count_365d, 0)::double as touch_count_365d,
    coalesce(channels.last_channel, 'unknown') as last_channel,
    coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel
from moments
left join orders on moments.customer_id = orders.customer_id and moments.known_at = orders.known_at
left join channels on moments.customer_id = channels.customer_id and moments.known_at = channels.known_at
left join visits on moments.customer_id = visits.customer_id and moments.known_at = visits.known_at
left join touches on moments.customer_id = touches.customer_id and moments.known_at = touches.known_at
left join marts.dim_customers as customers on moments.customer_id = customers.customer_id
order by moments.known_at, moments.customer_id
"""

# Which part of what they bought was of a group of products; a code is its own group where no category is known.
_SHARES = """
with lines as (
    select
        moments.customer_id,
        moments.known_at,
        coalesce(products.category, lines.product_code) as product_group,
        cast(greatest(lines.original_amount, 0) as decimal(38, 9)) as amount -- sums do not depend on the order
    from moments
    inner join intermediate.int_customer_movements as movements
        on moments.customer_id = movements.customer_id
        and movements.occurred_at < moments.known_at
        and movements.is_demand
        and {stands}
    inner join intermediate.int_order_items_classified as lines on movements.order_id = lines.order_id
    left join marts.dim_products as products on lines.product_code = products.product_code
    where lines.line_kind = 'goods' and lines.line_status = 'kept' and lines.product_code is not null
),
largest as (
    select product_group
    from lines
    group by product_group
    order by count(distinct customer_id) desc, product_group
    limit $most
)
select
    customer_id,
    known_at,
    product_group,
    sum(amount)::double / nullif(sum(sum(amount)) over (partition by customer_id, known_at), 0)::double as amount_share
from lines
group by customer_id, known_at, product_group
qualify product_group in (select product_group from largest)
order by known_at, customer_id, product_group
"""


def features_at(connection: duckdb.DuckDBPyConnection, moments: pd.DataFrame) -> pd.DataFrame:
    """Read what was known of each customer at each moment.

    Parameters
    ----------
    moments
        `customer_id` and `known_at`, each pair once.

    Returns
    -------
    DataFrame
        One row per moment, sorted by `known_at` and `customer_id`: numbers, which are missing where there is nothing to
        count from, the texts `last_channel` and `acquisition_channel`, and shares of spend by group of products.
    """
    stands = dbt_macro("held_at")("moments.known_at", "movements.counts_from_at", "movements.counts_until_at")
    connection.register("moments", moments[["customer_id", "known_at"]].drop_duplicates())
    try:
        known = connection.execute(_FEATURES.format(stands=stands)).df()
        shares = connection.execute(_SHARES.format(stands=stands), {"most": MOST_GROUPS}).df()
    finally:
        connection.unregister("moments")
    if shares.empty:
        return known
    wide = shares.pivot_table(index=["customer_id", "known_at"], columns="product_group", values="amount_share")
    wide = wide.add_prefix("share_of_").reset_index()
    names = [name for name in wide.columns if name.startswith("share_of_")]
    joined = known.merge(wide, on=["customer_id", "known_at"], how="left")
    return joined.assign(**{name: joined[name].fillna(0.0) for name in names})


def moments_of(rows: pd.DataFrame, known_at: str) -> pd.DataFrame:
    """The pairs of customer and moment in a column of rows, as `features_at` takes them."""
    return rows[["customer_id", known_at]].rename(columns={known_at: "known_at"}).drop_duplicates()


def moments_on(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
    """All customers who were known before a date, at its beginning: one row each of `customer_id` and `known_at`."""
    return connection.execute(
        "select customer_id, $day::date::timestamp as known_at from marts.dim_customers "
        "where coalesce(least(registered_at, first_order_date::timestamp) < $day, true) order by customer_id",
        {"day": as_of_date},
    ).df()
