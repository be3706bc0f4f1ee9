"""The bridge of revenue: each class holds what it says, and every step adds up to the cent."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from expectations.measures.measure import measure
from expectations.thresholds import load_thresholds
from tests.expectations.small_shop import AS_OF


@pytest.fixture
def bridge(connection, change):
    """Amounts by (step, class), after changes to the good shop."""

    def amounts(*statements: str) -> dict[tuple[int, str], Decimal]:
        change(statements)
        for gate in ("marts", "activation"):
            measure(connection, gate, AS_OF, load_thresholds(), datetime(2024, 9, 1))
        rows = connection.execute(
            "select step_number, amount_class, amount from quality.revenue_reconciliation where as_of_date = ?", [AS_OF]
        ).fetchall()
        assert len({row[:2] for row in rows}) == len(rows)
        return {(step, name): amount.quantize(Decimal("0.01")) for step, name, amount in rows}

    return amounts


def _steps(amounts: dict[tuple[int, str], Decimal]) -> dict[int, dict[str, Decimal]]:
    steps: dict[int, dict[str, Decimal]] = {}
    for (step, name), amount in amounts.items():
        steps.setdefault(step, {})[name] = amount
    return steps


def _nonzero(step: dict[str, Decimal]) -> dict[str, str]:
    return {name: str(amount) for name, amount in step.items() if amount}


def test_bridge_of_the_small_shop(bridge):
    steps = _steps(bridge())
    assert [_nonzero(steps[number]) for number in range(1, 7)] == [
        {"opening": "39.00", "after_as_of_date": "-8.00", "closing": "31.00"},
        {"opening": "31.00", "stated_amounts": "7.50", "closing": "38.50"},
        {"opening": "38.50", "cancelled_orders": "-8.00", "fees": "-3.00", "closing": "27.50"},
        {"opening": "27.50", "closing": "27.50"},
        {"opening": "27.50", "guests": "-7.50", "closing": "20.00"},
        {"opening": "20.00", "closing": "20.00"},
    ]


def test_every_class_is_told_apart(bridge):
    line = "insert into raw.order_items by name select * replace ({}) from raw.order_items where order_item_id = '{}'"
    steps = _steps(
        bridge(
            line.format("'lost' as order_item_id, 'unknown' as order_id", "i1"),
            line.format("'copy' as order_item_id", "i3"),
            # c1 sends back all of o1 (10.00): the order is void, and so is the return
            "insert into marts.fct_orders by name select * replace ('r1' as order_id, -10 as net_amount, "
            "10 as return_amount) from marts.fct_orders where order_id = 'o5'",
            "insert into marts.fct_order_items values ('ri1', 'r1', 'MUG', 'product', -2, 5, -10, '2024-06-12 10:00', "
            "'c1', null)",
            "update marts.fct_order_items set reversed_by_order_item_id = 'ri1' where order_item_id = 'i1'",
            "update marts.fct_orders set reversed_at = '2024-06-12 10:00', is_purchase = false where order_id = 'o1'",
            # c3 only ever returned something; an adjustment that carries a net amount
            "insert into marts.fct_orders by name select * replace ('r2' as order_id, 'c3' as customer_id, "
            "-4 as net_amount, 4 as return_amount) from marts.fct_orders where order_id = 'o5'",
            "insert into marts.fct_orders by name select * replace ('a1' as order_id, 'adjustment' as order_kind, "
            "-1 as net_amount) from marts.fct_orders where order_id = 'o5'",
            "update marts.customer_features set net_amount = 0 where customer_id = 'c1'",
        )
    )
    assert _nonzero(steps[1]) == {
        "opening": "59.00",
        "unknown_orders": "-10.00",
        "after_as_of_date": "-8.00",
        "duplicate_lines": "-10.00",
        "unexplained": "-10.00",  # the return of o1 is in the marts only
        "closing": "21.00",
    }
    assert _nonzero(steps[5]) == {
        "opening": "12.50",
        "guests": "-7.50",
        "adjustment_orders": "1.00",
        "reversed_orders": "-10.00",
        "returns_of_void_orders": "10.00",
        "customers_without_purchase": "4.00",
        "closing": "10.00",
    }
    for step in steps.values():
        assert sum(step.values()) == 2 * step["closing"]


def test_a_missing_table_leaves_the_step_out_and_the_rule_says_so(bridge, ask):
    amounts = bridge("drop table marts.customer_360")
    assert 6 not in _steps(amounts)
    (row,) = ask("activation", "marts.customer_360", "revenue_up_to_customer_360_is_explained")
    assert row["amount_class"] == "the step could not be worked out"
