"""The queries of the bridge of revenue: totals of tables, and the classes of what lies between them."""

from __future__ import annotations

from expectations.newest_versions import newest

TEMPORARY_TABLES = ("bridge_heads", "bridge_lines")

# Newest versions, worked out from raw and not from the models that are checked.
PREPARATIONS = (
    f"""
    create or replace temp table bridge_heads as
    select
        order_id,
        order_kind,
        ordered_at,
        case when order_kind = 'return' then -abs(order_amount) else order_amount end as stated_amount,
        case
            when order_status = 'cancelled' or cancelled_at is not null
                then greatest(coalesce(cancelled_at, ordered_at), ordered_at) < $as_of_date
            else false
        end as is_cancelled
    from {newest("orders")}
    """,
    f"""
    create or replace temp table bridge_lines as
    with
    newest as (
        select
            order_id,
            line_number,
            nullif(upper(trim(product_code)), '') as product_code,
            nullif(trim(product_description), '') as product_description,
            quantity,
            unit_price_amount,
            coalesce(line_amount, cast(quantity * unit_price_amount as decimal(18, 2))) as amount
        from {newest("order_items")}
    ),
    counted as (
        select
            order_id,
            amount,
            line_number is not null as is_numbered,
            line_number is not null or row_number() over (
                partition by
                    order_id, line_number, product_code, product_description, quantity, unit_price_amount, amount
            ) = 1 as is_first
        from newest
    )
    select
        lines.order_id,
        coalesce(lines.amount, 0) as amount,
        lines.amount is not null as is_priced,
        case
            when heads.order_id is null then 'unknown_orders'
            when heads.ordered_at >= $as_of_date then 'after_as_of_date'
            when not lines.is_first then 'duplicate_lines'
            else 'kept'
        end as amount_class
    from counted as lines
    left join bridge_heads as heads on heads.order_id = lines.order_id
    """,
)

_ZERO = "cast(0 as decimal(18, 2))"


def _total(amount: str, table: str, where: str = "true") -> str:
    """Amount and number of rows of a table; each amount a decimal, so that the sum is right to the cent."""
    return (
        f"select coalesce(sum(cast({amount} as decimal(18, 2))), {_ZERO}) as amount, count(*) as row_count "
        f"from {table} where {where}"
    )


RAW_LINES = _total("amount", "bridge_lines")
ORDER_ITEMS = _total("line_amount", "marts.fct_order_items")
ORDERS = _total("net_amount + cancelled_amount + fee_amount + adjustment_amount", "marts.fct_orders")
NET_SALES = _total("net_amount", "marts.fct_orders")
MONTHLY_SALES = _total("net_amount", "marts.monthly_sales")
FEATURES = _total("net_amount", "marts.customer_features", "as_of_date = $as_of_date")
CUSTOMER_360 = _total("net_amount", "marts.customer_360", "as_of_date = $as_of_date")

LINES_LEFT_OUT = """
    select amount_class, -sum(amount) as amount, count(*) as row_count
    from bridge_lines where amount_class <> 'kept' group by amount_class
"""

# What a head states counts where no line that is kept has a price.
_STATED = """
    select heads.* from bridge_heads as heads
    where heads.ordered_at < $as_of_date and heads.stated_amount is not null and not exists (
        select 1 from bridge_lines as lines
        where lines.order_id = heads.order_id and lines.amount_class = 'kept' and lines.is_priced
    )
"""
STATED_AMOUNTS = f"""
    select 'stated_amounts' as amount_class, coalesce(sum(stated_amount), {_ZERO}) as amount, count(*) as row_count
    from ({_STATED}) as stated
"""

NOT_NET_SALES = f"""
    with
    parts as (
        select
            items.line_amount as amount,
            case
                when items.line_kind = 'fee' then 'fees'
                when items.line_kind = 'adjustment' then 'adjustments'
                when heads.is_cancelled then 'cancelled_orders'
            end as amount_class
        from marts.fct_order_items as items
        inner join bridge_heads as heads on heads.order_id = items.order_id
        union all
        select
            stated_amount as amount,
            case
                when order_kind = 'adjustment' then 'adjustments'
                when is_cancelled then 'cancelled_orders'
            end as amount_class
        from ({_STATED}) as stated
    )
    select amount_class, -sum(cast(amount as decimal(18, 2))) as amount, count(*) as row_count
    from parts where amount_class is not null group by amount_class
"""

# Orders split by what becomes of their net amount in the features: one row per order and class.
CLASSIFIED_ORDERS = """
    with
    undone as (
        select returned.order_id, sum(returned.line_amount) as amount
        from marts.fct_order_items as sold
        inner join marts.fct_order_items as returned on returned.order_item_id = sold.reversed_by_order_item_id
        inner join marts.fct_orders as sales on sales.order_id = sold.order_id
        inner join marts.fct_orders as notes on notes.order_id = returned.order_id
        where (sales.cancelled_at is not null or sales.reversed_at is not null)
            and notes.order_kind = 'return' and notes.cancelled_at is null and not notes.is_guest
        group by returned.order_id
    ),
    buyers as (
        select distinct customer_id from marts.fct_orders where is_purchase
    ),
    parts as (
        select
            orders.order_id,
            orders.customer_id,
            orders.net_amount - coalesce(undone.amount, 0) as amount,
            case
                when orders.is_guest then 'guests'
                when orders.order_kind = 'adjustment' then 'adjustment_orders'
                when orders.order_kind = 'sale' and orders.reversed_at is not null then 'reversed_orders'
            end as amount_class
        from marts.fct_orders as orders
        left join undone on undone.order_id = orders.order_id
        union all
        select orders.order_id, orders.customer_id, undone.amount, 'returns_of_void_orders' as amount_class
        from undone
        inner join marts.fct_orders as orders on orders.order_id = undone.order_id
    )
    select
        parts.order_id,
        parts.customer_id,
        cast(parts.amount as decimal(18, 2)) as amount,
        case
            when parts.amount_class is not null then parts.amount_class
            when buyers.customer_id is null then 'customers_without_purchase'
            else 'kept'
        end as amount_class
    from parts
    left join buyers on buyers.customer_id = parts.customer_id
"""
NOT_IN_FEATURES = f"""
    select amount_class, -sum(amount) as amount, count(*) as row_count
    from ({CLASSIFIED_ORDERS}) as classified where amount_class <> 'kept' group by amount_class
"""
