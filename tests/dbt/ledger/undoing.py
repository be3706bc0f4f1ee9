"""Credit notes for earlier documents of a random shop, as tills and shops write them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.luck import Luck, seldom

if TYPE_CHECKING:
    from ledger.documents import Row
    from ledger.shops import Shop


def undo(shop: Shop) -> None:
    """A document that gives back an earlier one, in whole or in part, with lines or without."""
    luck = shop.luck
    sales = [order for order in shop.orders if order["order_kind"] == "sale"]
    order = luck.one_of(sales or shop.orders)
    note = shop.add(
        luck.one_of(("return", "return", "return", "sale")),
        moment_after(luck, order["ordered_at"]),
        order["customer_id"],
        currency=order.get("currency"),
    )
    lines = [line for line in shop.lines_of(order) if luck.number(0, 3) < 3]
    if not lines or seldom(luck, 4):
        note["order_amount"] = given_back(shop, order)
        return
    is_signed = note["order_kind"] == "sale" or luck.number(0, 2) < 2
    for line in lines:
        give_back(shop, note, line, is_signed)
    if seldom(luck, 4):
        exchange(shop, note, lines[0])


def moment_after(luck: Luck, at: datetime) -> datetime:
    return at + timedelta(days=luck.one_of((1, 2, 3, 0, 30, 88, 90)))


def give_back(shop: Shop, note: Row, line: Row, is_signed: bool) -> None:
    """A line of the credit note: the same as was sold, or fewer, or at another price, or with stated amounts."""
    luck = shop.luck
    quantity = abs(Decimal(line["quantity"]))
    if seldom(luck, 3):
        quantity = luck.one_of((Decimal(1), Decimal(2), Decimal(4), Decimal("0.5")))
    price: Any = line.get("unit_price_amount")
    if seldom(luck, 4):
        price = luck.one_of(("9.50", "9.49", "3.00", "1.00", "19.00"))
    stated = {"line_amount": line["line_amount"]} if line.get("line_amount") else {}
    if seldom(luck, 6) and price is not None:
        stated = {"line_amount": str(quantity * Decimal(price))}  # without a sign
    names = ("product_code", "product_description", "line_kind")
    same = {name: line[name] for name in names if line.get(name)}
    shop.add_line(note, str(-quantity if is_signed else quantity), price, **same, **stated)


def exchange(shop: Shop, note: Row, line: Row) -> None:
    """Something else goes out on the same document."""
    code = shop.luck.one_of(("JUG", line.get("product_code")))
    shop.add_line(note, 1, shop.luck.one_of((line.get("unit_price_amount"), "12.00")), product_code=code)


def given_back(shop: Shop, order: Row) -> str:
    """A refund without lines: all of a document, most of it, or something."""
    lines = shop.lines_of(order)
    total = Decimal(order.get("order_amount") or 0)
    if lines:
        total = sum(Decimal(line["quantity"]) * Decimal(line.get("unit_price_amount") or 0) for line in lines)
    share = shop.luck.one_of(("1", "1", "-1", "0.95", "0.5", "0.3", "1.5"))
    return f"{total * Decimal(share):.2f}"
