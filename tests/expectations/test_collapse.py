"""Customers, orders and amounts that vanish against the former run."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from expectations.gates import run_gate
from expectations.measures.measure import accept_measured, measure
from expectations.measures.profiles import accept_profiles
from expectations.thresholds import load_thresholds
from tests.expectations.small_shop import AS_OF, SOURCE, change, not_held
from warehouse.base.errors import GateFailed, SettingsError

_RULE = ("raw", "raw.orders", "orders_totals_stand")
# Forty customers of a sale each.
_FORTY = (
    "insert into raw.orders by name select orders.* replace ('many ' || i as order_id, 'k' || i as customer_id, "
    "20 as order_amount) from raw.orders as orders, range(40) as numbers(i) where order_id = 'o1'"
)
_LATER = "2 as _arrival_number, 'later' as _row_hash"


@pytest.fixture
def run(connection, change):
    """Measure one gate after changes; accept it when it is said to be passed."""

    def measured(gate: str, *statements: str, day: date = AS_OF, passed: bool = False) -> None:
        change(statements)
        measure(connection, gate, day, load_thresholds(), datetime(2024, 9, 1))
        if passed:
            accept_profiles(connection, gate, day)

    return measured


def _corrected(values: str, condition: str = "true") -> str:
    return (
        f"insert into raw.orders by name select * replace ({values}, {_LATER}) from raw.orders "
        f"where order_id like 'many %' and {condition}"
    )


@pytest.mark.parametrize("former", [AS_OF, AS_OF - timedelta(days=1)])
def test_customers_that_a_correction_takes_away(run, ask, former):
    run("raw", _FORTY, day=former, passed=True)
    run("raw", _corrected("null as customer_id"))
    (row,) = ask(*_RULE)
    assert (row["figure"], row["former_value"], row["value"], row["former_date"]) == ("customers", 42, 2, former)


def test_amounts_that_collapse(run, ask):
    run("raw", _FORTY, passed=True)
    run("raw", _corrected("9 as order_amount"))
    assert [(row["figure"], row["value"]) for row in ask(*_RULE)] == [("stated_amount", 40 * 9 + 7.5)]


def test_what_shrinks_a_little_or_was_small_stands(run, ask):
    run("raw", _FORTY, passed=True)
    run("raw", _corrected("null as customer_id", "substr(order_id, 6)::integer < 20"))
    assert ask(*_RULE) == []


def test_small_figures_are_not_judged(run, ask):
    run("raw", passed=True)
    run("raw", "update raw.orders set customer_id = null")
    assert ask(*_RULE) == []


def test_a_table_that_is_emptied_is_told_however_small_it_was(run, ask):
    run("marts", passed=True)
    run("marts", "delete from marts.customer_features")
    rows = ask("marts", "marts.customer_features", "customer_features_totals_stand")
    assert {row["figure"] for row in rows} == {"customers", "net_amount"}


def test_without_a_former_run_nothing_is_judged(run, ask):
    run("raw", day=AS_OF - timedelta(days=1))  # not passed
    run("raw")
    assert ask(*_RULE) == "there is no earlier run to compare with"


def test_the_gate_stops_and_keeps_comparing_with_the_run_that_passed(shop):
    change(shop, _FORTY, "update quality.file_loads set rows_read = 47, rows_loaded = 47 where table_name = 'orders'")
    assert run_gate(shop, SOURCE, "raw", AS_OF).is_passed
    change(shop, "update raw.orders set customer_id = null where order_id like 'many %'")
    with pytest.raises(GateFailed, match="customers"):
        run_gate(shop, SOURCE, "raw", AS_OF)
    assert "raw.orders: orders_totals_stand" in not_held(shop, "raw")
    assert "what gate raw measured" in accept_measured(shop, SOURCE, AS_OF)
    assert run_gate(shop, SOURCE, "raw", AS_OF).is_passed
    with pytest.raises(SettingsError, match="accepted already"):
        accept_measured(shop, SOURCE, AS_OF)
