"""The marts that the jobs read, made from a simulated shop straight in a build file of DuckDB.

`customer_features` has every feature column of the real mart with the same types. What hangs on orders is summed up
from them; what a shop knows beside orders (visits, ratings, campaigns, who the customer is) is drawn from a hash of
customer and date, visits and campaign clicks more often for those who ordered lately.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pandas as pd

from tools.benchmark.shop import HISTORY_DAYS
from warehouse.base.connections import open_build_file
from warehouse.base.definitions import Definitions
from warehouse.base.settings import Settings

SOURCE = "benchmark"
AS_OF_DATE = date(2026, 7, 1)
WINDOWS_DAYS = (30, 90, 180, 365)


def write_marts(settings: Settings, orders: pd.DataFrame, definitions: Definitions) -> None:
    """Write `customer_features`, `customer_labels`, `dim_customers` and the snapshot dates of the shop."""
    begin = AS_OF_DATE - timedelta(days=HISTORY_DAYS)
    roles = dict(snapshot_roles(definitions))
    with open_build_file(settings, SOURCE) as connection:
        connection.execute("create schema marts; create schema intermediate")
        connection.register("orders_in", orders)
        connection.execute(
            "create temp table orders as select 'C' || lpad(customer::text, 9, '0') as customer_id, "
            "$begin::date + day::integer as order_date, amount::decimal(18, 2) as amount from orders_in",
            {"begin": begin},
        )
        connection.execute("create table marts.dim_customers as select distinct customer_id from orders")
        columns = "as_of_date date, snapshot_role text, first_known_date date"
        connection.execute(f"create table intermediate.int_snapshot_dates ({columns})")
        dates = [(day, role, begin) for day, role in roles.items()]
        connection.executemany("insert into intermediate.int_snapshot_dates values (?, ?, ?)", dates)
        _write(connection, "customer_features", _features_sql(), list(roles), definitions)
        past = [day for day, role in roles.items() if role != "scoring"]
        _write(connection, "customer_labels", _labels_sql(definitions), past, definitions)


def snapshot_roles(definitions: Definitions) -> Iterator[tuple[date, str]]:
    """Snapshot dates and their roles, as `int_snapshot_dates` sets them."""
    horizon_days = definitions.snapshot_horizon_days
    yield AS_OF_DATE, "scoring"
    yield AS_OF_DATE - timedelta(days=horizon_days), "evaluation"
    earliest = AS_OF_DATE - timedelta(days=HISTORY_DAYS - definitions.minimum_history_days)
    steps = range(definitions.snapshot_max_count)
    behind = [2 * horizon_days + step * definitions.snapshot_step_days for step in steps]
    roles = dict.fromkeys(behind, "training")
    # A longer horizon is evaluated so many days back; what it learns from are training dates.
    roles |= {days: "long_horizon" for days in definitions.clv_further_horizons_days.values() if days not in roles}
    for days, role in roles.items():
        if (day := AS_OF_DATE - timedelta(days=days)) >= earliest:
            yield day, role


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, query: str, days: list[date], definitions: Definitions
) -> None:
    values = {
        "eligibility_days": definitions.eligibility_window_days,
        "churn_days": definitions.churn_horizon_days,
        "clv_days": definitions.clv_horizon_days,
    }
    used = {name: value for name, value in values.items() if f"${name}" in query}
    for number, day in enumerate(days):
        into = f"insert into marts.{table}" if number else f"create table marts.{table} as"
        connection.execute(f"{into} {query}", used | {"as_of_date": day})


def _features_sql() -> str:
    windows = "".join(
        f"""
        (count(*) filter (order_date >= $as_of_date - {days}))::integer as order_count_{days}d,
        coalesce(sum(amount) filter (order_date >= $as_of_date - {days}), 0)::decimal(18, 2) as net_amount_{days}d,"""
        for days in WINDOWS_DAYS
    )
    return f"""
    with summed as (
        select
            customer_id,
            $as_of_date::date as as_of_date,
            min(order_date) as first_order_date,
            max(order_date) as last_order_date,
            count(*)::integer as order_count,
            sum(amount)::decimal(18, 2) as net_amount,
            arg_min(amount, order_date) as first_amount,{windows}
        from orders
        where order_date < $as_of_date
        group by customer_id
    ),
    timed as (
        select
            *,
            order_count as order_day_count,
            order_count - 1 as repeat_order_count,
            ($as_of_date - last_order_date)::integer as days_since_last_order,
            ($as_of_date - first_order_date)::integer as tenure_days,
            (last_order_date - first_order_date)::integer as first_to_last_order_days,
            {_uniform("'person'")} as person_draw,
            {_uniform("'month' || as_of_date")} as month_draw,
            {_uniform("'channel'")} as channel_draw
        from summed
    )
    select
        * exclude (first_amount, person_draw, month_draw, channel_draw),
        first_to_last_order_days / nullif(repeat_order_count, 0) as mean_order_gap_days,
        days_since_last_order * repeat_order_count / nullif(first_to_last_order_days, 0) as order_gap_ratio,
        net_amount as gross_amount,
        (net_amount * (month_draw < 0.1)::integer / 10)::decimal(18, 2) as return_amount,
        (month_draw < 0.1)::integer / 10 as return_share,
        (net_amount / order_count)::decimal(18, 2) as average_order_amount,
        ((net_amount - first_amount) / nullif(repeat_order_count, 0))::decimal(18, 2) as mean_repeat_order_amount,
        2 * order_count as item_count,
        1 + (order_count * person_draw)::integer as distinct_product_count,
        (5 * order_count_30d * month_draw)::integer as event_count_30d,
        (8 * order_count_90d * month_draw)::integer as event_count_90d,
        case when month_draw < 0.8 then 1 + (days_since_last_order * month_draw)::integer end as days_since_last_event,
        case when person_draw < 0.3 then 1 + 4 * channel_draw end as mean_rating,
        case when channel_draw < 0.2 then (10 * person_draw)::integer end as last_nps_score,
        (12 * channel_draw)::integer as campaign_touch_count_365d,
        (3 * order_count_180d * channel_draw * month_draw)::integer as campaign_click_count_365d,
        person_draw < 0.05 as has_active_subscription,
        ['NL', 'BE', 'DE', 'FR'][1 + (4 * person_draw * person_draw)::integer % 4] as country,
        ['search', 'social', 'email', 'referral', 'direct'][1 + (5 * channel_draw)::integer % 5] as acquisition_channel,
        18 + (60 * person_draw)::integer as age_years,
        ['female', 'male', 'other'][1 + (20 * channel_draw)::integer % 10 % 3] as gender,
        tenure_days + (30 * person_draw)::integer as days_since_registration,
        days_since_last_order <= $eligibility_days as is_eligible,
        case
            when days_since_last_order > $eligibility_days
                then 'no purchase in the last ' || $eligibility_days || ' days'
        end as ineligible_reason
    from timed
    """


def _uniform(salt: str) -> str:
    """A number from 0 to 1 that depends on the customer and the salt alone."""
    return f"(hash(customer_id || {salt}) % 1000003)::double / 1000003"


def _labels_sql(definitions: Definitions) -> str:
    further = "".join(
        f""",
        case
            when $as_of_date::date + {days} <= date '{AS_OF_DATE}'
                then coalesce(sum(later.amount) filter (later.order_date < $as_of_date + {days}), 0)::decimal(18, 2)
        end as future_net_amount_{days}d"""
        for days in definitions.clv_further_horizons_days.values()
    )
    return f"""
    select
        known.customer_id,
        $as_of_date::date as as_of_date,
        $churn_days::integer as churn_horizon_days,
        (count(*) filter (later.order_date < $as_of_date + $churn_days)) = 0 as is_churned,
        $clv_days::integer as clv_horizon_days,
        (count(later.order_date) filter (later.order_date < $as_of_date + $clv_days))::integer as future_order_count,
        coalesce(sum(later.amount) filter (later.order_date < $as_of_date + $clv_days), 0)::decimal(18, 2)
            as future_net_amount{further}
    from (select distinct customer_id from orders where order_date < $as_of_date) as known
    left join orders as later on known.customer_id = later.customer_id and later.order_date >= $as_of_date
    group by known.customer_id
    """
