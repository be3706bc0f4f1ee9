"""Hand-ins of random shops: rows come late, twice, corrected, or are gone; lines may come before their orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from ledger.assortment import PRICES, PRODUCTS, QUANTITIES, RATES, TOTALS
from ledger.documents import HandIn, Row
from ledger.luck import HypothesisLuck, Luck, SeededLuck, seldom
from ledger.shops import Shop, draw_documents


def hand_in(shop: Shop) -> list[HandIn]:
    """The rows of a shop in one to three deliveries, with corrections; lines may come before their orders."""
    luck = shop.luck
    count = luck.number(1, 3)
    hand_ins: list[HandIn] = [{} for _ in range(count)]
    for table, rows in (("orders", shop.orders), ("order_items", shop.lines)):
        for row in rows:
            arrives = 0 if not seldom(luck, 3) else luck.number(0, count - 1)
            hand_ins[arrives].setdefault(table, []).append(row)
            if arrives < count - 1 and seldom(luck, 5):
                later = hand_ins[luck.number(arrives + 1, count - 1)]
                later.setdefault(table, []).append(corrected(shop, table, row))
    add_definitions(luck, hand_ins)
    return hand_ins


def add_definitions(luck: Luck, hand_ins: list[HandIn]) -> None:
    """Rates and kinds of products, which later deliveries may correct."""
    rates = [{"currency": name, "rate_date": day, "rate": rate} for name, day, rate in RATES]
    hand_ins[0] |= {"exchange_rates": rates, "products": list(PRODUCTS)}
    for hand_in in hand_ins[1:]:
        if seldom(luck, 8):
            hand_in["exchange_rates"] = [luck.one_of(rates) | luck.one_of(({"rate": "0.25"}, {"_is_gone": True}))]
        if seldom(luck, 8):
            product = {"product_code": luck.one_of(("MUG", "TIP")), "line_kind": luck.one_of((None, "fee"))}
            hand_in["products"] = [product]


def corrected(shop: Shop, table: str, row: Row) -> Row:
    """The row as a later delivery has it."""
    luck = shop.luck
    if table == "orders":
        changes: list[Row] = [
            {"customer_id": luck.one_of(shop.customers)},
            {"ordered_at": luck.one_of(shop.moments)},
            {"order_status": "cancelled", "cancelled_at": row["ordered_at"] + timedelta(days=1)},
            {"order_amount": luck.one_of(TOTALS)},
        ]
    else:
        changes = [
            {"quantity": luck.one_of(QUANTITIES)},
            {"unit_price_amount": luck.one_of(PRICES)},
            {"order_id": luck.one_of(shop.orders)["order_id"]},
            {"order_id": "unknown"},
        ]
    return row | luck.one_of([*changes, {"_is_gone": True}])


def draw_shop(luck: Luck, largest: int = 8) -> list[HandIn]:
    shop = Shop(luck)
    draw_documents(shop, luck.number(1, largest))
    return hand_in(shop)


@st.composite
def shops(draw: Any) -> list[HandIn]:
    """Hand-ins of small shops; hypothesis shrinks them to few documents in one delivery."""
    return draw_shop(HypothesisLuck(draw))


def larger_shop(seed: int, document_count: int = 400) -> list[HandIn]:
    """One shop with more customers and days, the same for the same seed."""
    luck = SeededLuck(seed)
    customers = tuple(f"c{number:02d}" for number in range(document_count // 8)) + (None,) * 4
    days = tuple(datetime(2009, 6, 1, 10) + timedelta(days=number, hours=number % 5) for number in range(640))
    shop = Shop(luck, moments=days, customers=customers)
    draw_documents(shop, document_count)
    return hand_in(shop)
