"""What is read from the ledger: baskets that can be told apart, and large shops within little memory."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from ml.configuration import load_configuration
from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.ledger import read_ledger
from tests.ml.anomalies.small_ledger import AS_OF_DATE, FIRST, SmallLedger

SETTINGS = load_configuration(AnomaliesConfiguration, "anomalies")
TEA, CUP = ("TEA", 2, 4.5), ("CUP", 1, 12.0)
BASKETS = {
    "first": [TEA, CUP],
    "same": [TEA, CUP],
    "lines the other way round": [CUP, TEA],
    "a line twice": [TEA, CUP, CUP],
    "another line twice": [TEA, TEA, CUP],
    "two lines twice": [TEA, TEA, CUP, CUP],
    "another quantity": [("TEA", 3, 4.5), CUP],
    "another price": [("TEA", 2, 4.6), CUP],
    "quantities of each other": [("TEA", 1, 4.5), ("CUP", 2, 12.0)],
    "one line": [TEA],
}


def test_baskets_are_the_same_when_their_lines_are_in_whatever_order() -> None:
    ledger = SmallLedger()
    for minutes, (order_id, lines) in enumerate(BASKETS.items()):
        ledger.order(order_id, "C001", FIRST + timedelta(minutes=minutes), lines)
    basket = read_ledger(ledger.connection, AS_OF_DATE, SETTINGS).set_index("order_id")["basket"]
    assert basket["first"] == basket["same"] == basket["lines the other way round"]
    assert basket.nunique() == len(BASKETS) - 2


def test_a_hundred_thousand_lines_fit_into_150_megabytes(tmp_path: Path) -> None:
    """Their texts sorted within each order took over 250; a million lines of a real shop more than two gigabytes."""
    ledger = SmallLedger()
    ledger.large_orders(2000, 50)
    ledger.connection.execute(
        f"set threads = 2; set memory_limit = '150MB'; set temp_directory = '{tmp_path / 'spilled'}'"
    )
    orders = read_ledger(ledger.connection, date(2027, 1, 1), SETTINGS)
    assert len(orders) == 2000
    assert (orders["line_count"] == 50).all()
    assert orders["basket"].nunique() == 300  # the lines of an order and of the 300th after it are the same
