"""Stages: each customer stands in one at a time; customers and money agree from customer to total and back."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows

_OVERDUE = "('at_risk', 'lapsed')"


def lifecycle_suites() -> list[TableSuite]:
    """Suites of customer_lifecycle and the marts in models/relationship/lifecycle."""
    return [_customers(), _moves(), _months(), _rates()]


def _customers() -> TableSuite:
    model = look_at("customer_lifecycle")
    rules = (
        no_rows(
            "every_customer_stands_in_the_newest_month",
            """
                select coalesce(c.customer_id, l.customer_id) as customer_id, l.stage
                from marts.dim_customers as c
                full outer join (
                    select customer_id, stage from {batch} as rows_of_table
                    where month = (select max(month) from marts.customer_lifecycle)
                ) as l on l.customer_id = c.customer_id
                where c.customer_id is null or l.customer_id is null
            """,
            "Every customer of dim_customers is in a stage, and nobody else is.",
            model,
            column="customer_id",
        ),
        no_rows(
            "no_month_of_a_customer_is_missing",
            """
                select customer_id, min(month) as first_month, max(month) as last_month, count(*) as month_count
                from {batch} as l
                group by customer_id
                having count(*) <> datediff('month', min(month), max(month)) + 1
                    or count(distinct month) <> count(*)
                    or count(case when stage_before = 'not_yet_known' then 1 end) <> 1
            """,
            "From the first month to the newest each customer stands once in every month.",
            model,
            column="month",
        ),
        no_rows(
            "net_amounts_are_those_of_the_orders",
            """
                select coalesce(l.customer_id, o.customer_id) as customer_id, coalesce(l.month, o.month) as month,
                    l.net_amount, o.net_amount as orders_net_amount
                from (select customer_id, month, net_amount from {batch} as rows_of_table) as l
                full outer join (
                    select customer_id, cast(date_trunc('month', order_date) as date) as month,
                        sum(net_amount) as net_amount
                    from marts.fct_orders
                    where customer_id is not null
                    group by all
                ) as o on o.customer_id = l.customer_id and o.month = l.month
                where coalesce(l.net_amount, 0) <> coalesce(o.net_amount, 0)
            """,
            "Every customer's net amount of a month is that of fct_orders, to the cent.",
            model,
            column="net_amount",
        ),
        no_rows(
            "the_overdue_are_at_risk_or_lapsed",
            f"""
                select l.customer_id, l.stage, p.is_overdue
                from {{batch}} as l
                inner join marts.customer_360 as p on p.customer_id = l.customer_id
                where l.evaluated_on = :as_of_date and l.order_day_count > 0
                    and (l.stage in {_OVERDUE}) is distinct from p.is_overdue
            """,
            "Who is overdue in customer_360 is at risk or has lapsed, and nobody else is.",
            model,
            column="stage",
        ),
    )
    columns = ("customer_id", "month", "evaluated_on", "stage", "stage_before", "order_day_count", "net_amount")
    return TableSuite("marts", "customer_lifecycle", columns, rules)


def _moves() -> TableSuite:
    """Where moves lead from and to, against the stages of the month before and of the month."""
    rules = (
        _moves_add_up("from", "net_amount_before", "datetrunc('month', m.month - interval 1 day)"),
        _moves_add_up("to", "net_amount", "m.month"),
    )
    columns = ("month", "from_stage", "to_stage", "customer_count", "net_amount_before", "net_amount")
    return TableSuite("marts", "lifecycle_moves", columns, rules)


def _moves_add_up(end: str, amount: str, month: str) -> Expectation:
    when = {"from": "month before", "to": "month"}[end]
    return no_rows(
        f"moves_{end}_a_stage_are_its_customers",
        f"""
            select m.month, m.{end}_stage, m.customer_count, s.customer_count as stage_customer_count,
                m.{amount}, s.net_amount as stage_net_amount
            from (
                select month, {end}_stage, sum(customer_count) as customer_count, sum({amount}) as {amount}
                from {{batch}} as rows_of_table
                where {end}_stage <> 'not_yet_known'
                group by month, {end}_stage
            ) as m
            full outer join (
                select month, stage, customer_count, net_amount from marts.lifecycle_months where customer_count > 0
            ) as s on s.month = {month} and s.stage = m.{end}_stage
            where (m.customer_count is distinct from s.customer_count or m.{amount} is distinct from s.net_amount)
                and (m.month is not null or s.month < (select max(month) from marts.lifecycle_months))
        """,
        f"Customers and money that move {end} a stage are those of the stage in the {when}.",
        look_at("lifecycle_moves"),
        column="customer_count",
    )


def _months() -> TableSuite:
    rules = (
        no_rows(
            "stages_are_the_sum_of_their_customers",
            """
                select m.month, m.stage, m.customer_count, m.net_amount, l.customer_count as customers,
                    l.net_amount as customers_net_amount
                from {batch} as m
                left join (
                    select month, stage, count(*) as customer_count, sum(order_count) as order_count,
                        sum(net_amount) as net_amount
                    from marts.customer_lifecycle
                    group by month, stage
                ) as l on l.month = m.month and l.stage = m.stage
                where m.customer_count <> coalesce(l.customer_count, 0)
                    or m.order_count <> coalesce(l.order_count, 0)
                    or m.net_amount <> coalesce(l.net_amount, 0)
            """,
            "Customers, orders and money of each stage are the sum over customer_lifecycle.",
            look_at("lifecycle_months"),
            column="customer_count",
        ),
    )
    columns = ("month", "stage", "customer_count", "order_count", "net_amount")
    return TableSuite("marts", "lifecycle_months", columns, rules)


def _rates() -> TableSuite:
    model = look_at("lifecycle_rates")
    rules = (
        no_rows(
            "live_customers_are_conserved",
            """
                select r.month, r.live_before_count, r.live_count, before.live_count as live_count_of_month_before
                from {batch} as r
                left join marts.lifecycle_rates as before
                    on before.month = datetrunc('month', r.month - interval 1 day)
                where r.live_before_count <> r.retained_count + r.churned_count + r.undone_count
                    or r.live_count <> r.retained_count + r.acquired_count + r.reactivated_count
                    or r.live_before_count <> coalesce(before.live_count, 0)
            """,
            "Live customers are those of the month before, with who was won or won back, without who was lost.",
            model,
            column="live_count",
        ),
        no_rows(
            "net_amounts_add_up_to_the_orders",
            """
                select r.month, r.net_amount + r.guest_net_amount as net_amount, o.net_amount as orders_net_amount
                from (select month, net_amount, guest_net_amount from {batch} as rows_of_table) as r
                full outer join (
                    select cast(date_trunc('month', order_date) as date) as month, sum(net_amount) as net_amount
                    from marts.fct_orders
                    group by all
                ) as o on o.month = r.month
                where coalesce(r.net_amount + r.guest_net_amount, 0) <> coalesce(o.net_amount, 0)
            """,
            "Money of customers and guests is that of fct_orders, to the cent.",
            model,
            column="net_amount",
        ),
    )
    counts = ("live_before_count", "live_count", "retained_count", "acquired_count", "reactivated_count")
    columns = ("month", *counts, "churned_count", "undone_count", "net_amount", "guest_net_amount")
    return TableSuite("marts", "lifecycle_rates", columns, rules)
