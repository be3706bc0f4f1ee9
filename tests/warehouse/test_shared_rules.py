"""Rules that SQL and Python share say the same in both."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from warehouse.base import population_stability
from warehouse.base.dbt_macros import dbt_macro
from warehouse.base.population_stability import population_stability_sql


@pytest.mark.parametrize(
    ("begun", "ended", "held"),
    [
        ("2024-05-01", None, True),
        ("2024-05-01", "2024-06-01", True),  # it ended on the day itself: when the day began, it held
        ("2024-05-01", "2024-05-31", False),
        ("2024-06-01", None, False),
    ],
)
def test_what_held_when_a_day_began(begun: str, ended: str | None, held: bool):
    rule = dbt_macro("held_at")("date '2024-06-01'", "$begun::date", "$ended::date")
    assert duckdb.execute(f"select {rule}", {"begun": begun, "ended": ended}).fetchone() == (held,)


def test_the_window_is_judged_by_the_same_rule_of_what_held():
    rule = dbt_macro("counts_in_window")("$day", "$window_end")
    assert dbt_macro("held_at")("$window_end", "movements.counts_from_at", "movements.counts_until_at") in rule


def test_shares_move_as_far_in_sql_as_in_python():
    now, then = np.array([0.1, 0.6, 0.3]), np.array([0.3, 0.3, 0.4])
    shares = "(values (.1, .3), (.6, .3), (.3, .4)) as shares(share, former)"
    (found,) = duckdb.execute(f"select {population_stability_sql('share', 'former')} from {shares}").fetchone()
    assert found == pytest.approx(population_stability.population_stability(now, then), abs=1e-12)
