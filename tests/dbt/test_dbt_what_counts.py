"""What counts, worked out by hand: one small story per customer in February 2024 (docs/what-counts.md)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dbt_build_file import DATED_MODELS, BuildFile

AS_OF_DATE = "2024-03-01"
# With the tests of what is built, and of nothing that is not.
TESTED = ("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test")


def order(order_id: str, day: int, **values: Any) -> dict[str, Any]:
    """An order of the customer whose name its id begins with."""
    customer = order_id.rpartition("-")[0]
    defaults = {"customer_id": customer, "ordered_at": f"2024-02-{day:02d} 12:00:00", "currency": "EUR"}
    return {"order_id": order_id, **defaults, **values}


def note(order_id: str, day: int, **values: Any) -> dict[str, Any]:
    return order(order_id, day, order_kind="return", **values)


ORDERS = [
    # an exchange on one receipt, and one on a credit note
    order("till exchange-1", 1),
    order("till exchange-2", 4),
    order("note exchange-1", 1),
    note("note exchange-2", 4),
    # a credit for a price, no goods back
    order("price credit-1", 2),
    note("price credit-2", 9),
    # returns written without signs
    order("unsigned-1", 1),
    note("unsigned-2", 5),
    order("half signed-1", 1),
    order("half signed-2", 6),
    # in parts, and by totals
    order("two parcels-1", 1),
    note("two parcels-2", 3),
    note("two parcels-3", 5),
    order("totals-1", 1, order_amount=72),
    note("totals-2", 8, order_amount=-72),
    order("totals-3", 10, order_amount=11),
    # cancelled and credited: undone once
    order("undone-1", 1, order_status="cancelled", cancelled_at="2024-02-02 09:00:00"),
    note("undone-2", 3),
    order("undone-3", 12),
    order("undone totals-1", 1, order_amount=44, order_status="cancelled", cancelled_at="2024-02-05 09:00:00"),
    note("undone totals-2", 3, order_amount=44),
    order("undone totals-3", 13, order_amount=9),
    # most of it back: what is left stays with the customer
    order("restocked-1", 1),
    note("restocked-2", 6),
    order("restocked-3", 20),
    # coupons, charges, gift cards
    order("coupon-1", 1),
    order("charges-1", 1),
    order("gift card-1", 1),
    # decimals and missing amounts
    order("calls-1", 1),
    order("nothing known-1", 1),
    order("nothing known-2", 15),
    order("free-1", 1),
    # copies
    order("copies-1", 1),
    order("proven copies-1", 1, order_amount=34),
    # currencies
    order("dollars-1", 10, currency="usd"),
    note("dollars-2", 20, currency="USD"),
    order("dollars-3", 21, currency="USD"),
    order("yen-1", 10, currency="JPY"),
]


def lines(*rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    columns = ("order_id", "product_code", "quantity", "unit_price_amount", "line_amount", "line_kind")
    numbers: dict[str, int] = {}
    found = []
    for row in rows:
        values = dict(zip(columns, row, strict=False))
        numbers[row[0]] = numbers.get(row[0], 0) + 1
        is_numbered = "copies" not in row[0]
        values |= {"order_item_id": f"{row[0]}/{numbers[row[0]]}"}
        values |= {"line_number": numbers[row[0]] if is_numbered else None}
        found.append(values)
    return found


LINES = lines(
    ("till exchange-1", "COAT-M", 1, 80),
    ("till exchange-2", "COAT-M", -1, 80),
    ("till exchange-2", "COAT-L", 1, 80),
    ("note exchange-1", "COAT-M", 1, 80),
    ("note exchange-2", "COAT-M", -1, 80),
    ("note exchange-2", "COAT-L", 1, 90),
    ("price credit-1", "TEA", 20, 4),
    ("price credit-2", "TEA", -20, 0.5),
    ("unsigned-1", "CUP", 4, 6),
    ("unsigned-2", "CUP", 1, 6),
    ("half signed-1", "CUP", 1, 6, 6),
    ("half signed-1", "BOWL", 1, 9, 9),
    ("half signed-2", "BOWL", -1, None, 9),
    ("two parcels-1", "PLATE", 4, 5),
    ("two parcels-2", "PLATE", -1, 5),
    ("two parcels-3", "PLATE", -3, 5),
    ("undone-1", "JAR", 2, 25),
    ("undone-2", "JAR", -2, 25),
    ("undone-3", "JAR", 1, 7),
    ("restocked-1", "SOFA", 1, 500),
    ("restocked-2", "SOFA", -1, None, -480),
    ("restocked-3", "SOFA", 1, 100),
    ("coupon-1", "VASE", 2, 30),
    ("coupon-1", "WELCOME", 1, -10),
    ("charges-1", "BAG", 1, 20),
    ("charges-1", "PARCEL", 1, 6, None, "shipping"),
    ("charges-1", "VAT", 1, 4, None, "tax"),
    ("charges-1", "THANKS", 1, 1, None, "tip"),
    ("gift card-1", "CARD50", 1, 50),
    *(("calls-1", "CALL", 1, "0.004") for _ in range(15)),
    ("free-1", "SAMPLE", 1, 0),
    ("copies-1", "MUG", 1, 17),
    ("copies-1", "MUG", 1, 17),
    ("proven copies-1", "MUG", 1, 17),
    ("proven copies-1", "MUG", 1, 17),
    ("dollars-1", "HAT", 2, 10),
    ("dollars-2", "HAT", -1, 10),
    ("dollars-3", "HAT", 1, 5),
    ("yen-1", "FAN", 1, 3000),
)
RATES = [
    {"currency": "USD", "rate_date": "2024-02-01", "rate": "0.9"},
    {"currency": "USD", "rate_date": "2024-02-15", "rate": "0.8"},
    {"currency": "JPY", "rate_date": "2024-02-20", "rate": "0.006"},
]
# customer: purchases, and money in the features; None: no purchase stands
EXPECTED = {
    "till exchange": (1, "80.00"),
    "note exchange": (1, "90.00"),
    "price credit": (1, "70.00"),
    "unsigned": (1, "18.00"),
    "half signed": (1, "6.00"),
    "two parcels": None,
    "totals": (1, "11.00"),
    "undone": (1, "7.00"),
    "undone totals": (1, "9.00"),
    "restocked": (1, "120.00"),
    "coupon": (1, "50.00"),
    "charges": (1, "20.00"),
    "gift card": None,
    "calls": (1, "0.06"),
    "nothing known": (2, "0.00"),
    "free": None,
    "copies": (1, "17.00"),
    "proven copies": (1, "34.00"),
    "dollars": (2, "14.00"),  # 20 × .9 − 10 × .8 + 5 × .8
    "yen": (1, "0.00"),  # no rate on that day: a purchase, but no money
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    built = BuildFile.create(tmp_path_factory.mktemp("what-counts"))
    built.insert("orders", ORDERS)
    built.insert("order_items", LINES)
    built.insert("products", [{"product_code": "card50", "line_kind": "gift_card"}])
    built.insert("exchange_rates", RATES)
    built.execute("update state.source_settings set reporting_currency = 'EUR'")
    built.build(AS_OF_DATE, "--select", "path:seeds", "path:models/staging", *DATED_MODELS, "+dim_products", *TESTED)
    return built


def test_customers_are_worth_what_they_kept(shop: BuildFile) -> None:
    features = shop.query(
        f"select customer_id, order_count, net_amount from marts.customer_features where as_of_date = '{AS_OF_DATE}'"
    )
    expected = {name: (count, Decimal(amount)) for name, (count, amount) in filter(_has_purchase, EXPECTED.items())}
    assert {customer: (count, amount) for customer, count, amount in features} == expected


def _has_purchase(item: tuple[str, Any]) -> bool:
    return item[1] is not None


def test_orders_say_the_same_as_features(shop: BuildFile) -> None:
    """Whoever has a purchase: all his documents together are worth what his features say."""
    orders = dict(shop.query("select customer_id, sum(net_amount) from marts.fct_orders group by all"))
    for customer, expected in EXPECTED.items():
        assert expected is None or orders[customer] == Decimal(expected[1]), customer
    assert orders["two parcels"] == 0
    assert orders["gift card"] == 0


def test_the_month_is_the_sum(shop: BuildFile) -> None:
    total = sum(Decimal(expected[1]) for expected in EXPECTED.values() if expected is not None)
    [month] = shop.query("select net_amount, purchase_count, customer_count, fee_amount from marts.monthly_sales")
    purchases = sum(expected[0] for expected in EXPECTED.values() if expected is not None)
    assert month == (total, purchases, len([one for one in EXPECTED.values() if one]), Decimal("61.00"))


@pytest.mark.parametrize(
    ("order_id", "figures"),
    [
        ("till exchange-1", ("80.00", "0.00", "0.00", "80.00")),
        ("till exchange-2", ("80.00", "80.00", "0.00", "0.00")),
        ("note exchange-2", ("90.00", "80.00", "0.00", "10.00")),
        ("unsigned-2", ("0.00", "6.00", "0.00", "-6.00")),
        ("half signed-2", ("0.00", "9.00", "0.00", "-9.00")),
        ("undone-1", ("50.00", "0.00", "50.00", "0.00")),
        ("undone-2", ("0.00", "50.00", "-50.00", "0.00")),
        ("undone totals-2", ("0.00", "44.00", "-44.00", "0.00")),
        ("coupon-1", ("50.00", "0.00", "0.00", "50.00")),
        ("yen-1", ("0.00", "0.00", "0.00", "0.00")),
    ],
)
def test_documents(shop: BuildFile, order_id: str, figures: tuple[str, ...]) -> None:
    found = shop.query(
        "select gross_amount, return_amount, cancelled_amount, net_amount from marts.fct_orders "
        f"where order_id = '{order_id}'"
    )
    assert found == [tuple(map(Decimal, figures))]


def test_what_is_beside_the_goods(shop: BuildFile) -> None:
    assert shop.query(
        "select shipping_amount, tax_amount, tip_amount, gift_card_amount, fee_amount from marts.fct_orders "
        "where order_id in ('charges-1', 'gift card-1') order by order_id"
    ) == [
        (Decimal(6), Decimal(4), Decimal(1), Decimal(0), Decimal(11)),
        (Decimal(0), Decimal(0), Decimal(0), Decimal(50), Decimal(50)),
    ]


def test_original_amounts_stay_visible(shop: BuildFile) -> None:
    assert shop.query(
        "select currency, exchange_rate, original_net_amount, is_amount_known from marts.fct_orders "
        "where order_id in ('dollars-2', 'yen-1') order by order_id"
    ) == [("USD", Decimal("0.8"), Decimal(-10), True), ("JPY", None, Decimal(3000), False)]


def test_returns_are_never_negative(shop: BuildFile) -> None:
    assert shop.query("select count(*) from marts.fct_orders where return_amount < 0") == [(0,)]


def test_heads_count_where_the_source_says_so(tmp_path: Path) -> None:
    built = BuildFile.create(tmp_path)
    built.insert("orders", [order("coupon-1", 1, order_amount=54), order("stool-1", 2, order_amount=100)])
    built.insert("order_items", lines(("coupon-1", "VASE", 2, 30), ("stool-1", "SOFA", 1, 60), ("stool-1", "STOOL", 1)))
    built.execute("update state.source_settings set amounts_from = 'heads'")
    built.build(AS_OF_DATE, "--select", "+fct_orders", "+fct_order_items", *TESTED)
    assert built.query("select order_id, net_amount from marts.fct_orders order by 1") == [
        ("coupon-1", Decimal(54)),
        ("stool-1", Decimal(100)),
    ]
