"""The funnel loses neither a session nor a cent on the way from events and orders to the shares that people read."""

from __future__ import annotations

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows


def conversion_suites() -> list[TableSuite]:
    """Suites of the marts of conversion."""
    return [_sessions_suite(), _linkage_suite(), _funnel_suite(), _baskets_suite()]


def _sessions_suite() -> TableSuite:
    model = look_at("fct_sessions")
    rules = (
        no_rows(
            "nothing_after_as_of_date",
            "select session_id, last_event_at from {batch} as s where last_event_at >= :as_of_date",
            "No session knows an event of the run's date or later.",
            model,
            column="last_event_at",
        ),
        no_rows(
            "linked_orders_are_those_of_the_months",
            """
                select s.order_count, s.net_amount, l.order_count as months_order_count,
                    l.net_amount as months_net_amount
                from (
                    select sum(linked_order_count) as order_count, sum(linked_net_amount) as net_amount
                    from {batch} as s
                ) as s
                cross join (
                    select sum(linked_order_count) as order_count, sum(linked_net_amount) as net_amount
                    from marts.conversion_linkage
                ) as l
                where s.order_count is distinct from l.order_count or s.net_amount is distinct from l.net_amount
            """,
            "Orders linked to sessions, and their money, are those that conversion_linkage counts by month: each once.",
            model,
            column="linked_net_amount",
        ),
    )
    return TableSuite("marts", "fct_sessions", ("last_event_at", "linked_order_count", "linked_net_amount"), rules)


def _linkage_suite() -> TableSuite:
    model = look_at("conversion_linkage")
    rules = (
        no_rows(
            "money_adds_up_to_the_orders",
            """
                select o.month, o.net_amount, l.net_amount as linkage_net_amount
                from (
                    select date_trunc('month', order_date) as month, sum(net_amount) as net_amount
                    from marts.fct_orders group by 1
                ) as o
                full join (
                    select month, linked_net_amount + unlinked_net_amount + other_net_amount as net_amount
                    from {batch} as l
                ) as l on l.month = o.month
                where coalesce(o.net_amount, 0) <> coalesce(l.net_amount, 0)
                    and exists (select 1 from {batch} as any_rows)
            """,
            "Linked and other sales, returns and adjustments of a month are all of fct_orders, to the cent.",
            model,
            column="linked_net_amount",
        ),
        no_rows(
            "purchase_events_are_accounted_for",
            """
                select month, purchase_event_count, linked_event_count, repeated_event_count, orderless_event_count
                from {batch} as l
                where purchase_event_count <> linked_event_count + repeated_event_count + orderless_event_count
            """,
            "Every purchase event is linked to an order, or it is counted why not.",
            model,
            column="purchase_event_count",
        ),
    )
    columns = ("month", "linked_net_amount", "unlinked_net_amount", "other_net_amount", "purchase_event_count")
    return TableSuite("marts", "conversion_linkage", columns, rules)


def _funnel_suite() -> TableSuite:
    model = look_at("conversion_funnel")
    rules = (
        no_rows(
            "steps_never_rise",
            """
                select month, session_channel, acquisition_channel, customer_kind, session_count, product_session_count,
                    basket_session_count, checkout_session_count, order_session_count
                from {batch} as f
                where product_session_count > session_count or basket_session_count > product_session_count
                    or checkout_session_count > basket_session_count or order_session_count > checkout_session_count
                    or order_session_count < 0
            """,
            "No step of the funnel has more sessions than the step before.",
            model,
            column="order_session_count",
        ),
        no_rows(
            "sessions_and_money_are_those_of_fct_sessions",
            """
                select f.month, f.sessions, f.net_amount, s.sessions as real_sessions, s.net_amount as real_net_amount
                from (
                    select month, sum(session_count) as sessions, sum(linked_net_amount) as net_amount
                    from {batch} as f group by 1
                ) as f
                full join (
                    select date_trunc('month', session_date) as month, count(*) as sessions,
                        sum(linked_net_amount) as net_amount
                    from marts.fct_sessions group by 1
                ) as s on s.month = f.month
                where f.sessions is distinct from s.sessions or f.net_amount is distinct from s.net_amount
            """,
            "Sessions and linked money of a month are those of fct_sessions, to the cent.",
            model,
            column="session_count",
        ),
    )
    columns = ("month", "session_count", "order_session_count", "linked_net_amount")
    return TableSuite("marts", "conversion_funnel", columns, rules)


def _baskets_suite() -> TableSuite:
    model = look_at("abandoned_baskets")
    rules = (
        no_rows(
            "baskets_are_of_sessions_without_an_order",
            """
                select b.session_id, s.furthest_step, s.last_event_at
                from {batch} as b
                left join marts.fct_sessions as s on s.session_id = b.session_id
                where s.session_id is null or s.has_purchase or s.furthest_step not in ('basket', 'checkout')
            """,
            "Every abandoned basket is that of a session that went as far and ended without an order.",
            model,
            column="session_id",
        ),
        no_rows(
            "nobody_is_contacted_without_consent",
            """
                select b.session_id, b.customer_id
                from {batch} as b
                left join marts.customer_360 as c on c.customer_id = b.customer_id
                where b.may_be_contacted and not coalesce(c.may_be_contacted, false)
            """,
            "Only customers who agreed may be reminded of their basket.",
            model,
            column="may_be_contacted",
        ),
    )
    return TableSuite("marts", "abandoned_baskets", ("session_id", "customer_id", "may_be_contacted"), rules)
