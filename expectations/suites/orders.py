"""The part of gate `marts` on orders and their lines: they agree with raw to the cent."""

from __future__ import annotations

from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.mart_rules import amounts_are_decimals, look_at
from expectations.suites.rules import TableSuite, in_set, no_rows, not_empty_unless, not_null, sql, unique
from expectations.thresholds import MartsThresholds

# What the source says an order is worth, worked out anew from raw and not from the models that are checked:
# its lines, or what its head states where no line has a price. Newest versions only; alike lines of an order
# without line numbers are one line.
_RAW_AMOUNTS = f"""
    with lines as (
        select order_id, coalesce(line_amount, cast(quantity * unit_price_amount as decimal(18, 2))) as line_amount
        from {newest("order_items")}
        qualify line_number is not null or row_number() over (
            partition by order_id, line_number is null, nullif(upper(trim(product_code)), ''),
                nullif(trim(product_description), ''), quantity, unit_price_amount,
                coalesce(line_amount, cast(quantity * unit_price_amount as decimal(18, 2)))
        ) = 1
    ),
    sums as (
        select order_id, sum(line_amount) as line_amount from lines group by order_id having count(line_amount) > 0
    )
    select
        h.order_id,
        coalesce(s.line_amount, case when h.order_kind = 'return' then -abs(h.order_amount) else h.order_amount end, 0)
            as raw_amount
    from {newest("orders")} as h left join sums as s on s.order_id = h.order_id
    where h.ordered_at < :as_of_date
"""
_ALL_AMOUNTS = "net_amount + cancelled_amount + fee_amount + adjustment_amount"


def orders_suite(thresholds: MartsThresholds, as_of_date: date) -> TableSuite:
    """`marts.fct_orders`."""
    columns = ("order_id", "customer_id", "order_kind", "ordered_at", "cancelled_at", "is_guest", "is_purchase")
    columns += ("line_count", "item_count", "unit_quantity", "gross_amount", "return_amount", "cancelled_amount")
    columns += ("net_amount", "fee_amount", "adjustment_amount", "order_date", "reversed_at")
    rules = (*_identity_rules(as_of_date), *_meaning_rules(), *_amount_rules(thresholds, as_of_date))
    return TableSuite("marts", "fct_orders", columns, rules)


def _identity_rules(as_of_date: date) -> tuple[Expectation, ...]:
    model = look_at("fct_orders")
    return (
        not_empty_unless(
            "marts.dim_subscriptions",
            "There are orders before the as-of date, or contracts.",
            "Choose a later as-of date.",
        ),
        not_null("order_id", "Every order has an id.", model),
        unique(["order_id"], "Each order or credit note stands once in fct_orders.", model),
        not_null("ordered_at", "Every order has a time.", model),
        in_set("order_kind", ["sale", "return", "adjustment"], "Orders are sales, returns or adjustments.", model),
        no_rows(
            "nothing_after_as_of_date",
            sql(
                """
                    select order_id, ordered_at, cancelled_at, reversed_at
                    from {batch} as orders
                    where greatest(ordered_at, cancelled_at, reversed_at) >= :as_of_date
                """,
                as_of_date=as_of_date,
            ),
            f"The facts know no order, cancellation or reversal from {as_of_date} on.",
            model + "; the models must cut at the variable as_of_date.",
            column="ordered_at",
        ),
        no_rows(
            "customers_are_known",
            """
                select order_id, customer_id
                from {batch} as orders
                where is_guest <> (customer_id is null) or (customer_id is not null
                    and customer_id not in (select customer_id from marts.dim_customers))
            """,
            "Every order is a guest's or has a customer of dim_customers.",
            model,
            column="customer_id",
        ),
    )


def _meaning_rules() -> tuple[Expectation, ...]:
    model = look_at("fct_orders")
    return (
        no_rows(
            "counts_are_not_negative",
            """
                select order_id, line_count, item_count, unit_quantity
                from {batch} as orders
                where not coalesce(least(line_count, item_count, unit_quantity) >= 0, false)
            """,
            "Counts of lines, items and units are there and not negative.",
            model,
        ),
        no_rows(
            "purchases_are_sales",
            """
                select order_id, order_kind, gross_amount, cancelled_at
                from {batch} as orders
                where is_purchase is null or (is_purchase and (order_kind <> 'sale' or is_guest
                    or cancelled_at is not null))
            """,
            "Only a customer's sale that stands is a purchase.",
            model,
            column="is_purchase",
        ),
        no_rows(
            "cancelled_orders_net_to_nothing",
            "select order_id, net_amount from {batch} as orders where cancelled_at is not null and net_amount <> 0",
            "A cancelled order has a net amount of zero.",
            model,
            column="net_amount",
        ),
    )


def _amount_rules(thresholds: MartsThresholds, as_of_date: date) -> tuple[Expectation, ...]:
    return (
        amounts_are_decimals("fct_orders"),
        no_rows(
            "amounts_agree_with_raw",
            sql(
                f"""
                    select coalesce(m.order_id, r.order_id) as order_id, r.raw_amount, m.marts_amount
                    from (select order_id, {_ALL_AMOUNTS} as marts_amount from {{batch}}) as m
                    full outer join ({_RAW_AMOUNTS}) as r on r.order_id = m.order_id
                    where not coalesce(abs(r.raw_amount - m.marts_amount) <= :tolerance, false)
                """,
                as_of_date=as_of_date,
                tolerance=thresholds.reconciliation_tolerance_amount,
            ),
            "Every order of raw before the as-of date is in fct_orders and worth the same to the cent: "
            "net + cancelled + fees + adjustments = the lines, or the stated amount.",
            "Compare raw.order_items, staging.stg_order_items and marts.fct_order_items for the orders named.",
            column="net_amount",
        ),
        no_rows(
            "guest_amount_share",
            sql(
                """
                    select sum(net_amount) as net_amount, sum(net_amount) filter (is_guest) as guest_net_amount
                    from {batch} as orders
                    having sum(net_amount) filter (is_guest) > :share * sum(net_amount)
                """,
                share=thresholds.guest_amount_share_warning,
            ),
            f"At most {thresholds.guest_amount_share_warning:.0%} of the net sales are guests'.",
            "Look whether customer_id is mapped; guests can be neither segmented nor scored.",
            column="net_amount",
            severity="warning",
        ),
    )


def order_items_suite(thresholds: MartsThresholds) -> TableSuite:
    """`marts.fct_order_items`."""
    model = look_at("fct_order_items")
    columns = (
        "order_item_id",
        "order_id",
        "customer_id",
        "product_code",
        "line_kind",
        "quantity",
        "line_amount",
        "ordered_at",
    )
    kinds = ["product", "discount", "fee", "free", "adjustment"]
    rules = (
        not_null("order_item_id", "Every line has an id.", model),
        unique(["order_item_id"], "Each line stands once in fct_order_items.", model),
        not_null("line_amount", "Every line has an amount.", model),
        not_null("line_kind", "Every line has a kind.", model),
        in_set("line_kind", kinds, f"A line's kind is one of {', '.join(kinds)}.", model),
        no_rows(
            "orders_are_known",
            """
                select i.order_item_id, i.order_id
                from {batch} as i
                left join marts.fct_orders as o on o.order_id = i.order_id
                where o.order_id is null or o.ordered_at <> i.ordered_at
                    or o.customer_id is distinct from i.customer_id
            """,
            "Every line belongs to an order of fct_orders and carries its time and its customer.",
            model,
            column="order_id",
        ),
        no_rows(
            "products_are_known",
            """
                select order_item_id, product_code
                from {batch} as items
                where product_code is not null
                    and product_code not in (select product_code from marts.dim_products)
            """,
            "Every product on a line is in dim_products.",
            look_at("dim_products"),
            column="product_code",
        ),
        amounts_are_decimals("fct_order_items"),
        no_rows(
            "amounts_agree_with_orders",
            sql(
                f"""
                    select o.order_id, i.line_amount, o.order_amount
                    from (select order_id, {_ALL_AMOUNTS} as order_amount from marts.fct_orders) as o
                    inner join (select order_id, sum(line_amount) as line_amount
                        from {{batch}} group by order_id having bool_or(unit_price_amount is not null
                        or line_amount <> 0)) as i on i.order_id = o.order_id
                    where abs(i.line_amount - o.order_amount) > :tolerance
                """,
                tolerance=thresholds.reconciliation_tolerance_amount,
            ),
            "The lines of an order add up to the order.",
            "Compare marts.fct_order_items and marts.fct_orders for the orders named.",
            column="line_amount",
        ),
    )
    return TableSuite("marts", "fct_order_items", (*columns, "unit_price_amount", "reversed_by_order_item_id"), rules)
