"""Who computes the results of a job without a model."""

from __future__ import annotations

import numpy as np
import pytest

from ml.evaluation.bootstrap import Resamples
from ml.jobs.choice import Contender, choose

RESAMPLES = Resamples(repetition_count=300, confidence=0.95, seed=7)


def contender(name: str, values: np.ndarray, *, is_rule: bool = False) -> Contender:
    return Contender(name, is_rule, {"hit_rate": float(values.mean())}, values)


def test_a_model_that_is_better_for_nearly_all_serves() -> None:
    rule, noise = np.zeros(200), np.random.default_rng(1).normal(0.5, 0.2, 200)
    choice = choose([contender("rule", rule, is_rule=True), contender("model", noise)], "hit_rate", RESAMPLES)
    assert (choice.serving, choice.baseline, choice.verdict) == ("model", "rule", "promoted")
    assert "model beats the best rule: hit_rate" in choice.reason


def test_a_lead_by_chance_is_none() -> None:
    """The lead of .1 has a standard error of .2: by hand its interval holds 0."""
    values = np.random.default_rng(2).normal(0, 2, 100)
    values += 0.1 - values.mean()
    rules = [contender("worse", np.full(100, -1.0), is_rule=True), contender("rule", np.zeros(100), is_rule=True)]
    choice = choose([*rules, contender("model", values)], "hit_rate", RESAMPLES)
    assert (choice.serving, choice.verdict) == ("rule", "baseline_serves")
    assert "not beat the best rule beyond chance" in choice.reason


def test_few_units_tell_nothing() -> None:
    choice = choose(
        [contender("rule", np.zeros(9), is_rule=True), contender("model", np.ones(9))], "hit_rate", RESAMPLES
    )
    assert choice.serving == "rule"
    assert "9 units are too few" in choice.reason


def test_the_order_of_the_contenders_does_not_matter() -> None:
    random = np.random.default_rng(3)
    ways = [contender(f"way {number}", random.normal(0, 1, 80), is_rule=number < 2) for number in range(5)]
    forth, back = choose(ways, "hit_rate", RESAMPLES), choose(ways[::-1], "hit_rate", RESAMPLES)
    assert (forth.serving, forth.reason) == (back.serving, back.reason)


def test_there_must_be_a_rule_and_the_same_units() -> None:
    with pytest.raises(ValueError, match="needs a rule"):
        choose([contender("model", np.ones(40))], "hit_rate", RESAMPLES)
    with pytest.raises(ValueError, match="same units"):
        choose([contender("rule", np.ones(40), is_rule=True), contender("model", np.ones(41))], "hit_rate", RESAMPLES)
