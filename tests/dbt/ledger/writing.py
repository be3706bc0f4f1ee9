"""Documents written down in one line, for examples worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ledger.documents import HandIn, Practice, Row
from ledger.plain_ledger import Ledger

FIRST_DAY = datetime(2024, 1, 1, 10)


def sale(order_id: str, day: int, *lines: Row, **head: Any) -> HandIn:
    """An order of Ann, so many days after the first."""
    order = {"order_id": order_id, "customer_id": "ann", "ordered_at": FIRST_DAY + timedelta(days=day), **head}
    numbered = [
        {"order_item_id": f"{order_id}/{number}", "order_id": order_id, "line_number": number, **line}
        for number, line in enumerate(lines, start=1)
    ]
    return {"orders": [order], "order_items": numbered}


def credit_note(order_id: str, day: int, *lines: Row, **head: Any) -> HandIn:
    return sale(order_id, day, *lines, order_kind="return", **head)


def line(product_code: str, quantity: Any, price: str | None = None, **values: Any) -> Row:
    return {"product_code": product_code, "quantity": quantity, "unit_price_amount": price, **values}


def cancelled(day: int) -> dict[str, Any]:
    return {"order_status": "cancelled", "cancelled_at": FIRST_DAY + timedelta(days=day)}


def books(*hand_ins: HandIn, day: int = 100, **practice: Any) -> Ledger:
    """The ledger of these documents as of a day."""
    practice = {"reporting_currency": "EUR", **practice}
    return Ledger(list(hand_ins), day_of(day), Practice(**practice))


def day_of(day: int) -> date:
    return (FIRST_DAY + timedelta(days=day)).date()
