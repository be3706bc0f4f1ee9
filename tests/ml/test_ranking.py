"""All models go through the gate: who is chosen, who stands in, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.competition.ranking import Contest, Ranking
from ml.competition.results import ByWeight, Candidate, Result
from ml.competition.thresholds import SupervisedGate
from ml.evaluation import metrics
from ml.evaluation.bootstrap import Resamples

RANKING = Ranking("gini", "|log(predicted/actual)|", Resamples(repetition_count=200, confidence=0.95, seed=5))
GATE = SupervisedGate(
    minimum_gain_over_baseline=0.0,
    minimum_level_ratio=0.5,
    maximum_level_ratio=1.5,
    leak_alarm=0.999,
    maximum_rank_loss_to_champion=0.01,
    maximum_error_excess_over_champion=0.1,
)
RANDOM = np.random.default_rng(4)
WORTH = RANDOM.lognormal(3, 1, 2000)
ACTUAL = WORTH * RANDOM.lognormal(0, 0.3, 2000)


def noisy(noise: float, level: float = 1.0, seed: int = 0) -> NDArray:
    predicted = WORTH * np.random.default_rng(seed).lognormal(0, noise, len(WORTH))
    return level * predicted * ACTUAL.sum() / predicted.sum()


def result(name: str, predicted: NDArray, *, is_rule: bool = False) -> Result:
    figures = {
        "gini": metrics.normalised_gini(ACTUAL, predicted),
        "level_ratio": metrics.level_ratio(ACTUAL, predicted),
    }
    by_weight = ByWeight(
        metrics.normalised_gini_by_weight(ACTUAL, predicted),
        metrics.level_error_by_weight(ACTUAL, predicted),
        len(ACTUAL),
    )
    return Result(Candidate(name, is_rule, None), figures, predicted, by_weight)


RULE = result("rule", noisy(1.0, seed=1), is_rule=True)
BEST_BUT_TWICE = result("best", noisy(0.0, level=2.0))
GOOD = result("good", noisy(0.3, level=1.2, seed=2))
POOR = result("poor", noisy(1.5, seed=3))


def contest(*results: Result, former: Result | None = None) -> Contest:
    return RANKING.contest(GATE, results, former, has_champion=former is not None)


def test_the_best_that_passes_serves_where_the_best_of_all_fails():
    decision = contest(RULE, BEST_BUT_TWICE, GOOD, POOR).decision()
    assert (decision.verdict, decision.serving) == ("promoted", "good")
    assert "Not passed: best (level within bounds); poor (beats the best baseline)." in decision.reason


def test_of_models_that_cannot_be_told_apart_the_lowest_error_wins_and_the_reason_says_so():
    worth = noisy(0.3, seed=2)
    same_but_better_level = result("level", worth * (1 + 1e-12 * np.arange(len(worth))))
    decision = contest(RULE, GOOD, same_but_better_level).decision()
    assert decision.serving == "level"
    assert (
        "1 cannot be told from it, and of these level has the lowest |log(predicted/actual)|: 0.0000" in decision.reason
    )
    assert "then good with 0.18" in decision.reason  # log(1.2)


def test_a_significantly_better_rank_wins_whatever_the_error():
    decision = contest(RULE, GOOD, result("sharp", noisy(0.0, level=1.4))).decision()
    assert decision.serving == "sharp"
    assert "significantly before the others" in decision.reason


def test_where_no_model_passes_a_sound_rule_serves_before_one_that_is_not():
    twice = result("twice", noisy(0.9, level=2.0, seed=6), is_rule=True)
    found = contest(RULE, twice, POOR, BEST_BUT_TWICE)
    decision = found.decision()
    assert (decision.verdict, decision.serving) == ("baseline_serves", "rule")
    assert decision.baseline == "rule"  # what would serve is what a model must beat
    assert decision.contender == found.contender.name == "best"
    assert "best fails: level within bounds (predicted/actual 2.00" in decision.reason
    assert "twice ranks better, and fails: level within bounds: predicted/actual 2.00" in decision.reason


def test_a_rule_that_is_not_sound_keeps_no_model_from_serving():
    """It ranks as well as the model, and would not serve: a worse rule would."""
    twice = result("twice", noisy(0.3, level=2.0, seed=2), is_rule=True)
    decision = contest(RULE, twice, GOOD).decision()
    assert (decision.verdict, decision.serving, decision.baseline) == ("promoted", "good", "rule")


def test_where_nothing_is_sound_the_reason_says_it():
    twice = result("twice", noisy(0.9, level=2.0, seed=6), is_rule=True)
    decision = contest(twice, POOR).decision()
    assert (decision.serving, decision.baseline) == ("twice", "twice")
    assert "No rule is sound either; the best has: level within bounds: predicted/actual 2.00" in decision.reason


def test_where_the_rule_is_not_sound_either_the_model_that_misses_by_less_serves():
    """Nobody knows the level; a model that is sound comes before one that is only less unsound than the rule."""
    rule = result("four_times", noisy(1.0, level=4.0, seed=1), is_rule=True)
    decision = contest(rule, BEST_BUT_TWICE).decision()
    assert (decision.verdict, decision.serving) == ("promoted", "best")
    assert "but no worse than four_times (predicted/actual 4.00" in decision.reason
    assert contest(rule, BEST_BUT_TWICE, GOOD).decision().serving == "good"


@pytest.mark.parametrize(
    ("challenger", "verdict", "failed"),
    [
        (GOOD, "promoted", set()),
        (result("shifted", noisy(0.3, level=1.45, seed=2)), "champion_kept", {"errs no more than the champion"}),
        (result("blunt", noisy(0.5, level=1.2, seed=2)), "champion_kept", {"ranks no worse than the champion"}),
    ],
)
def test_a_challenger_must_hold_rank_and_level_of_the_champion(challenger: Result, verdict: str, failed: set[str]):
    decision = contest(RULE, challenger, former=GOOD).decision()
    assert decision.verdict == verdict
    assert {check.name for check in decision.checks if not check.passed} == failed


def test_where_one_model_looks_like_a_leak_no_other_serves():
    leak = result("leak", ACTUAL * 1.01)
    decision = contest(RULE, GOOD, leak).decision()
    assert decision.verdict == "baseline_serves"
    assert f"gini {leak.metrics['gini']:.4f} of leak looks like a leak" in decision.reason


def test_the_order_of_candidates_plays_no_part():
    candidates = [RULE, BEST_BUT_TWICE, GOOD, POOR]
    decisions = [contest(*candidates).decision(), contest(*reversed(candidates)).decision()]
    assert decisions[0] == decisions[1]
