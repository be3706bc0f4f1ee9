"""The bridge of revenue from raw to customer_360, in ``quality.revenue_reconciliation``.

Each step goes from one table's total to the next one's. What lies between them is worked out anew from what comes
before the step, class by class; what is left over is `unexplained` and must be nothing, to the cent. All amounts are
decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb

from expectations.measures import revenue_queries as queries

OPENING, UNEXPLAINED, CLOSING = "opening", "unexplained", "closing"


@dataclass(frozen=True)
class Step:
    """One step of the bridge.

    Attributes
    ----------
    number
        Order of the steps, from 1.
    stage
        The table that the step ends in.
    opening, closing
        Queries for (amount, rows) of the table before and of this one.
    classes
        Query for (class, amount, rows) of what lies between; amounts carry their sign.
    meanings
        The classes of the step, each in words.
    """

    number: int
    stage: str
    opening: str
    classes: str | None
    closing: str
    meanings: dict[str, str]


MARTS_STEPS = (
    Step(
        1,
        "fct_order_items",
        queries.RAW_LINES,
        queries.LINES_LEFT_OUT,
        queries.ORDER_ITEMS,
        {
            OPENING: "Newest version of each line in raw.order_items: as stated, or quantity × price.",
            "unknown_orders": "Lines whose order never came.",
            "after_as_of_date": "Lines of orders from the as-of date on.",
            "duplicate_lines": "Further copies of a line, where the shop does not number its lines.",
            CLOSING: "Lines in marts.fct_order_items.",
        },
    ),
    Step(
        2,
        "fct_orders",
        queries.ORDER_ITEMS,
        queries.STATED_AMOUNTS,
        queries.ORDERS,
        {
            OPENING: "Lines in marts.fct_order_items.",
            "stated_amounts": "Orders without a priced line, worth what their head in raw.orders states.",
            CLOSING: "All that orders in marts.fct_orders are worth: net, cancelled, fees and adjustments.",
        },
    ),
    Step(
        3,
        "fct_orders.net_amount",
        queries.ORDERS,
        queries.NOT_NET_SALES,
        queries.NET_SALES,
        {
            OPENING: "All that orders in marts.fct_orders are worth.",
            "cancelled_orders": "Goods and discounts of orders that raw calls cancelled before the as-of date.",
            "fees": "Postage, charges, vouchers.",
            "adjustments": "Book-keeping.",
            CLOSING: "Net sales: net_amount in marts.fct_orders.",
        },
    ),
    Step(
        4,
        "monthly_sales",
        queries.NET_SALES,
        None,
        queries.MONTHLY_SALES,
        {OPENING: "Net sales in marts.fct_orders.", CLOSING: "Net sales in marts.monthly_sales."},
    ),
    Step(
        5,
        "customer_features",
        queries.NET_SALES,
        queries.NOT_IN_FEATURES,
        queries.FEATURES,
        {
            OPENING: "Net sales in marts.fct_orders.",
            "guests": "Sales and returns without a customer.",
            "adjustment_orders": "Net amount of orders that are book-keeping.",
            "reversed_orders": "Customers' sales of which all goods came back: void from then on.",
            "returns_of_void_orders": "Returns that reversed lines of void orders (reversed or cancelled).",
            "customers_without_purchase": "Customers none of whose purchases stands; they have no features.",
            CLOSING: "Net amount in marts.customer_features at the as-of date.",
        },
    ),
)
CUSTOMER_360_STEPS = (
    Step(
        6,
        "customer_360",
        queries.FEATURES,
        None,
        queries.CUSTOMER_360,
        {
            OPENING: "Net amount in marts.customer_features at the as-of date.",
            CLOSING: "Net amount in marts.customer_360.",
        },
    ),
)
_LEFT_OVER = "What no class explains; must be nothing."


def write_marts_bridge(connection: duckdb.DuckDBPyConnection, as_of_date: date, measured_at: datetime) -> None:
    """Write the steps from raw to customer_features; those of the date are replaced."""
    _write(connection, MARTS_STEPS, as_of_date, measured_at, queries.PREPARATIONS)


def write_customer_360_bridge(connection: duckdb.DuckDBPyConnection, as_of_date: date, measured_at: datetime) -> None:
    """Write the last step, once dbt's activation models are built."""
    _write(connection, CUSTOMER_360_STEPS, as_of_date, measured_at, ())


def _write(
    connection: duckdb.DuckDBPyConnection,
    steps: Sequence[Step],
    as_of_date: date,
    measured_at: datetime,
    preparations: Sequence[str],
) -> None:
    """Write steps. Where a table is missing nothing is written, which the gate takes for a step that fails."""
    for step in steps:
        connection.execute(
            "delete from quality.revenue_reconciliation where as_of_date = ? and step_number = ?",
            [as_of_date, step.number],
        )
    try:
        for preparation in preparations:
            _run(connection, preparation, as_of_date)
        rows = [row for step in steps for row in _rows(connection, step, as_of_date)]
    except (duckdb.CatalogException, duckdb.BinderException):
        return
    for row in rows:
        connection.execute(
            "insert into quality.revenue_reconciliation by name select ? as as_of_date, ? as step_number, ? as stage, "
            "? as row_position, ? as amount_class, ? as amount, ? as row_count, ? as description, ? as measured_at",
            [as_of_date, *row, measured_at],
        )
    for table in queries.TEMPORARY_TABLES:
        connection.execute(f"drop table if exists {table}")


def _rows(connection: duckdb.DuckDBPyConnection, step: Step, as_of_date: date) -> list[tuple]:
    opening = _run(connection, step.opening, as_of_date).fetchone()
    closing = _run(connection, step.closing, as_of_date).fetchone()
    found = _run(connection, step.classes, as_of_date).fetchall() if step.classes else []
    classes = {name: (amount, count) for name, amount, count in found}
    nothing = (Decimal("0.00"), 0)
    left_over = closing[0] - opening[0] - sum((amount for amount, _ in classes.values()), Decimal("0.00"))
    known = [name for name in step.meanings if name not in (OPENING, CLOSING)]
    lines = [
        (OPENING, *opening, step.meanings[OPENING]),
        *((name, *classes.get(name, nothing), step.meanings[name]) for name in known),
        (UNEXPLAINED, left_over, None, _LEFT_OVER),
        (CLOSING, *closing, step.meanings[CLOSING]),
    ]
    return [(step.number, step.stage, position, *line) for position, line in enumerate(lines, start=1)]


def _run(connection: duckdb.DuckDBPyConnection, query: str, as_of_date: date) -> duckdb.DuckDBPyConnection:
    return connection.execute(query, {"as_of_date": as_of_date} if "$as_of_date" in query else None)
