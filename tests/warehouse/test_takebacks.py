"""What returns take back, worked out by hand: small histories of one customer, as a book-keeper would read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from warehouse.marts.customer_documents import documents_by_customer
from warehouse.marts.takebacks import walk

START = datetime(2024, 1, 1, 9)


class Shop:
    """One customer's documents, day by day."""

    def __init__(self) -> None:
        self.documents: list[tuple[Any, ...]] = []
        self.lines: list[tuple[Any, ...]] = []

    def book(self, order_id: str, day: int, *lines: tuple[str, float, float], **more: Any) -> None:
        """Lines are (product, quantity, amount), as signed; the product "total" stands for a document without lines."""
        kind = more.get("kind", "return" if all(amount < 0 for _, _, amount in lines) else "sale")
        cancelled = more.get("cancelled")
        sold = [amount for product, _, amount in lines if amount > 0]
        discount = Decimal(str(more.get("discount", 0)))
        self.documents.append(
            (
                *("ann", order_id, kind, "EUR", at(day), None if cancelled is None else at(cancelled)),
                sum(map(dec, sold), Decimal(0)) + min(discount, 0),
                sum(map(dec, sold), Decimal(0)),
                Decimal(str(more.get("charge", 0))),
                -sum((dec(amount) for _, _, amount in lines if amount < 0), Decimal(0)) - max(discount, 0),
                len(sold),
                all(product != "total" for product, _, _ in lines),
            )
        )
        for number, (product, quantity, amount) in enumerate(lines):
            part = "sale" if amount > 0 else "return"
            kind_of_row = "head" if product == "total" else "line"
            product_key = "" if product == "total" else product
            movement = f"{order_id}/{number}"
            row = ("ann", order_id, movement, kind_of_row, part, "goods", product_key, dec(abs(quantity)))
            self.lines.append((*row, dec(abs(amount)), dec(amount)))
        if discount > 0:
            row = ("ann", order_id, f"{order_id}/d", "line", "return", "discount", "", Decimal(1))
            self.lines.append((*row, discount, discount))

    def records(self, *kinds: str) -> list[dict[str, Any]]:
        documents = documents_by_customer(self.documents, self.lines)
        found = walk("ann", documents["ann"])
        return [record for record in found if record["record_kind"] in kinds]

    def reversed_orders(self) -> dict[str, int]:
        """Which orders are reversed for good, and on which day."""
        return {
            record["order_id"]: (record["from_at"] - START).days
            for record in self.records("order_reversal")
            if record["until_at"] is None
        }

    def takes(self) -> list[tuple[str | None, str, Decimal]]:
        """(line of the sale, returning order, amount) of each take."""
        return [
            (record["movement_id"] or record["order_id"], record["return_order_id"], record["amount"].normalize())
            for record in self.records("take")
        ]


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def dec(number: float) -> Decimal:
    return Decimal(str(number))


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_parts_that_add_up_to_the_whole(shop: Shop) -> None:
    shop.book("S", 0, ("pan", 5, 100))
    shop.book("R1", 3, ("pan", -2, -40))
    shop.book("R2", 4, ("pan", -2, -40))
    assert shop.reversed_orders() == {}
    shop.book("R3", 9, ("pan", -1, -20))
    assert shop.reversed_orders() == {"S": 9}


def test_a_price_credit_takes_no_goods(shop: Shop) -> None:
    shop.book("S", 0, ("oil", 12, 240))
    shop.book("R", 2, ("oil", -12, -24))
    assert shop.records("take") == []


@pytest.mark.parametrize(("given_back", "is_reversed"), [(-95, True), (-94.99, False), (-130, True)])
def test_the_money_must_come_back_too(shop: Shop, given_back: float, is_reversed: bool) -> None:
    shop.book("S", 0, ("oil", 10, 100))
    shop.book("R", 2, ("oil", -10, given_back))
    assert bool(shop.reversed_orders()) == is_reversed


def test_what_was_paid_is_after_discount(shop: Shop) -> None:
    """100.00 at list price, 20.00 off by coupon: 80.00 back is all of it."""
    shop.book("S", 0, ("lamp", 1, 100), discount=-20)
    shop.book("R", 1, ("lamp", -1, -80))
    assert shop.reversed_orders() == {"S": 1}


def test_the_same_price_goes_before_the_latest(shop: Shop) -> None:
    shop.book("dear", 0, ("lamp", 1, 30))
    shop.book("cheap", 1, ("lamp", 1, 20))
    shop.book("R", 2, ("lamp", -1, -30))
    assert shop.reversed_orders() == {"dear": 2}


def test_just_as_many_go_before_the_latest(shop: Shop) -> None:
    shop.book("two", 0, ("lamp", 2, 20))
    shop.book("three", 1, ("lamp", 3, 30))
    shop.book("R", 2, ("lamp", -2, -20))
    assert shop.reversed_orders() == {"two": 2}


def test_one_return_of_two_orders_is_divided_without_a_remainder(shop: Shop) -> None:
    shop.book("A", 0, ("pin", 1, 3.33))
    shop.book("B", 1, ("pin", 2, 6.66))
    shop.book("R", 2, ("pin", -3, -10))
    assert shop.reversed_orders() == {"A": 2, "B": 2}
    assert sum(amount for _, _, amount in shop.takes()) == Decimal(-10)


def test_nothing_later_decides_about_earlier_returns(shop: Shop) -> None:
    """The second return fits the sale better; the first one has it all the same."""
    shop.book("S", 0, ("pan", 3, 30))
    shop.book("R1", 1, ("pan", -1, -10))
    before = shop.takes()
    shop.book("R2", 2, ("pan", -3, -30))
    assert shop.takes()[:1] == before
    assert shop.takes() == [("S/0", "R1", Decimal("-1E+1")), ("S/0", "R2", Decimal("-2E+1"))]


def test_totals_are_taken_back_as_a_whole_or_by_money(shop: Shop) -> None:
    shop.book("A", 0, ("total", 0, 80))
    shop.book("B", 1, ("total", 0, 50))
    shop.book("R1", 2, ("total", 0, -80))
    assert shop.reversed_orders() == {"A": 2}
    shop.book("R2", 3, ("total", 0, -30))
    assert shop.reversed_orders() == {"A": 2}
    shop.book("R3", 4, ("total", 0, -18))  # 48 of 50: 96 %
    assert shop.reversed_orders() == {"A": 2, "B": 4}


def test_a_refund_without_lines_of_an_order_with_lines(shop: Shop) -> None:
    """The refund is of all that was charged, shipping included."""
    shop.book("S", 0, ("pan", 1, 30), ("lid", 1, 10), charge=5)
    shop.book("R", 1, ("total", 0, -45))
    assert shop.reversed_orders() == {"S": 1}
    assert shop.takes() == [("S", "R", Decimal("-45"))]


def test_a_credit_note_with_lines_of_an_order_without(shop: Shop) -> None:
    shop.book("S", 0, ("total", 0, 40))
    shop.book("R", 1, ("pan", -1, -30), ("lid", -1, -10))
    assert shop.reversed_orders() == {"S": 1}


def test_a_cancelled_return_gives_back(shop: Shop) -> None:
    shop.book("S", 0, ("pan", 1, 30))
    shop.book("R", 1, ("pan", -1, -30), cancelled=4)
    [reversal] = shop.records("order_reversal")
    assert (reversal["from_at"], reversal["until_at"]) == (at(1), at(4))
    shop.book("R2", 6, ("pan", -1, -30))
    assert shop.reversed_orders() == {"S": 6}


def test_a_return_cancelled_at_once_takes_nothing(shop: Shop) -> None:
    shop.book("S", 0, ("pan", 1, 30))
    shop.book("R", 1, ("pan", -1, -30), cancelled=1)
    assert shop.records("take") == []


def test_an_exchange_does_not_take_its_own_new_goods(shop: Shop) -> None:
    shop.book("S", 0, ("mug", 1, 8))
    shop.book("X", 3, ("mug", -1, -8), ("mug", 1, 8), kind="return")
    assert shop.reversed_orders() == {"S": 3}


def test_a_till_voids_a_line_of_its_own_receipt(shop: Shop) -> None:
    shop.book("last week", 0, ("mug", 1, 8))
    shop.book("S", 7, ("mug", 1, 8), ("mug", -1, -8), kind="sale")
    assert shop.reversed_orders() == {"S": 7}


def test_a_credit_of_goods_on_a_cancelled_order_goes_with_it(shop: Shop) -> None:
    shop.book("S", 0, ("oil", 10, 300), cancelled=5)
    shop.book("R", 2, ("oil", -10, -30))
    [credit] = shop.records("credit")
    assert (credit["order_id"], credit["amount"]) == ("S", Decimal(-30))


def test_discounts_taken_back_go_with_their_goods(shop: Shop) -> None:
    shop.book("S", 0, ("vase", 1, 100), discount=-10, cancelled=1)
    shop.book("R", 2, ("vase", -1, -100), discount=10)
    [discount] = shop.records("discount")
    assert (discount["order_id"], discount["amount"]) == ("S", Decimal(10))
