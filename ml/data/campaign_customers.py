"""Who was chosen by lot for which campaign, who was held back, and what each did: as known on a date.

The definitions are those of the campaign marts (docs/campaigns.md): everybody who was chosen counts once, in the group
of the first touch, from the touch to the end of the campaign. The marts themselves are made after the scores, so that
they cannot be read here.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from warehouse.base.dbt_macros import dbt_macro
from warehouse.base.definitions import load_definitions

_CHOSEN = """
with numbered as (
    select
        *,
        row_number() over (partition by campaign_id, customer_id order by touched_at, source_customer_id) as number
    from staging.stg_campaign_touches
    where touched_at < $as_of_date and customer_id is not null
),
chosen as (
    select
        numbered.campaign_id,
        numbered.customer_id,
        numbered.is_control,
        numbered.touched_at,
        campaigns.campaign_name,
        campaigns.campaign_channel,
        campaigns.started_at,
        case
            when campaigns.ended_at > numbered.touched_at then campaigns.ended_at
            else numbered.touched_at + to_days($window_days)
        end as window_end_at,
        numbered.contact_cost_amount
    from numbered
    inner join staging.stg_campaigns as campaigns on numbered.campaign_id = campaigns.campaign_id
    where numbered.number = 1 and campaigns.started_at < $as_of_date
),
over as (
    select campaign_id
    from chosen
    group by campaign_id
    having
        max(window_end_at) <= $as_of_date
        and count(*) filter (is_control) >= $group_count
        and count(*) filter (not is_control) >= $group_count
),
bought as (
    select
        chosen.campaign_id,
        chosen.customer_id,
        count(*) filter (movements.is_demand) as order_count,
        sum(movements.net_amount) as net_amount,
        sum(movements.costed_net_amount) as costed_net_amount,
        sum(movements.costed_margin_amount) as costed_margin_amount
    from chosen
    inner join intermediate.int_customer_movements as movements
        on chosen.customer_id = movements.customer_id
        and movements.sold_at >= chosen.touched_at
        and movements.sold_at < chosen.window_end_at
    where movements.occurred_at < $as_of_date and {stands}
    group by chosen.campaign_id, chosen.customer_id
),
visited as (
    select distinct chosen.campaign_id, chosen.customer_id
    from chosen
    inner join staging.stg_events as events
        on chosen.customer_id = events.customer_id
        and events.occurred_at >= chosen.touched_at
        and events.occurred_at < chosen.window_end_at
    where events.event_type = 'visit' and events.occurred_at < $as_of_date
)
select
    chosen.*,
    coalesce(bought.order_count, 0)::integer as response_order_count,
    coalesce(bought.net_amount, 0)::double as response_net_amount,
    coalesce(bought.costed_net_amount, 0)::double as response_costed_net_amount,
    coalesce(bought.costed_margin_amount, 0)::double as response_costed_margin_amount,
    visited.customer_id is not null as has_visited
from chosen
semi join over on chosen.campaign_id = over.campaign_id
left join bought on chosen.campaign_id = bought.campaign_id and chosen.customer_id = bought.customer_id
left join visited on chosen.campaign_id = visited.campaign_id and chosen.customer_id = visited.customer_id
order by chosen.started_at, chosen.campaign_id, chosen.customer_id
"""


def campaign_customers(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
    """Read the customers of campaigns that are over on a date and held a group back, in the order of their start.

    Returns
    -------
    DataFrame
        One row per campaign and customer chosen: `campaign_id`, `customer_id`, `is_control`, `touched_at`,
        `campaign_name`, `campaign_channel`, `started_at`, `window_end_at`, `contact_cost_amount` (stated cost of a
        contact, else missing), `is_treated`, `propensity` (the share of the campaign that was contacted); of the window
        `response_order_count`, `has_bought`, `has_visited`, `response_net_amount` and `response_margin_amount`, what it
        leaves after the cost of goods, missing where that is known of too little of the campaign's spend.
    """
    definitions = load_definitions()
    stands = dbt_macro("held_at")("$as_of_date", "movements.counts_from_at", "movements.counts_until_at")
    parameters = {
        "as_of_date": as_of_date,
        "window_days": definitions.campaign_window_days,
        "group_count": definitions.campaign_minimum_group_count,
    }
    rows = connection.execute(_CHOSEN.format(stands=stands), parameters).df()
    return rows.drop(columns=["response_costed_net_amount", "response_costed_margin_amount"]).assign(
        contact_cost_amount=rows["contact_cost_amount"].astype(float),
        campaign_name=rows["campaign_name"].fillna(rows["campaign_id"]),
        campaign_channel=rows["campaign_channel"].fillna("unknown"),
        is_treated=(~rows["is_control"]).astype(float),
        propensity=(~rows["is_control"]).astype(float).groupby(rows["campaign_id"]).transform("mean"),
        has_bought=(rows["response_order_count"] > 0).astype(float),
        has_visited=rows["has_visited"].astype(float),
        response_margin_amount=_margins(rows, definitions.minimum_costed_share),
    )


def _margins(rows: pd.DataFrame, minimum_share: float) -> pd.Series:
    """As the marts of campaigns have it: the uncosted part of a campaign's spend leaves the share of the costed one."""
    names = ["response_net_amount", "response_costed_net_amount", "response_costed_margin_amount"]
    totals = rows.groupby("campaign_id")[names].transform("sum")
    net, costed, margin = (totals[name] for name in names)
    is_known = (costed > 0) & (costed >= minimum_share * net)
    share = (margin / costed.where(costed != 0)).where(is_known)
    uncosted = rows["response_net_amount"] - rows["response_costed_net_amount"]
    return (rows["response_costed_margin_amount"] + uncosted * share).where(is_known)
