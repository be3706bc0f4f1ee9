"""Campaigns count everybody once, their figures are those of the orders, and channels are their campaigns."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows

_EFFECTS = ("campaign_id", "outcome", "treated_count", "control_count", "effect", "adjusted_effect")
_INTERVALS = ("effect", "relative_effect", "adjusted_effect", "adjusted_relative_effect", "incremental_total", "roi")


def campaign_suites() -> list[TableSuite]:
    """Suites of the marts of campaigns."""
    effects = (_everybody_once(), _ties_to_orders(), _intervals())
    return [
        TableSuite("marts", "campaign_effects", _EFFECTS, effects),
        TableSuite("marts", "campaign_balance", ("campaign_id", "is_randomisation_doubtful"), (_randomised(),)),
        TableSuite("marts", "campaign_summary", ("campaign_channel", "incremental_order_count"), (_channels(),)),
    ]


def _everybody_once() -> Expectation:
    return no_rows(
        "everybody_chosen_counts_once",
        """
            select e.campaign_id, e.treated_count, e.control_count, coalesce(t.chosen_count, 0) as chosen_count
            from {batch} as e
            left join (
                select campaign_id, count(distinct customer_id) as chosen_count
                from staging.stg_campaign_touches
                where touched_at < :as_of_date
                group by campaign_id
            ) as t on e.campaign_id = t.campaign_id
            where e.treated_count + e.control_count <> coalesce(t.chosen_count, 0)
        """,
        "Treated and control group of a campaign are together everybody who was chosen for it.",
        look_at("int_campaign_customers"),
        column="treated_count",
    )


def _ties_to_orders() -> Expectation:
    """Purchases in the windows are counted again; what was sold is worth no more than the orders were."""
    return no_rows(
        "campaigns_agree_with_the_orders",
        """
            select e.campaign_id, e.outcome, e.total, o.purchase_count, o.gross_amount
            from (
                select
                    campaign_id,
                    outcome,
                    coalesce(treated_mean * treated_count, 0) + coalesce(control_mean * control_count, 0) as total
                from {batch} as e
                where outcome in ('orders', 'spend')
            ) as e
            left join (
                select
                    c.campaign_id,
                    count(case when o.is_purchase then 1 end) as purchase_count,
                    sum(case when o.gross_amount > 0 then o.gross_amount else 0 end) + 0.01 as gross_amount
                from intermediate.int_campaign_customers as c
                inner join marts.fct_orders as o
                    on c.customer_id = o.customer_id
                    and c.touched_at <= o.ordered_at and c.window_end_at > o.ordered_at
                group by c.campaign_id
            ) as o on e.campaign_id = o.campaign_id
            where (e.outcome = 'orders' and abs(e.total - coalesce(o.purchase_count, 0)) > 0.001)
                or (e.outcome = 'spend' and e.total > coalesce(o.gross_amount, 0) + 0.001)
        """,
        "Orders of a campaign's customers are those of fct_orders in its windows, and spend is no more than these.",
        look_at("int_campaign_customers"),
        column="treated_mean",
    )


def _intervals() -> Expectation:
    outside = " or ".join(
        f"lower_{name} > {name} + 1e-9 * abs({name}) or upper_{name} < {name} - 1e-9 * abs({name})"
        for name in _INTERVALS
    )
    return no_rows(
        "intervals_hold_their_estimates",
        f"select campaign_id, outcome from {{batch}} as e where {outside}",
        "Every estimate lies inside its interval.",
        look_at("int_campaign_estimates"),
        column="effect",
    )


def _randomised() -> Expectation:
    return no_rows(
        "groups_are_as_drawn_at_random",
        """
            select campaign_id, figure, standardized_difference, joint_p_value, control_share, sample_ratio_p_value
            from {batch} as b
            where is_randomisation_doubtful
        """,
        "Treated and control group of each campaign are as alike, and as large, as groups drawn at random are.",
        "Find out how the groups were drawn, and whether rows of one of them are missing; do not trust the effect.",
        column="joint_p_value",
        severity="warning",
    )


def _channels() -> Expectation:
    return no_rows(
        "channels_are_their_campaigns",
        """
            select s.campaign_channel, s.incremental_order_count, e.incremental_order_count as of_campaigns
            from {batch} as s
            left join (
                select
                    coalesce(campaign_channel, 'unknown') as campaign_channel,
                    sum(incremental_total) as incremental_order_count
                from marts.campaign_effects
                where outcome = 'orders'
                group by coalesce(campaign_channel, 'unknown')
            ) as e on s.campaign_channel = e.campaign_channel
            where abs(coalesce(s.incremental_order_count, 0) - coalesce(e.incremental_order_count, 0)) > 0.001
        """,
        "Incremental orders of a channel are those of its campaigns.",
        look_at("campaign_summary"),
        column="incremental_order_count",
    )
