"""Gate `marts`: every cent of raw is in the ledger, the marts are keyed and say what it says, and know no later day."""

from __future__ import annotations

from datetime import date

from expectations.measures.revenue import MARTS_STEPS
from expectations.suites.features import features_suite
from expectations.suites.labels_and_rfm import labels_suite, rfm_suite
from expectations.suites.ledger import ledger_suite, places_suite
from expectations.suites.mart_orders import order_items_suite, orders_suite
from expectations.suites.mart_rules import look_at
from expectations.suites.revenue import bridge_suite, monthly_sales_suite
from expectations.suites.rules import TableSuite, no_rows, not_null, unique
from expectations.suites.subscriptions import subscription_features_suite, subscriptions_suite
from expectations.thresholds import Thresholds


def marts_suites(thresholds: Thresholds, as_of_date: date) -> list[TableSuite]:
    """The suites of the ledger and of the marts that models and users read."""
    return [
        ledger_suite(thresholds.marts),
        places_suite(thresholds),
        _customers_suite(),
        _products_suite(),
        orders_suite(thresholds.marts, as_of_date),
        order_items_suite(),
        features_suite(thresholds.marts),
        labels_suite(),
        rfm_suite(),
        monthly_sales_suite(),
        bridge_suite(MARTS_STEPS),
        subscriptions_suite(as_of_date),
        subscription_features_suite(),
    ]


def _customers_suite() -> TableSuite:
    model = look_at("dim_customers")
    rules = (
        not_null("customer_id", "Every customer has an id.", model),
        unique(["customer_id"], "Each customer stands once in dim_customers.", model),
        no_rows(
            "order_dates_in_order",
            """
                select customer_id, first_order_date, last_order_date
                from {batch} as customers
                where first_order_date > last_order_date or last_order_date >= :as_of_date
                    or (first_order_date is null) <> (last_order_date is null)
            """,
            "A customer's first order is not after the last one, and both lie before the as-of date.",
            model,
            column="last_order_date",
        ),
        no_rows(
            "customers_exist",
            "select count(*) as customer_count from {batch} as customers having count(*) = 0",
            "There are customers.",
            "Look whether customer_id is mapped: with guest orders only, nobody can be scored.",
            severity="warning",
        ),
    )
    return TableSuite("marts", "dim_customers", ("customer_id", "first_order_date", "last_order_date"), rules)


def _products_suite() -> TableSuite:
    model = look_at("dim_products")
    rules = (
        not_null("product_code", "Every product has a code.", model),
        unique(["product_code"], "Each product stands once in dim_products.", model),
    )
    return TableSuite("marts", "dim_products", ("product_code",), rules)
