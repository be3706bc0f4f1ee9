"""The KPI history says what the marts say from which it is gathered."""

from __future__ import annotations

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows


def kpis_suite() -> TableSuite:
    """Suite of marts.kpis."""
    model = look_at("kpis")
    rules = (
        no_rows(
            "intervals_hold_their_value",
            """
                select month, name, value, lower_value, upper_value
                from {batch} as k
                where value is not null and (lower_value > value or upper_value < value)
            """,
            "A figure lies inside its interval.",
            model,
            column="value",
        ),
        no_rows(
            "net_sales_add_up_to_the_orders",
            """
                select k.net_amount, o.net_amount as orders_net_amount
                from (
                    select coalesce(round(sum(value), 2), 0) as net_amount
                    from {batch} as k
                    where name = 'net_sales_amount'
                ) as k
                cross join (select coalesce(sum(net_amount), 0) as net_amount from marts.fct_orders) as o
                where abs(k.net_amount - o.net_amount) >= 0.005
            """,
            "Net sales of all months are those of fct_orders, to the cent.",
            model,
            column="value",
        ),
    )
    return TableSuite("marts", "kpis", ("month", "name", "value", "lower_value", "upper_value"), rules)
