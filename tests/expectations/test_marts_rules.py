"""What gate `marts` warns of: goods that are none, and orders that two documents undo."""

from __future__ import annotations

import pytest

_GOODS = ("marts", "intermediate.int_movements", "goods_are_no_charges")
_TWICE = ("marts", "marts.fct_orders", "cancelled_orders_are_undone_once")


def _called(code: str | None, description: str) -> str:
    value = "null" if code is None else f"'{code}'"
    return (
        f"update intermediate.int_movements set product_code = {value}, product_description = '{description}' "
        "where movement_id = 'line:i1'"
    )


@pytest.mark.parametrize(
    ("code", "description"),
    [
        ("SHIPPING", ""),
        ("SHIPPING-EXPRESS", "Express"),
        ("GIFT CARD", ""),
        ("giftcard_50", "fifty"),
        (None, "Delivery"),
        ("9001", "Discount vouchers"),
        ("9002", "Versandkosten Inland"),
        ("9003", "Frais de port"),
        ("TIP", "Thank you"),
    ],
)
def test_goods_that_are_called_charges_are_named(change, ask, code, description):
    assert ask(*_GOODS) == []
    change([_called(code, description)])
    (row,) = ask(*_GOODS)
    assert (row["product_code"], float(row["amount"])) == (code, 10)
    assert float(row["share_of_goods"]) == pytest.approx(10 / 45.4999, abs=0.0001)


@pytest.mark.parametrize(
    ("code", "description"),
    [
        ("S", "Shirt, small"),
        ("POST", "Wooden post"),
        ("TAXI-1", "Toy taxi"),
        ("TIPI", "Tent"),
        ("9004", "Feenstaub"),
        ("9005", "Pack of ten tips for ball-point pens"),
        ("VATER", "Mug for Dad"),
    ],
)
def test_goods_are_left_alone(change, ask, code, description):
    change([_called(code, description)])
    assert ask(*_GOODS) == []


def test_what_a_list_calls_goods_is_believed(change, ask):
    change(
        [_called("DEPOSIT", ""), "insert into intermediate.int_product_codes_classified values ('DEPOSIT', 'goods')"]
    )
    assert ask(*_GOODS) == []


_NOTE = (
    "insert into marts.fct_orders by name select * replace ('n1' as order_id, timestamp '2024-06-20' as ordered_at, "
    "8 as return_amount) from marts.fct_orders where order_id = 'o5'"
)


def test_a_credit_note_that_seems_to_undo_a_cancelled_order(change, ask):
    assert ask(*_TWICE) == []
    change([_NOTE])
    (row,) = ask(*_TWICE)
    assert (row["customer_id"], row["cancelled_order_id"], row["credit_note_id"]) == ("c1", "o6", "n1")


@pytest.mark.parametrize(
    "other",
    [
        "customer_id = 'c2'",
        "return_amount = 7",
        "ordered_at = timestamp '2024-06-10'",
        "cancelled_amount = -8",  # taken back with it
        "cancelled_at = timestamp '2024-06-21'",
    ],
)
def test_other_credit_notes_are_left_alone(change, ask, other):
    change([_NOTE, f"update marts.fct_orders set {other} where order_id = 'n1'"])
    assert ask(*_TWICE) == []


def test_a_credit_note_that_takes_back_another_order_is_left_alone(change, ask):
    change([_NOTE, "insert into intermediate.int_return_portions values ('n1', 'o1', 'c1', -8)"])
    assert ask(*_TWICE) == []
