"""Cohorts hold every customer who bought, once, and new, returning and guests' money is all there is."""

from __future__ import annotations

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows


def acquisition_suites() -> list[TableSuite]:
    """Suites of the marts of acquisition."""
    return [_monthly_suite(), _payback_suite(), _revenue_suite()]


def _monthly_suite() -> TableSuite:
    rules = (
        no_rows(
            "new_customers_are_those_who_first_bought",
            """
                select coalesce(a.month, c.month) as month, a.customer_count, c.customer_count as real_customer_count
                from (
                    select month, sum(new_customer_count) as customer_count
                    from {batch} as a group by 1 having sum(new_customer_count) > 0
                ) as a
                full join (
                    select date_trunc('month', first_order_date) as month, count(*) as customer_count
                    from marts.dim_customers where first_order_date is not null group by 1
                ) as c on c.month = a.month
                where a.customer_count is distinct from c.customer_count
            """,
            "The new customers of a month, all channels together, are those whose first purchase lies in it.",
            look_at("acquisition_monthly"),
            column="new_customer_count",
        ),
        no_rows(
            "their_money_is_that_of_their_orders",
            """
                select a.net_amount, o.net_amount as orders_net_amount
                from (select coalesce(sum(net_amount), 0) as net_amount from {batch} as a) as a
                cross join (
                    select coalesce(sum(o.net_amount), 0) as net_amount
                    from marts.fct_orders as o
                    inner join marts.dim_customers as c on c.customer_id = o.customer_id
                    where c.first_order_date is not null
                ) as o
                where a.net_amount <> o.net_amount
            """,
            "What cohorts brought is the net amount of all orders of their customers, to the cent.",
            look_at("acquisition_monthly"),
            column="net_amount",
        ),
    )
    return TableSuite("marts", "acquisition_monthly", ("month", "new_customer_count", "net_amount"), rules)


def _payback_suite() -> TableSuite:
    rules = (
        no_rows(
            "every_cohort_has_paid_back_or_says_why_not",
            """
                select a.month, a.acquisition_channel, a.new_customer_count,
                    p.new_customer_count as cohort_customer_count, p.payback_months, p.no_payback_reason
                from (select * from marts.acquisition_monthly where new_customer_count > 0) as a
                full join {batch} as p
                    on p.cohort_month = a.month and p.acquisition_channel = a.acquisition_channel
                where a.new_customer_count is distinct from p.new_customer_count
                    or (p.payback_months is null) <> (p.no_payback_reason is not null)
                    or p.payback_months not between 0 and p.watched_months
            """,
            "Every cohort of acquisition_monthly is there and has paid back in the months watched, or says why not.",
            look_at("acquisition_payback"),
            column="payback_months",
        ),
    )
    columns = ("cohort_month", "acquisition_channel", "new_customer_count", "payback_months", "watched_months")
    return TableSuite("marts", "acquisition_payback", (*columns, "no_payback_reason"), rules)


def _revenue_suite() -> TableSuite:
    rules = (
        no_rows(
            "parts_add_up_to_the_orders",
            """
                select coalesce(r.month, o.month) as month, r.net_amount, o.net_amount as orders_net_amount,
                    r.new_net_amount, r.returning_net_amount, r.guest_net_amount
                from {batch} as r
                full join (
                    select date_trunc('month', order_date) as month, sum(net_amount) as net_amount,
                        sum(case when is_guest then net_amount else 0 end) as guest_net_amount
                    from marts.fct_orders group by 1
                ) as o on o.month = r.month
                where r.net_amount is distinct from o.net_amount
                    or r.new_net_amount + r.returning_net_amount + r.guest_net_amount <> r.net_amount
                    or r.guest_net_amount <> o.guest_net_amount
            """,
            "New, returning and guests' money of a month is the net amount of its orders, to the cent.",
            look_at("revenue_new_and_returning"),
            column="net_amount",
        ),
    )
    columns = ("month", "new_net_amount", "returning_net_amount", "guest_net_amount", "net_amount")
    return TableSuite("marts", "revenue_new_and_returning", columns, rules)
