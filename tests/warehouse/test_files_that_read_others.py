"""Files whose SELECT joins what other files of the source gave."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_source import Kiosk

from warehouse.base.settings import Settings

SOURCE_YML = """
    description: Counts of articles, and a list of their prices.
    form: mapped
    files:
      - pattern: "{sales}*.csv"
        format: csv
        rows_are: order_items
        also_give: [orders]
        columns: [Bon, Day, Sku, Pieces]
      - {{pattern: "{prices}*.csv", format: csv, rows_are: products, columns: [Sku, Price]}}
"""
SELECTS = {
    "products": 'select _row_number, "Sku" as product_code, "Price" as list_price_amount from landed',
    "order_items": """
        select landed._row_number, "Bon" || '/' || "Sku" as order_item_id, "Bon" as order_id, "Sku" as product_code,
            "Pieces" as quantity, products.list_price_amount as unit_price_amount
        from landed left join raw.products on products.product_code = "Sku"
    """,
    "orders": 'select contract_row.order_id, min("Day") as ordered_at from accepted group by all',
}
SALES = "Bon,Day,Sku,Pieces\nB1,2024-05-01,TEA,3\n"


@pytest.fixture(params=[("a_sales", "b_prices"), ("b_sales", "a_prices")])
def names(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path, names: tuple[str, str]) -> Kiosk:
    return Kiosk.create(settings, tmp_path, SOURCE_YML.format(sales=names[0], prices=names[1]), SELECTS)


def price(kiosk: Kiosk) -> list[tuple]:
    return kiosk.newest("order_items", "order_item_id", "order_item_id, unit_price_amount::double")


def test_the_names_of_files_do_not_decide(kiosk: Kiosk, names: tuple[str, str]) -> None:
    sales, prices = names
    kiosk.hand_in(**{sales: SALES, prices: "Sku,Price\nTEA,4\n"})
    assert price(kiosk) == [("B1/TEA", 4.0)]


def test_a_list_that_comes_later_reaches_what_was_loaded_before(kiosk: Kiosk, names: tuple[str, str]) -> None:
    sales, prices = names
    kiosk.hand_in(**{sales: SALES})
    assert price(kiosk) == [("B1/TEA", None)]
    report = kiosk.hand_in(**{f"{prices}_1": "Sku,Price\nTEA,4\n"})
    assert price(kiosk) == [("B1/TEA", 4.0)]
    assert any("gives products, which SELECTs for other files read" in line for line in report.lines())
    kiosk.hand_in(**{f"{prices}_2": "Sku,Price\nTEA,5\nCUP,9\n"})
    assert price(kiosk) == [("B1/TEA", 5.0)]
    kiosk.hand_in(**{f"{sales}_2": SALES.replace("B1", "B2").replace("TEA", "CUP")})
    assert price(kiosk) == [("B1/TEA", 5.0), ("B2/CUP", 9.0)]
    assert kiosk.rows("select count(*) from raw.order_items") == [(2,)]
