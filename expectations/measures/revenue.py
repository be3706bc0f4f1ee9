"""The bridge of revenue from raw to customer_360, in ``quality.revenue_reconciliation``.

Each step goes from one table's total to the next one's. What lies between is named, class by class, as the ledger and
the marts have it; what is left over is `unexplained` and must be nothing, to the cent. All amounts are decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb

from expectations.measures import revenue_queries as queries
from expectations.measures.revenue_queries import ROUNDING
from warehouse.base.connections import one_row
from warehouse.base.rows import insert_rows

OPENING, UNEXPLAINED, CLOSING = "opening", "unexplained", "closing"
_CENT = Decimal("0.01")


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


_ROUNDED = "Rounding to cents: half a cent at most for each figure that is rounded."

MARTS_STEPS = (
    Step(
        1,
        "int_movements",
        queries.RAW_LINES,
        queries.PLACES_OF_RAW,
        queries.LEDGER_TOTAL,
        {
            OPENING: "Newest version of each line in raw.order_items, as written: its amount, or quantity × price.",
            "order_unknown": "Lines whose order never came.",
            "after_as_of_date": "Lines of orders from the as-of date on.",
            "duplicate": "Further copies of a line, where the shop does not number its lines.",
            "no_exchange_rate": "Lines in a currency without a rate: shown, not added up.",
            "turned_signs": "Lines written without the minus that a return has (or with one that it has not).",
            "conversion": "What amounts in other currencies are worth more in the reporting currency.",
            "stated_totals": "Orders without a priced line, worth what their head states.",
            "stated_differences": "What heads state beyond their lines, where the source says that heads count.",
            ROUNDING: _ROUNDED,
            CLOSING: "The ledger: intermediate.int_movements.",
        },
    ),
    Step(
        2,
        "fct_order_items",
        queries.LEDGER_TOTAL,
        queries.NOT_LINES,
        queries.ORDER_ITEMS,
        {
            OPENING: "The ledger.",
            "stated_totals": "Orders without a priced line have no line.",
            "stated_differences": "What heads state beyond their lines is no line.",
            ROUNDING: _ROUNDED,
            CLOSING: "Lines in marts.fct_order_items.",
        },
    ),
    Step(
        3,
        "fct_orders",
        queries.LEDGER_TOTAL,
        queries.CHARGES_OF_CANCELLED,
        queries.ORDERS,
        {
            OPENING: "The ledger.",
            "charges_of_cancelled_orders": "Charges and book-keeping of cancelled orders.",
            ROUNDING: _ROUNDED,
            CLOSING: "All that orders in marts.fct_orders are worth: net, cancelled, fees and adjustments.",
        },
    ),
    Step(
        4,
        "fct_orders.net_amount",
        queries.ORDERS,
        queries.NOT_NET_SALES,
        queries.NET_SALES,
        {
            OPENING: "All that orders in marts.fct_orders are worth.",
            "cancelled_orders": "Goods and discounts of cancelled orders.",
            "returns_of_cancelled_orders": "Returns of what was cancelled: undone once, not twice.",
            "shipping": "Lines of the kind shipping.",
            "taxes": "Lines of the kind tax.",
            "tips": "Lines of the kind tip.",
            "gift_cards": "Lines of the kind gift_card.",
            "other_fees": "Lines of the kind fee.",
            "adjustments": "Book-keeping.",
            CLOSING: "Net sales: net_amount in marts.fct_orders.",
        },
    ),
    Step(
        5,
        "monthly_sales",
        queries.NET_SALES,
        queries.MONTHS_ROUNDED,
        queries.MONTHLY_SALES,
        {
            OPENING: "Net sales in marts.fct_orders.",
            ROUNDING: _ROUNDED,
            CLOSING: "Net sales in marts.monthly_sales.",
        },
    ),
    Step(
        6,
        "customer_features",
        queries.NET_SALES,
        queries.NOT_IN_FEATURES,
        queries.FEATURES,
        {
            OPENING: "Net sales in marts.fct_orders.",
            "guests": "Sales and returns without a customer.",
            "customers_without_purchase": "Customers none of whose purchases stands; they have no features.",
            ROUNDING: _ROUNDED,
            CLOSING: "Net amount in marts.customer_features at the as-of date.",
        },
    ),
)
CUSTOMER_360_STEPS = (
    Step(
        7,
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


def write_bridge(
    connection: duckdb.DuckDBPyConnection, steps: Sequence[Step], as_of_date: date, measured_at: datetime
) -> None:
    """Write steps; those of the date are replaced.

    Where a table is missing nothing is written, which the gate takes for a step that fails.
    """
    for step in steps:
        connection.execute(
            "delete from quality.revenue_reconciliation where as_of_date = ? and step_number = ?",
            [as_of_date, step.number],
        )
    try:
        rows = [row for step in steps for row in _rows(connection, step, as_of_date)]
    except (duckdb.CatalogException, duckdb.BinderException):
        return
    written = {"as_of_date": as_of_date, "measured_at": measured_at}
    insert_rows(connection, "quality.revenue_reconciliation", (row | written for row in rows))


def _rows(connection: duckdb.DuckDBPyConnection, step: Step, as_of_date: date) -> list[dict[str, Any]]:
    opening = one_row(connection, *_bound(step.opening, as_of_date))
    closing = one_row(connection, *_bound(step.closing, as_of_date))
    found = connection.execute(*_bound(step.classes, as_of_date)).fetchall() if step.classes else []
    classes = {name: (Decimal(str(amount or 0)), count) for name, amount, count in found}
    left_over = closing[0] - opening[0] - sum((amount for amount, _ in classes.values()), Decimal(0))
    shown = {
        OPENING: (_in_cents(opening[0]), opening[1]),
        **{name: (_in_cents(amount), count) for name, (amount, count) in classes.items()},
        UNEXPLAINED: (_in_cents(left_over), None),
        CLOSING: (_in_cents(closing[0]), closing[1]),
    }
    if ROUNDING in step.meanings:  # what rounding the lines of the bridge itself does belongs there too
        between = sum((amount for name, (amount, _) in shown.items() if name not in (CLOSING, ROUNDING)), Decimal(0))
        shown[ROUNDING] = (shown[CLOSING][0] - between, shown.get(ROUNDING, (None, 0))[1])
    meanings = {**step.meanings, UNEXPLAINED: _LEFT_OVER}
    order = [OPENING, *(name for name in step.meanings if name not in (OPENING, CLOSING)), UNEXPLAINED, CLOSING]
    nothing = (Decimal("0.00"), 0)
    return [
        {
            "step_number": step.number,
            "stage": step.stage,
            "row_position": position,
            "amount_class": name,
            **dict(zip(("amount", "row_count"), shown.get(name, nothing), strict=True)),
            "description": meanings[name],
        }
        for position, name in enumerate(order, start=1)
    ]


def _in_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _bound(query: str, as_of_date: date) -> tuple[str, dict[str, date] | None]:
    return query, {"as_of_date": as_of_date} if "$as_of_date" in query else None
