"""Small random shops: documents with lines and without, what undoes them, and cancellations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ledger.assortment import (
    CODES,
    CURRENCIES,
    CUSTOMERS,
    KINDS,
    KINDS_OF_ORDERS,
    MOMENTS,
    NAMES,
    ODD_PRICES,
    ODD_QUANTITIES,
    PRICES,
    QUANTITIES,
    STATED_AMOUNTS,
    TOTALS,
)
from ledger.documents import Row
from ledger.luck import Luck, seldom
from ledger.undoing import undo


@dataclass
class Shop:
    """Documents as they are drawn, before they are handed in."""

    luck: Luck
    moments: tuple[datetime, ...] = MOMENTS
    customers: tuple[str | None, ...] = CUSTOMERS
    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)

    def add(self, kind: str, at: datetime, customer: str | None, **head: Any) -> Row:
        order = {
            "order_id": f"{len(self.orders) + 1:03d}",
            "customer_id": customer,
            "ordered_at": at,
            "order_kind": kind,
            **head,
        }
        self.orders.append(order)
        return order

    def add_line(self, order: Row, quantity: Any, price: str | None, **values: Any) -> Row:
        own = self.lines_of(order)
        line = {
            "order_item_id": f"{order['order_id']}/{len(own) + 1}",
            "order_id": order["order_id"],
            "line_number": len(own) + 1,
            "quantity": quantity,
            "unit_price_amount": price,
            **values,
        }
        self.lines.append(line)
        return line

    def lines_of(self, order: Row) -> list[Row]:
        return [line for line in self.lines if line["order_id"] == order["order_id"]]


def draw_head(shop: Shop, kind: str) -> Row:
    luck = shop.luck
    currency = luck.one_of(CURRENCIES) if seldom(luck, 5) else "EUR"
    return shop.add(kind, luck.one_of(shop.moments), luck.one_of(shop.customers), currency=currency)


def draw_line(shop: Shop, order: Row) -> None:
    """A line of anything, mostly of goods at a price."""
    luck = shop.luck
    code = luck.one_of(CODES)
    quantity = luck.one_of(ODD_QUANTITIES if seldom(luck, 8) else QUANTITIES)
    price = luck.one_of(ODD_PRICES if seldom(luck, 6) else PRICES)
    line = shop.add_line(order, quantity, price, product_code=code)
    if code is None and not seldom(luck, 4):
        line["product_description"] = luck.one_of(NAMES)
    if seldom(luck, 8):
        line["line_kind"] = luck.one_of(KINDS)
    if seldom(luck, 8):
        line["line_amount"] = luck.one_of(STATED_AMOUNTS)
    if seldom(luck, 4):
        line["line_number"] = None
        for _ in range(luck.number(0, 2)):
            again = shop.add_line(order, line["quantity"], line["unit_price_amount"])
            again |= {name: value for name, value in line.items() if name != "order_item_id"}


def draw_document(shop: Shop) -> None:
    """A document of its own, with lines or without."""
    luck = shop.luck
    order = draw_head(shop, luck.one_of(KINDS_OF_ORDERS))
    if seldom(luck, 4):
        order["order_amount"] = luck.one_of(TOTALS)
        return
    for _ in range(luck.number(1, 3)):
        draw_line(shop, order)
    if seldom(luck, 3):
        order["order_amount"] = luck.one_of((stated_total(shop.lines_of(order)), *TOTALS))


def stated_total(lines: list[Row]) -> str:
    """What a shop would print under these lines."""
    amounts = [line.get("line_amount") or product_of(line) for line in lines]
    return str(sum(Decimal(amount) for amount in amounts))


def product_of(line: Row) -> Decimal:
    return Decimal(line["quantity"]) * Decimal(line.get("unit_price_amount") or 0)


def draw_cancellation(shop: Shop) -> None:
    """A document is cancelled: at once, between, after its return, on a date yet to come, or nobody says when."""
    order = shop.luck.one_of(shop.orders)
    order["order_status"] = "cancelled"
    if not seldom(shop.luck, 6):
        order["cancelled_at"] = order["ordered_at"] + timedelta(days=shop.luck.one_of((1, 2, 0, 5, 30, 85, -1)))


def draw_repetition(shop: Shop) -> None:
    """A customer buys the same again, or somebody else does."""
    luck = shop.luck
    order = luck.one_of(shop.orders)
    customer = luck.one_of((order["customer_id"], luck.one_of(shop.customers)))
    again = shop.add(order["order_kind"], luck.one_of(shop.moments), customer, currency=order.get("currency"))
    if "order_amount" in order:
        again["order_amount"] = order["order_amount"]
    for line in shop.lines_of(order):
        shop.lines.append(
            line | {"order_id": again["order_id"], "order_item_id": again["order_id"] + line["order_item_id"]}
        )


STEPS = (draw_document, draw_document, undo, undo, undo, draw_repetition, draw_repetition, draw_cancellation)


def draw_documents(shop: Shop, count: int) -> None:
    for _ in range(count):
        step = shop.luck.one_of(STEPS) if shop.orders else draw_document
        step(shop)
