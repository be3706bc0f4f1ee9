"""The queries of the bridge of revenue: totals of tables, and the classes of what lies between them.

No query decides again what a line is, which sign it has or what takes it back: classes are places of the ledger or
columns of the marts. What rounding to cents may do is bounded row by row; what lies beyond is left over.
"""

from __future__ import annotations

from expectations.ledger import COUNTS, LEDGER, LEDGER_ORDERS, ORDER_ITEM_SUMS, RAW_ORDER_LINES

ROUNDING = "rounding"
_HALF_A_CENT = "0.005"


def _total(amount: str, table: str, where: str = "true") -> str:
    """Amount, exact to the last decimal, and number of rows of a table."""
    return (
        f"select coalesce(sum(cast({amount} as decimal(28, 10))), 0) as amount, count(*) as row_count "
        f"from {table} where {where}"
    )


def _rounded(parts: str, exact: str, shown: str, rounded_count: str, keys: str) -> str:
    """The class of what rounding did: differences of rows that so many rounded figures explain."""
    return f"""
        select '{ROUNDING}' as amount_class, sum({shown} - {exact}) as amount, count(*) as row_count
        from ({parts}) as compared_by_{keys}
        where {shown} <> {exact} and abs({shown} - {exact}) <= {_HALF_A_CENT} * {rounded_count}
    """


_WORTH = "orders.net_amount + orders.cancelled_amount + orders.fee_amount + orders.adjustment_amount"
_GOODS = "ledger.sale_amount + ledger.return_amount"
_CHARGES = "ledger.charge_amount + ledger.adjustment_amount"

RAW_LINES = (
    f"select coalesce(sum(amount), 0) as amount, coalesce(sum(line_count), 0) as row_count from {RAW_ORDER_LINES}"
)
LEDGER_TOTAL = _total("amount", LEDGER, COUNTS)
ORDER_ITEMS = _total("line_amount", "marts.fct_order_items")
ORDERS = _total(_WORTH, "marts.fct_orders as orders")
NET_SALES = _total("net_amount", "marts.fct_orders")
MONTHLY_SALES = _total("net_amount", "marts.monthly_sales")
FEATURES = _total("net_amount", "marts.customer_features", "as_of_date = $as_of_date")
CUSTOMER_360 = _total("net_amount", "marts.customer_360", "as_of_date = $as_of_date")

PLACES_OF_RAW = f"""
    with
    places as (
        select
            case
                when movement_kind = 'head' then 'stated_totals'
                when movement_kind = 'difference' then 'stated_differences'
                else movement_status
            end as amount_class,
            case when movement_kind = 'line' then -raw_amount else amount end as amount
        from {LEDGER}
        where movement_kind <> 'line' or movement_status <> 'kept'
        union all
        select 'turned_signs' as amount_class, original_amount - raw_amount as amount
        from {LEDGER}
        where movement_kind = 'line' and movement_status = 'kept' and original_amount <> raw_amount
        union all
        select 'conversion' as amount_class, amount - original_amount as amount
        from {LEDGER}
        where movement_kind = 'line' and movement_status = 'kept' and amount <> original_amount
    )
    select amount_class, sum(amount) as amount, count(*) as row_count from places group by amount_class
"""
NOT_LINES = f"""
    select
        case when movement_kind = 'head' then 'stated_totals' else 'stated_differences' end as amount_class,
        -sum(amount) as amount,
        count(*) as row_count
    from {LEDGER} where movement_kind <> 'line' and {COUNTS} group by amount_class
    union all
""" + _rounded(
    f"""
        select ledger.line_amount, ledger.line_count, coalesce(items.line_amount, 0) as shown_amount
        from {LEDGER_ORDERS} as ledger
        left join {ORDER_ITEM_SUMS} as items on items.order_id = ledger.order_id
        """,
    "line_amount",
    "shown_amount",
    "line_count",
    "order",
)
CHARGES_OF_CANCELLED = f"""
    select 'charges_of_cancelled_orders' as amount_class, -sum({_CHARGES}) as amount, count(*) as row_count
    from {LEDGER_ORDERS} as ledger
    inner join marts.fct_orders as orders on orders.order_id = ledger.order_id
    where orders.cancelled_at is not null and {_CHARGES} <> 0
    union all
""" + _rounded(
    f"""
        select
            {_GOODS} + case when orders.cancelled_at is null then {_CHARGES} else 0 end as exact_amount,
            {_WORTH} as shown_amount
        from {LEDGER_ORDERS} as ledger
        inner join marts.fct_orders as orders on orders.order_id = ledger.order_id
        where ledger.has_movements
        """,
    "exact_amount",
    "shown_amount",
    "4",
    "order",
)
NOT_NET_SALES = """
    with
    apart as (
        select
            unnest([
                case when cancelled_at is not null then 'cancelled_orders' else 'returns_of_cancelled_orders' end,
                'shipping', 'taxes', 'tips', 'gift_cards', 'other_fees', 'adjustments'
            ]) as amount_class,
            unnest([
                cancelled_amount, shipping_amount, tax_amount, tip_amount, gift_card_amount,
                fee_amount - shipping_amount - tax_amount - tip_amount - gift_card_amount, adjustment_amount
            ]) as amount
        from marts.fct_orders
    )
    select amount_class, -sum(amount) as amount, count(*) as row_count
    from apart where amount <> 0 group by amount_class
"""
MONTHS_ROUNDED = _rounded(
    """
    select months.net_amount, orders.net_amount as orders_amount, orders.order_count + 1 as rounded_count
    from marts.monthly_sales as months
    inner join (
        select cast(date_trunc('month', order_date) as date) as order_month, sum(net_amount) as net_amount,
            count(*) as order_count
        from marts.fct_orders group by cast(date_trunc('month', order_date) as date)
    ) as orders on orders.order_month = months.order_month
    """,
    "orders_amount",
    "net_amount",
    "rounded_count",
    "month",
)
# Net sales by customer beside the features; guests together.
CUSTOMERS = """
    select
        orders.customer_id,
        coalesce(bool_or(orders.is_purchase), false) and orders.customer_id is not null as has_purchase,
        sum(orders.net_amount) as orders_amount,
        coalesce(max(features.net_amount), 0) as net_amount,
        count(*) + 1 as rounded_count
    from marts.fct_orders as orders
    left join (
        select customer_id, net_amount from marts.customer_features where as_of_date = {as_of_date}
    ) as features on features.customer_id = orders.customer_id
    group by orders.customer_id
"""
_CUSTOMERS = CUSTOMERS.format(as_of_date="$as_of_date")
NOT_IN_FEATURES = f"""
    select
        case when customer_id is null then 'guests' else 'customers_without_purchase' end as amount_class,
        -sum(orders_amount) as amount,
        count(*) as row_count
    from ({_CUSTOMERS}) as customers where not has_purchase group by amount_class
    union all
    {
    _rounded(
        f"select * from ({_CUSTOMERS}) as all_customers where has_purchase",
        "orders_amount",
        "net_amount",
        "rounded_count",
        "customer",
    )
}
"""
