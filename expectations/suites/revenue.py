"""Revenue from raw to customer_360, to the cent: every step of the bridge is explained, customer by customer."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations.expectation import Expectation

from expectations.ledger import LEDGER_ORDERS
from expectations.measures.revenue import Step
from expectations.measures.revenue_queries import CUSTOMERS
from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows, not_null, unique

_BRIDGE = "select * from quality.revenue_reconciliation order by as_of_date, step_number, row_position"


def bridge_suite(steps: Sequence[Step]) -> TableSuite:
    """Steps of the bridge: `MARTS_STEPS` or `CUSTOMER_360_STEPS`."""
    columns = ("as_of_date", "step_number", "amount_class", "amount")
    rules = tuple(_step_is_explained(step) for step in steps)
    return TableSuite("quality", "revenue_reconciliation", columns, rules, title="revenue")


def _step_is_explained(step: Step) -> Expectation:
    return no_rows(
        f"revenue_up_to_{step.stage.replace('.', '_')}_is_explained",
        """
            with step as (select * from {batch} as bridge where as_of_date = :as_of_date and step_number = :number)
            select amount_class, amount from step where amount_class = 'unexplained' and amount <> 0
            union all
            select 'the step could not be worked out', null where not exists (select 1 from step)
        """,
        f"Revenue up to {step.stage}: {step.meanings['opening']} {_classes(step)} To the cent.",
        f"Read the bridge: {_BRIDGE}; then compare the two tables of the step, order by order.",
        column="amount",
        table=f"{'intermediate' if step.stage.startswith('int_') else 'marts'}.{step.stage.partition('.')[0]}",
        number=step.number,
    )


def _classes(step: Step) -> str:
    names = [name.replace("_", " ") for name in step.meanings if name not in ("opening", "closing")]
    return f"Nothing else lies between than {', '.join(names)}." if names else "Nothing lies between."


def net_amounts_agree() -> Expectation:
    """A rule on `marts.customer_features`: the bridge's last step in the marts, for each customer."""
    return no_rows(
        "net_amount_agrees_with_orders",
        f"""
            select coalesce(orders.customer_id, features.customer_id) as customer_id,
                features.net_amount, orders.orders_amount
            from ({CUSTOMERS.format(as_of_date=":as_of_date")}) as orders
            full outer join (
                select customer_id, net_amount from {{batch}} as of_table where as_of_date = :as_of_date
            ) as features on features.customer_id = orders.customer_id
            where (orders.has_purchase or features.customer_id is not null) and not coalesce(
                abs(features.net_amount - orders.orders_amount) <= 0.005 * orders.rounded_count, false)
        """,
        "At the as-of date every customer's net amount is that of the customer's orders and returns, to the cent.",
        "Compare marts.customer_features and marts.fct_orders for the customers named.",
        column="net_amount",
    )


def monthly_sales_suite() -> TableSuite:
    """`marts.monthly_sales`."""
    model = look_at("monthly_sales")
    amounts = ("gross_amount", "return_amount", "cancelled_amount", "net_amount", "fee_amount", "adjustment_amount")
    sums = ", ".join(f"sum({amount}) as {amount}" for amount in amounts)
    apart = " or ".join(
        f"not coalesce(abs(months.{amount} - orders.{amount}) <= 0.005 * (orders.order_count + 1), false)"
        for amount in amounts
    )
    rules = (
        not_null("order_month", "Every row has a month.", model),
        unique(["order_month"], "Each month stands once in monthly_sales.", model),
        no_rows(
            "amounts_agree_with_orders",
            f"""
                select
                    coalesce(months.order_month, orders.order_month) as order_month,
                    months.net_amount, orders.net_amount as orders_net_amount
                from {{batch}} as months
                full outer join (
                    select cast(date_trunc('month', order_date) as date) as order_month, count(*) as order_count, {sums}
                    from marts.fct_orders group by cast(date_trunc('month', order_date) as date)
                ) as orders on orders.order_month = months.order_month
                where {apart}
            """,
            "Each month's amounts are the sums of its orders, but for what rounding them to cents does.",
            model + " fct_orders",
            column="net_amount",
        ),
        no_rows(
            "amounts_agree_with_ledger",
            f"""
                select
                    coalesce(months.order_month, ledger.order_month) as order_month,
                    months.gross_amount, ledger.sale_amount as ledger_sale_amount,
                    months.return_amount, ledger.return_amount as ledger_return_amount
                from {{batch}} as months
                full outer join (
                    select cast(date_trunc('month', order_date) as date) as order_month,
                        sum(sale_amount) as sale_amount, sum(return_amount) as return_amount
                    from {LEDGER_ORDERS} where has_movements group by cast(date_trunc('month', order_date) as date)
                ) as ledger on ledger.order_month = months.order_month
                where not coalesce(abs(months.gross_amount - ledger.sale_amount) <= 0.005
                    and abs(months.return_amount + ledger.return_amount) <= 0.005, false)
            """,
            "Each month sold and took back what the ledger says, to the cent.",
            model + " int_movements",
            column="gross_amount",
        ),
    )
    return TableSuite("marts", "monthly_sales", ("order_month", *amounts), rules)
