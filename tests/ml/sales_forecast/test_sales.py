"""Sales by period against sums made by hand."""

from __future__ import annotations

from datetime import date

import pytest

from ml.jobs.sales_forecast.panel import complete_periods, panels
from ml.jobs.sales_forecast.sales import Sales
from tests.ml.sales_forecast.shop import add_order, empty_shop


@pytest.fixture
def sums() -> dict[tuple[str, str, str, str], float]:
    connection = empty_shop()
    # the week of Monday 2025-01-06
    add_order(connection, "1", "2025-01-06", [("C", 10.0), ("T", 5.0)])
    add_order(connection, "2", "2025-01-12", [("C", 7.5)], country="France")  # the same customer, now in France
    add_order(connection, "3", "2025-01-08", [("T", 20.0)], customer_id=None)  # a guest
    add_order(connection, "4", "2025-01-09", [("T", 99.0)], customer_id="B", cancelled_at="2025-01-10 08:00:00")
    add_order(connection, "5", "2025-01-09", [("T", 30.0)], customer_id="B", cancelled_at="2025-02-01 00:00:00")
    # the next: what came back of order 1 lowers the money of its own week, and no orders
    add_order(connection, "6", "2025-01-13", [("T", -5.0)])
    # a credit note for the cancelled order is undone already; half of it is for order 5
    add_order(connection, "7", "2025-01-14", [("T", -40.0)], customer_id="B")
    connection.execute("insert into intermediate.int_return_portions values ('7', '4', -20), ('7', '5', -20)")
    add_order(connection, "8", "2025-01-15", [("C", 50.0)], customer_id="D", stands_until="2025-01-16 00:00:00")
    add_order(connection, "9", "2025-02-01", [("C", 1000.0)])  # not known yet
    found = Sales(connection, date(2025, 2, 1)).by_period("week", ["Germany"], ["coffee", "tea"])
    return {(row[0], row[1], row[2], str(row[3])[:10]): row[4] for row in found.itertuples(index=False)}


def test_revenue_stands_on_the_day_of_each_document(sums: dict[tuple[str, str, str, str], float]) -> None:
    assert sums["revenue", "total", "total", "2025-01-06"] == pytest.approx(10 + 5 + 7.5 + 20 + 30)
    assert sums["revenue", "total", "total", "2025-01-13"] == pytest.approx(-5 - 20 + 50)
    assert sums["revenue", "country", "Germany", "2025-01-06"] == pytest.approx(65)
    assert sums["revenue", "country", "others", "2025-01-06"] == pytest.approx(7.5)
    assert sums["revenue", "category", "coffee", "2025-01-06"] == pytest.approx(17.5)
    assert sums["revenue", "category", "tea", "2025-01-13"] == pytest.approx(-25)


def test_orders_and_customers_are_those_that_stand(sums: dict[tuple[str, str, str, str], float]) -> None:
    assert sums["orders", "total", "total", "2025-01-06"] == 4  # 1, 2, 3, 5: the last is cancelled on the day itself
    assert sums["orders", "category", "coffee", "2025-01-06"] == 2
    assert sums["orders", "category", "tea", "2025-01-06"] == 3
    assert sums["customers", "total", "total", "2025-01-06"] == 2
    assert sums["customers", "country", "others", "2025-01-06"] == 1  # A counts where A ordered last
    assert sums["customers", "country", "Germany", "2025-01-06"] == 1
    assert ("orders", "total", "total", "2025-01-13") not in sums  # 8 was reversed
    assert not [key for key in sums if key[3] >= "2025-01-27"]


def test_periods_without_sales_are_zeros_and_unfinished_ones_are_left_out() -> None:
    connection = empty_shop()
    for number, day in enumerate(["2025-01-06", "2025-01-21", "2025-01-29"]):
        add_order(connection, str(number), day, [("C", 10.0), ("T", 1.0)])
    sums = Sales(connection, date(2025, 2, 1)).by_period("week", ["Germany"], ["coffee", "tea"])
    panel = panels(sums, "week", complete_periods("week", date(2025, 1, 6), date(2025, 2, 1)))["revenue"]
    assert panel.values[:, 0].tolist() == [11.0, 0.0, 11.0]
    assert panel.names == (("total", "total"), ("category", "coffee"), ("category", "tea"))  # one country is the total
    assert panel.ahead(2).strftime("%Y-%m-%d").tolist() == ["2025-01-27", "2025-02-03"]
