"""The attack on shared figures: whose shop was it, with the customer or without? Nobody guesses better than allowed."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest

from tests.warehouse.privacy.staged_shop import Account, exactly
from warehouse.sharing.contributions import Contributions
from warehouse.sharing.share import budgets, with_noise
from warehouse.sharing.sharing_rules import load_sharing_rules

RULES = load_sharing_rules()
# Equals whose ranks one newcomer would move together: what told two shops apart before.
CROWD = [Account(f"c{n}", "NO", (("2024-03-01", 10.0), ("2024-04-01", 10.0))) for n in range(200)]
NEWCOMER = Account("new", "NO", tuple((f"2024-0{1 + n % 4}-{2 + n:02d}", 1000.0) for n in range(12)))


def log_odds(drawn: dict[str, int], one: Contributions, other: Contributions, epsilon: Fraction) -> float:
    """How much likelier a draw is from one shop than from another: the best attacker goes by it (Neyman, Pearson)."""
    scale = float(one.sensitivity / epsilon)
    return sum(abs(value - other.values[key]) - abs(value - one.values[key]) for key, value in drawn.items()) / scale


def success(epsilon: float, draws: int) -> float:
    """Share of right guesses of an attacker who knows both shops and sees all figures but their names."""
    shops = exactly([*CROWD, NEWCOMER]), exactly(CROWD)
    parts = budgets(epsilon, RULES)
    generator = random.Random(11)  # noqa: S311 - draws that repeat
    right = 0
    for number in range(draws):
        true = shops[number % 2]
        odds = 0.0
        for name, part in parts.items():
            drawn = with_noise(true[name], part, generator)
            odds += log_odds(drawn, shops[0][name], shops[1][name], part)
        right += (odds > 0) == (number % 2 == 0)
    return right / draws


@pytest.mark.parametrize("epsilon", [0.2, 1.0])
def test_two_shops_that_differ_in_one_customer_are_told_apart_no_oftener_than_epsilon_allows(epsilon: float) -> None:
    draws = 1500
    allowed = math.exp(epsilon) / (1 + math.exp(epsilon))
    chance = math.sqrt(allowed * (1 - allowed) / draws)
    assert success(epsilon, draws) <= allowed + 4 * chance


def test_the_attack_is_one() -> None:
    """With hardly any noise it is right nearly every time: the figures do hold what it looks for."""
    assert success(60.0, 200) > 0.99


def test_the_newcomer_changes_every_group_of_figures() -> None:
    with_newcomer, without = exactly([*CROWD, NEWCOMER]), exactly(CROWD)
    assert all(with_newcomer[name].values != without[name].values for name in without)


def test_the_parts_of_the_budget_are_all_of_it() -> None:
    assert sum(budgets(0.7, RULES).values()) == Fraction(7, 10)
    assert set(budgets(1, RULES)) == set(exactly(CROWD))
