"""The part of gate `marts` on orders and their lines: they are what the ledger of movements says, to the cent."""

from __future__ import annotations

from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.ledger import LEDGER_ORDERS, ORDER_ITEM_SUMS
from expectations.suites.mart_rules import amounts_are_decimals, look_at
from expectations.suites.rules import TableSuite, bounded, in_set, no_rows, not_empty_unless, not_null, unique
from expectations.thresholds import MartsThresholds
from warehouse.tables.contract import load_contract


def orders_suite(thresholds: MartsThresholds, as_of_date: date) -> TableSuite:
    """`marts.fct_orders`."""
    columns = ("order_id", "customer_id", "order_kind", "ordered_at", "cancelled_at", "is_guest", "is_purchase")
    columns += ("line_count", "item_count", "unit_quantity", "gross_amount", "return_amount", "cancelled_amount")
    columns += ("net_amount", "fee_amount", "adjustment_amount", "order_date", "reversed_at")
    rules = (*_identity_rules(as_of_date), *_meaning_rules(), *_amount_rules(thresholds))
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
            """
                select order_id, ordered_at, cancelled_at, reversed_at
                from {batch} as orders
                where greatest(ordered_at, cancelled_at, reversed_at) >= :as_of_date
            """,
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
            "purchases_stand",
            """
                select order_id, customer_id, order_kind, cancelled_at, reversed_at
                from {batch} as orders
                where is_purchase is null
                    or (is_purchase and (is_guest or cancelled_at is not null or reversed_at is not null))
            """,
            "Every purchase has a customer and is neither cancelled nor reversed.",
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


def _amount_rules(thresholds: MartsThresholds) -> tuple[Expectation, ...]:
    return (
        amounts_are_decimals("fct_orders"),
        *bounded(
            "return_amount",
            0,
            None,
            "Look at the lines of the orders named in intermediate.int_movements: signs, kinds of lines, discounts.",
            "A return never raises net sales: no return amount is negative.",
        ),
        no_rows(
            "amounts_agree_with_ledger",
            f"""
                select
                    coalesce(orders.order_id, ledger.order_id) as order_id,
                    orders.gross_amount, ledger.sale_amount as ledger_sale_amount,
                    orders.return_amount, ledger.return_amount as ledger_return_amount,
                    orders.fee_amount, ledger.charge_amount as ledger_charge_amount,
                    orders.adjustment_amount, ledger.adjustment_amount as ledger_adjustment_amount,
                    orders.cancelled_amount, orders.net_amount
                from {{batch}} as orders
                full outer join (select * from {LEDGER_ORDERS} where has_movements) as ledger
                    on ledger.order_id = orders.order_id
                where not coalesce(
                    abs(orders.gross_amount - ledger.sale_amount) <= 0.005
                    and abs(orders.return_amount + ledger.return_amount) <= 0.005
                    and abs(orders.gross_amount - orders.return_amount - orders.cancelled_amount - orders.net_amount)
                        <= 0.02
                    and case when orders.cancelled_at is not null
                        then orders.fee_amount = 0 and orders.adjustment_amount = 0
                        else abs(orders.fee_amount - ledger.charge_amount) <= 0.005
                            and abs(orders.adjustment_amount - ledger.adjustment_amount) <= 0.005
                    end, false)
            """,
            "Every order of the ledger is in fct_orders and worth what its movements add up to, each figure to the "
            "cent; a cancelled one has no charges.",
            "Compare intermediate.int_movements and marts.fct_orders for the orders named.",
            column="net_amount",
        ),
        _undone_twice(),
        no_rows(
            "guest_amount_share",
            """
                select sum(net_amount) as net_amount, sum(net_amount) filter (is_guest) as guest_net_amount
                from {batch} as orders
                having sum(net_amount) filter (is_guest) > :share * sum(net_amount)
            """,
            f"At most {thresholds.guest_amount_share_warning:.0%} of the net sales are guests'.",
            "Look whether customer_id is mapped; guests can be neither segmented nor scored.",
            column="net_amount",
            severity="warning",
            share=thresholds.guest_amount_share_warning,
        ),
    )


def _undone_twice() -> Expectation:
    return no_rows(
        "cancelled_orders_are_undone_once",
        """
            select
                cancelled.customer_id, cancelled.order_id as cancelled_order_id, notes.order_id as credit_note_id,
                notes.return_amount, cancelled.cancelled_at, notes.ordered_at as credited_at
            from {batch} as cancelled
            inner join marts.fct_orders as notes
                on notes.customer_id = cancelled.customer_id and notes.return_amount = cancelled.gross_amount
            where cancelled.cancelled_at is not null and cancelled.gross_amount > 0
                and notes.cancelled_at is null and notes.cancelled_amount = 0
                and notes.order_id <> cancelled.order_id and notes.ordered_at >= cancelled.ordered_at
                and notes.order_id not in (select order_id from intermediate.int_return_portions)
        """,
        "No credit note gives back as much as a cancelled order of the same customer without taking it back.",
        "Ask whether the credit note is the refund of the cancelled order, which then is undone twice: let the export "
        "say so by the same product, or leave one of the two out.",
        column="cancelled_amount",
        severity="warning",
    )


def order_items_suite() -> TableSuite:
    """`marts.fct_order_items`."""
    model = look_at("fct_order_items")
    kinds = load_contract().tables["order_items"].columns["line_kind"].allowed
    columns = ("order_item_id", "order_id", "customer_id", "product_code", "line_kind", "quantity", "line_amount")
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
            "amounts_agree_with_ledger",
            f"""
                select
                    coalesce(items.order_id, ledger.order_id) as order_id,
                    items.line_count, ledger.line_count as ledger_line_count,
                    items.line_amount, ledger.line_amount as ledger_line_amount
                from {ORDER_ITEM_SUMS} as items
                full outer join (select * from {LEDGER_ORDERS} where line_count > 0) as ledger
                    on ledger.order_id = items.order_id
                where not coalesce(
                    items.line_count = ledger.line_count
                    and abs(items.line_amount - ledger.line_amount) <= 0.005 * ledger.line_count, false)
            """,
            "The lines of every order are those of the ledger and add up to the same, each rounded to the cent.",
            "Compare intermediate.int_movements and marts.fct_order_items for the orders named.",
            column="line_amount",
        ),
    )
    columns += ("ordered_at", "unit_price_amount", "reversed_by_order_item_id")
    return TableSuite("marts", "fct_order_items", columns, rules)
