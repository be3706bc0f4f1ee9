"""The plain ledger itself: every example of docs/what-counts.md with the number worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from ledger.plain_ledger import Ledger
from ledger.writing import FIRST_DAY, books, cancelled, credit_note, day_of, line, sale

MUGS = line("MUG", 2, "15.00")


def net(ledger: Ledger) -> dict[str, float]:
    return {document: float(figures["net_amount"]) for document, figures in ledger.orders().items()}


def parts(ledger: Ledger, document: str) -> tuple[float, float, float]:
    """Gross, return and cancelled amount."""
    figures = ledger.orders()[document]
    return tuple(float(figures[f"{name}_amount"]) for name in ("gross", "return", "cancelled"))


def purchases(ledger: Ledger) -> list[str]:
    return [document for document, figures in ledger.orders().items() if figures["is_purchase"]]


def of_ann(ledger: Ledger, day: int = 100) -> tuple[float, int] | None:
    """Net amount and number of orders of Ann, as known on a day."""
    figures = ledger.customer_features(day_of(day)).get("ann")
    return figures and (float(figures["net_amount"]), figures["order_count"])


# 1. Which rows count


def test_the_newest_version_counts() -> None:
    first, second = sale("1", 0, line("MUG", 1, "15.00")), sale("1", 0, line("MUG", 3, "15.00"))
    assert net(books(first, second)) == {"1": 45}
    assert net(books(second, first)) == {"1": 15}


def test_lines_of_unknown_orders_count_nowhere() -> None:
    assert books({"order_items": [{"order_item_id": "x", "order_id": "?", **MUGS}]}).order_items() == {}


@pytest.mark.parametrize(("stated", "worth"), [("30.00", 30), (None, 15), ("29.99", 15)])
def test_equal_lines_count_once_unless_the_total_proves_them(stated: str | None, worth: int) -> None:
    shirt = line("SHIRT", 1, "15.00", line_number=None)
    assert net(books(sale("1", 0, shirt, shirt, order_amount=stated))) == {"1": worth}


def test_amounts_are_converted_at_the_newest_rate_on_or_before_the_day() -> None:
    rates = [
        {"currency": "USD", "rate_date": day_of(5), "rate": "0.9"},
        {"currency": "USD", "rate_date": day_of(7), "rate": "0.8"},
    ]
    orders = [sale(str(day), day, MUGS, currency="USD") for day in (4, 5, 6, 7)]
    ledger = books(*orders, {"exchange_rates": rates})
    assert net(ledger) == {"4": 0, "5": 27, "6": 27, "7": 24}
    assert purchases(ledger) == ["4", "5", "6", "7"]


def test_the_currency_of_most_orders_is_the_reporting_currency() -> None:
    orders = [sale(str(day), day, MUGS, currency=name) for day, name in enumerate(("EUR", "EUR", "USD", None))]
    assert net(books(*orders, reporting_currency=None)) == {"0": 30, "1": 30, "2": 0, "3": 30}


# 2. What a line is


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (line("MUG", 1, "5.00"), "goods"),
        (line("MUG", 1, "5.00", line_kind="tax"), "tax"),
        (line("CARD", 1, "5.00"), "gift_card"),
        (line("CARD", 1, "5.00", line_kind="goods"), "goods"),
        (line("POST", 1, "5.00"), "shipping"),
        (line("POSTER", 1, "5.00"), "fee"),
        (line("MUG", 1, "-5.00"), "discount"),
        (line("MUG", 1, None, line_amount="-5.00"), "discount"),
        (line("MUG", -1, "5.00"), "goods"),
    ],
)
def test_the_first_that_speaks_decides(written: dict, kind: str) -> None:
    products = {"products": [{"product_code": "CARD", "line_kind": "gift_card"}]}
    ledger = books(sale("1", 0, written), products, line_kinds={"POST%": "shipping", "POSTER": "fee"})
    assert ledger.order_items()["1/1"]["line_kind"] == kind


def test_adjustments_are_nothing_else() -> None:
    ledger = books(sale("1", 0, line("MUG", 1, "5.00", line_kind="goods"), order_kind="adjustment"))
    assert parts(ledger, "1") == (0, 0, 0)
    assert ledger.orders()["1"]["adjustment_amount"] == 5


def test_decimals_are_kept() -> None:
    calls = [line("CALL", 1, "0.004") for _ in range(15)]
    assert ledger_net(sale("1", 0, *calls)) == Fraction(6, 100)
    assert ledger_net(sale("1", 0, line("KWH", 100_000, "0.000123"))) == Fraction(1230, 100)


def ledger_net(*hand_ins: dict) -> Fraction:
    return sum(figures["net_amount"] for figures in books(*hand_ins).orders().values())


# 3. Signs


@pytest.mark.parametrize(
    ("document", "worth"),
    [
        (sale("1", 0, line("POT", -1, None, line_amount="35.00")), -35),
        (credit_note("1", 0, line("POT", -1, None, line_amount="35.00")), -35),
        (credit_note("1", 0, line("POT", 1, None, line_amount="-35.00")), -35),
        (credit_note("1", 0, MUGS), -30),
        (credit_note("1", 0, MUGS, line("COUPON", 1, "-3.00")), -27),
        (credit_note("1", 0, line("M", -1, "50.00"), line("L", 1, "50.00")), 0),
        (credit_note("1", 0, line("KINDNESS", 1, "-5.00")), -5),
        (credit_note("1", 0, order_amount="30.00"), -30),
        (credit_note("1", 0, order_amount="-30.00"), -30),
        (sale("1", 0, order_amount="-30.00"), -30),
    ],
)
def test_a_return_lowers_money_however_it_is_written(document: dict, worth: int) -> None:
    assert net(books(document)) == {"1": worth}


# 4. Parts, 5. Demand


def test_parts_of_an_exchange_with_discounts() -> None:
    lines = (line("M", -1, "50.00"), line("L", 1, "60.00"), line("NEW", 1, "-6.00"), line("OLD", -1, "-5.00"))
    assert parts(books(sale("1", 0, *lines)), "1") == (54, 45, 0)


@pytest.mark.parametrize(
    ("document", "is_purchase"),
    [
        (sale("1", 0, MUGS), True),
        (sale("1", 0, MUGS, customer_id=None), False),
        (sale("1", 0, line("MUG", 1, "0.00")), False),
        (sale("1", 0, line("POST", 1, "6.00", line_kind="shipping")), False),
        (sale("1", 0, line("CARD", 1, "50.00", line_kind="gift_card")), False),
        (sale("1", 0), True),
        (sale("1", 0, line("MUG", 1)), True),
        (sale("1", 0, order_amount="0.00"), False),
        (credit_note("1", 0), False),
        (credit_note("1", 0, line("M", -1, "50.00"), line("L", 1, "50.00")), True),
        (sale("1", 0, MUGS, currency="XXX"), True),
    ],
)
def test_demand(document: dict, is_purchase: bool) -> None:
    assert purchases(books(document)) == (["1"] if is_purchase else [])


# 6. What a return takes back


def test_a_price_credit_leaves_the_purchase() -> None:
    ledger = books(sale("1", 0, line("OIL", 10, "30.00")), credit_note("2", 7, line("OIL", -10, "3.00")))
    assert of_ann(ledger) == (270, 1)


@pytest.mark.parametrize(("price", "is_reversed"), [("9.50", True), ("9.49", False)])
def test_the_price_must_come_back_to_95_percent(price: str, is_reversed: bool) -> None:
    ledger = books(sale("1", 0, line("OIL", 1, "10.00")), credit_note("2", 7, line("OIL", -1, price)))
    assert (purchases(ledger) == []) == is_reversed


def test_what_was_paid_is_less_the_discount() -> None:
    """100 + 50 − 30: the first line's share is 80, so 76 is enough."""
    order = sale("1", 0, line("A", 1, "100.00"), line("B", 1, "50.00"), line("COUPON", 1, "-30.00"))
    assert books(order, credit_note("2", 1, line("A", -1, "76.00"))).documents[1].returned[0].took
    assert not books(order, credit_note("2", 1, line("A", -1, "75.99"))).documents[1].returned[0].took


def test_two_parcels_are_as_good_as_one() -> None:
    bowls = sale("1", 0, line("BOWL", 3, "10.00"))
    back = [credit_note("2", 7, line("BOWL", -1, "10.00")), credit_note("3", 8, line("BOWL", -2, "10.00"))]
    assert of_ann(books(bowls, back[0])) == (20, 1)
    ledger = books(bowls, *back)
    assert of_ann(ledger) is None
    assert ledger.orders()["1"]["reversed_at"] == FIRST_DAY + timedelta(days=8)


def test_the_likeliest_sale_is_taken_back() -> None:
    """The same price first, there the same number of units, otherwise the latest."""
    early, exact, late = (
        sale(str(n), n, line("CUP", q, p)) for n, q, p in ((1, 2, "10.00"), (2, 1, "10.00"), (3, 1, "9.00"))
    )
    assert purchases(books(early, exact, late, credit_note("4", 5, line("CUP", -1, "10.00")))) == ["1", "3"]
    assert purchases(books(early, exact, late, credit_note("4", 5, line("CUP", -2, "10.00")))) == ["2", "3"]
    assert purchases(books(early, exact, late, credit_note("4", 5, line("CUP", -3, "10.00")))) == ["3"]
    assert purchases(books(early, exact, late, credit_note("4", 5, line("CUP", -1, "9.50")))) == ["1", "2"]


def test_a_total_and_its_refund() -> None:
    order = sale("1", 0, order_amount="80.00")
    assert of_ann(books(order, credit_note("2", 3, order_amount="-80.00"))) is None
    assert of_ann(books(order, credit_note("2", 3, order_amount="-76.00"))) is None
    assert of_ann(books(order, credit_note("2", 3, order_amount="-75.99"))) == (pytest.approx(4.01), 1)


def test_a_refund_without_lines_of_all_that_was_charged() -> None:
    order = sale("1", 0, MUGS, line("POST", 1, "6.00", line_kind="shipping"))
    assert parts(books(order, credit_note("2", 3, order_amount="36.00")), "2") == (0, 36, 0)
    assert of_ann(books(order, credit_note("2", 3, order_amount="36.00"))) is None
    assert of_ann(books(order, credit_note("2", 3, order_amount="35.00"))) == (-5, 1)


def test_a_cancelled_return_gives_back_what_it_took() -> None:
    ledger = books(sale("1", 0, MUGS), credit_note("2", 3, line("MUG", -2, "15.00"), **cancelled(6)))
    assert of_ann(ledger, day=5) is None
    assert of_ann(ledger, day=8) == (30, 1)
    assert parts(ledger, "2") == (0, 30, -30)


# 7. What is void


@pytest.mark.parametrize("cancelled_on", [1, 9])
def test_cancelled_and_credited_is_undone_once(cancelled_on: int) -> None:
    order = sale("1", 0, line("MUG", 2, "50.00"), **cancelled(cancelled_on))
    ledger = books(order, credit_note("2", 5, line("MUG", -2, "50.00")), sale("3", 6, line("CUP", 1, "25.00")))
    assert net(ledger) == {"1": 0, "2": 0, "3": 25}
    assert parts(ledger, "1") == (100, 0, 100)
    assert parts(ledger, "2") == (0, 100, -100)
    assert of_ann(ledger) == (25, 1)


def test_cancelled_and_refunded_without_lines() -> None:
    ledger = books(sale("1", 0, order_amount="60.00", **cancelled(1)), credit_note("2", 2, order_amount="-60.00"))
    assert net(ledger) == {"1": 0, "2": 0}


def test_a_credit_on_a_cancelled_sale_is_void() -> None:
    order = sale("1", 0, line("MUG", 2, "50.00"), **cancelled(9))
    credit = [credit_note(name, 5, line("MUG", -2, "20.00")) for name in ("2", "3", "4")]
    assert net(books(order, *credit)) == {"1": 0, "2": 0, "3": 0, "4": -40}


def test_what_returns_leave_of_a_reversed_order_stays() -> None:
    """Sold for 10.00 on the first day, 9.50 given back on the fifth: 0.50 is left, from the fifth on."""
    order, other = sale("1", 0, line("OIL", 1, "10.00")), sale("3", 1, line("CUP", 1, "7.00"))
    ledger = books(order, other, credit_note("2", 4, line("OIL", -1, "9.50")))
    assert of_ann(ledger, day=4) == (17, 2)
    assert of_ann(ledger, day=5) == (7.5, 1)
    features = ledger.customer_features(day_of(34))["ann"]
    assert (features["gross_amount"], features["return_amount"], features["net_amount_30d"]) == (7.5, 0, 0.5)
    [month] = ledger.monthly_sales().values()
    assert (month["gross_amount"], month["return_amount"], month["purchase_count"]) == (17, 9.5, 1)


def test_what_is_taken_of_a_reversed_total_counts_on_its_own_day() -> None:
    """28.50 sold, 27.08 back on the second day: 1.42 is left; it comes back on the sixth."""
    order, other = sale("1", 0, order_amount="28.50"), sale("3", 0, MUGS)
    ledger = books(order, other, credit_note("2", 1, order_amount="27.08"), credit_note("4", 5, order_amount="1.42"))
    assert of_ann(ledger, day=5) == (pytest.approx(31.42), 1)
    assert of_ann(ledger) == (30, 1)
    assert labels(ledger, 3, 10) == (True, 0, pytest.approx(-1.42))


def test_a_credit_is_of_goods_on_an_earlier_document() -> None:
    """The price credit on the exchange speaks of the mug that was bought before, not of the new one."""
    exchange = credit_note("2", 3, line("MUG", -1, "1.00"), line("MUG", 1, "12.00"))
    assert parts(books(sale("1", 0, MUGS, **cancelled(1)), exchange), "2") == (12, 1, -1)


def test_a_cancelled_credit_gives_nothing_back() -> None:
    order = sale("1", 0, line("BOWL", 2, "20.00"), **cancelled(30))
    first, second = (credit_note(name, day, line("BOWL", -2, "15.00")) for name, day in (("2", 1), ("3", 5)))
    assert net(books(order, first, second)) == {"1": 0, "2": 0, "3": -30}
    first["orders"][0] |= cancelled(2)
    assert net(books(order, first, second)) == {"1": 0, "2": 0, "3": 0}


def test_discounts_given_back_go_with_the_order() -> None:
    order = sale("1", 0, MUGS, line("COUPON", 1, "-3.00"), **cancelled(9))
    assert net(books(order, credit_note("2", 5, MUGS, line("COUPON", 1, "-3.00")))) == {"1": 0, "2": 0}


# 8. Heads and lines


def test_heads_decide_where_a_source_says_so() -> None:
    coupon, stool = sale("1", 0, MUGS, order_amount="27.00"), sale("2", 0, MUGS, line("STOOL", 1), order_amount="70.00")
    back = credit_note("3", 1, line("JAR", -1, "25.00"), order_amount="20.00")
    assert net(books(coupon, stool, back)) == {"1": 30, "2": 30, "3": -25}
    ledger = books(coupon, stool, back, amounts_from="heads")
    assert net(ledger) == {"1": 27, "2": 70, "3": -20}
    assert purchases(ledger) == ["1", "2"]


# 9. Windows


def test_a_window_counts_as_it_stood_when_it_closed() -> None:
    before = sale("0", 0, line("JUG", 1, "5.00")), sale("1", 1, line("CUP", 1, "8.00"))
    within = (
        sale("2", 12, MUGS),
        credit_note("3", 15, line("MUG", -2, "14.50")),
        credit_note("4", 16, line("CUP", -1, "8.00")),
    )
    assert labels(books(*before, *within), 10, 10) == (True, 0, -7)
    assert labels(books(*before, *within), 10, 5) == (False, 1, 30)


def test_a_return_lowers_the_window_even_of_an_order_cancelled_in_it() -> None:
    before = sale("0", 0, line("JUG", 1, "5.00")), sale("1", 1, MUGS, **cancelled(12))
    assert labels(books(*before, credit_note("2", 14, line("MUG", -2, "15.00"))), 10, 10) == (True, 0, -30)
    assert labels(books(*before, credit_note("2", 14, line("MUG", -2, "15.00"))), 13, 10) == (True, 0, 0)


def labels(ledger: Ledger, day: int, days: int) -> tuple[bool, int, float]:
    figures = ledger.customer_labels(day_of(day), days)["ann"]
    return figures["is_churned"], figures["future_order_count"], float(figures["future_net_amount"])


def test_cohorts_begin_with_the_first_purchase_that_stands() -> None:
    ledger = books(
        sale("1", 0, MUGS), credit_note("2", 2, line("MUG", -2, "15.00")), sale("3", 40, MUGS), sale("4", 70, MUGS)
    )
    months = date(2024, 2, 1), date(2024, 3, 1)
    assert {cell: float(figures["purchase_amount"]) for cell, figures in ledger.cohort_retention().items()} == {
        (months[0], months[0]): 30,
        (months[0], months[1]): 30,
    }
