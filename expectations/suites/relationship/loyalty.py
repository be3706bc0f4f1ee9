"""Loyalty: money of cohorts and by frequency is that of the orders, curves fall, scores follow from their counts."""

from __future__ import annotations

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows


def loyalty_suites() -> list[TableSuite]:
    """Suites of the marts in models/relationship/loyalty."""
    return [_repeat_purchase(), _survival(), _frequency(), _cohorts(), _months(), _nps(), _satisfaction()]


def _repeat_purchase() -> TableSuite:
    counts = ("cohort_customer_count", "watched_customer_count", "repeat_customer_count")
    rules = (
        no_rows(
            "longer_windows_hold_more",
            f"""
                select shorter.cohort_month, shorter.window_days, {", ".join(f"shorter.{name}" for name in counts)}
                from {{batch}} as shorter
                left join marts.repeat_purchase as longer
                    on longer.cohort_month = shorter.cohort_month and longer.window_days > shorter.window_days
                    and longer.is_complete and shorter.is_complete
                where shorter.repeat_customer_count > shorter.watched_customer_count
                    or shorter.watched_customer_count > shorter.cohort_customer_count
                    or shorter.repeat_customer_count > longer.repeat_customer_count
            """,
            "Who bought again was watched, and who bought again within a window did so within longer ones.",
            look_at("repeat_purchase"),
            column="repeat_customer_count",
        ),
    )
    return TableSuite("marts", "repeat_purchase", ("cohort_month", "window_days", "is_complete", *counts), rules)


def _survival() -> TableSuite:
    counts = ("at_risk_count", "second_order_count", "censored_count")
    rules = (
        no_rows(
            "everyone_leaves_the_curve_once",
            """
                select * from (
                    select group_kind, group_value, days_since_first_order, at_risk_count, survival_share,
                        lag(at_risk_count - second_order_count - censored_count) over days as still_at_risk_count,
                        lag(survival_share) over days as share_before
                    from {batch} as rows_of_table
                    window days as (partition by group_kind, group_value order by days_since_first_order)
                ) as s
                where at_risk_count <> still_at_risk_count or survival_share > share_before + 1e-12
                    or (share_before is null and survival_share < 1 and days_since_first_order = 0)
            """,
            "Who has bought again or is watched no longer is at risk no more, and the curve never rises.",
            look_at("second_order_survival"),
            column="at_risk_count",
        ),
        no_rows(
            "the_curve_is_of_all_buyers",
            """
                select s.customer_count, c.customer_count as buyer_count
                from (
                    select coalesce(sum(second_order_count + censored_count), 0) as customer_count
                    from {batch} as rows_of_table where group_kind = 'all'
                ) as s
                cross join (select count(first_order_date) as customer_count from marts.dim_customers) as c
                where s.customer_count <> c.customer_count
            """,
            "The curve of all customers holds everyone who has bought.",
            look_at("second_order_survival"),
            column="at_risk_count",
        ),
    )
    columns = ("group_kind", "group_value", "days_since_first_order", *counts, "survival_share")
    return TableSuite("marts", "second_order_survival", columns, rules)


def _frequency() -> TableSuite:
    rules = (
        no_rows(
            "customers_and_money_are_all",
            """
                select f.*, c.customer_count as customers, o.net_amount as orders_net_amount
                from (
                    select coalesce(sum(customer_count), 0) as customer_count,
                        coalesce(sum(net_amount), 0) as net_amount
                    from {batch} as rows_of_table
                ) as f
                cross join (select count(*) as customer_count from marts.dim_customers) as c
                cross join (
                    select coalesce(sum(net_amount), 0) as net_amount from marts.fct_orders
                    where customer_id is not null
                ) as o
                where f.customer_count <> c.customer_count or f.net_amount <> o.net_amount
            """,
            "All customers are counted once, and their money is that of fct_orders without guests, to the cent.",
            look_at("purchase_frequency"),
            column="net_amount",
        ),
    )
    return TableSuite("marts", "purchase_frequency", ("order_count", "customer_count", "net_amount"), rules)


def _cohorts() -> TableSuite:
    rules = (
        no_rows(
            "net_amounts_of_cohorts_are_those_of_their_orders",
            """
                select coalesce(c.cohort_month, o.cohort_month) as cohort_month, c.net_amount,
                    o.net_amount as orders_net_amount
                from (
                    select cohort_month, sum(net_amount) as net_amount
                    from {batch} as rows_of_table
                    group by cohort_month
                ) as c
                full outer join (
                    select cast(date_trunc('month', customers.first_order_date) as date) as cohort_month,
                        sum(orders.net_amount) as net_amount
                    from marts.fct_orders as orders
                    inner join marts.dim_customers as customers on customers.customer_id = orders.customer_id
                    where customers.first_order_date is not null
                    group by all
                ) as o on o.cohort_month = c.cohort_month
                where c.net_amount is distinct from o.net_amount
            """,
            "What a cohort has brought is the net amount of its customers' orders and credit notes, to the cent.",
            look_at("cohort_revenue_retention"),
            column="net_amount",
        ),
    )
    columns = ("cohort_month", "months_since_first_order", "net_amount")
    return TableSuite("marts", "cohort_revenue_retention", columns, rules)


def _months() -> TableSuite:
    rules = (
        no_rows(
            "years_are_the_sum_of_their_orders",
            """
                select m.month, m.order_count_12m, m.net_amount_12m, o.order_count, o.net_amount
                from {batch} as m
                left join lateral (
                    select coalesce(sum(order_count), 0) as order_count, sum(net_amount) as net_amount
                    from (
                        select order_date, count(case when is_purchase then 1 end) as order_count,
                            sum(net_amount) as net_amount
                        from marts.fct_orders where customer_id is not null group by order_date
                    ) as days
                    where order_date >= m.month - interval 11 month and order_date < m.month + interval 1 month
                ) as o on true
                where m.order_count_12m <> o.order_count or m.net_amount_12m <> coalesce(o.net_amount, 0)
            """,
            "Purchases and money of a year are those of fct_orders without guests, to the cent.",
            look_at("loyalty_months"),
            column="net_amount_12m",
        ),
    )
    return TableSuite("marts", "loyalty_months", ("month", "order_count_12m", "net_amount_12m"), rules)


def _nps() -> TableSuite:
    counts = ("answer_count", "promoter_count", "passive_count", "detractor_count", "order_count")
    rules = (
        no_rows(
            "scores_follow_from_their_counts",
            """
                select cut_by, cut_value, nps_points, lower_nps_points, upper_nps_points, answer_count, order_count
                from {batch} as n
                where answer_count <> promoter_count + passive_count + detractor_count
                    or abs(nps_points - 100.0 * (promoter_count - detractor_count) / answer_count) > 1e-9
                    or nps_points not between lower_nps_points and upper_nps_points
                    or lower_nps_points < -100 or upper_nps_points > 100
                    or answered_order_count > order_count
            """,
            "Promoters, passives and detractors are all answers, and the score lies in its interval.",
            look_at("nps"),
            column="nps_points",
        ),
    )
    columns = ("cut_by", "cut_value", *counts, "answered_order_count", "nps_points", "lower_nps_points")
    return TableSuite("marts", "nps", (*columns, "upper_nps_points"), rules)


def _satisfaction() -> TableSuite:
    rules = (
        no_rows(
            "answers_add_up_to_all",
            """
                select measure,
                    sum(case when answer = 'all' then answer_count else -answer_count end) as missing_answer_count,
                    sum(case when answer = 'all' then churned_answer_count else -churned_answer_count end)
                        as missing_churned_count
                from {batch} as s
                group by measure
                having missing_answer_count <> 0 or missing_churned_count <> 0
                    or count(case when churn_share not between lower_churn_share and upper_churn_share then 1 end) > 0
            """,
            "Stars, and promoters, passives and detractors, add up to all answers; shares lie in their intervals.",
            look_at("satisfaction_and_churn"),
            column="answer_count",
        ),
    )
    shares = ("churn_share", "lower_churn_share", "upper_churn_share")
    columns = ("measure", "answer", "answer_count", "churned_answer_count", *shares)
    return TableSuite("marts", "satisfaction_and_churn", columns, rules)
