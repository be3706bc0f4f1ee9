"""The gate: who serves, from figures alone."""

from __future__ import annotations

import numpy as np
import pytest

from ml.competition.gate import Comparison, Competitor, conclude, model_checks
from ml.competition.results import Decision
from ml.competition.thresholds import SupervisedGate
from ml.evaluation.bootstrap import Interval
from ml.evaluation.churn_figures import churn_figures

GATE = SupervisedGate(
    minimum_gain_over_baseline=0.0,
    maximum_brier_excess=0.005,
    maximum_calibration_error=0.1,
    minimum_brier_skill=0.01,
    minimum_level_ratio=0.67,
    maximum_level_ratio=1.5,
    leak_alarm=0.95,
    maximum_rank_loss_to_champion=0.01,
    maximum_error_excess_over_champion=0.005,
)
BETTER, WORSE = Interval(0.05, 0.02, 0.08), Interval(-0.05, -0.08, -0.02)
ALIKE, UNKNOWN = Interval(0.0, -0.005, 0.005), Interval(0.0, -0.03, 0.03)


def competitor(name: str, **changes: float) -> Competitor:
    figures = {
        "roc_auc": 0.8,
        "brier": 0.17,
        "level_ratio": 1.0,
        "expected_calibration_error": 0.03,
        "brier_skill": 0.3,
    }
    return Competitor(name, figures | changes)


def comparison(**changes: object) -> Comparison:
    given = {
        "metric": "roc_auc",
        "baseline": competitor("rule", roc_auc=0.75, brier=0.19),
        "contender": competitor("model"),
        "contender_over_baseline": BETTER,
    }
    return Comparison(**(given | changes))


def decide(gate: SupervisedGate, given: Comparison) -> Decision:
    return conclude(given, model_checks(gate, given))


def test_first_model_that_beats_the_baseline_serves():
    decision = decide(GATE, comparison())
    assert (decision.verdict, decision.serving) == ("promoted", "model")
    assert all(check.passed for check in decision.checks)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"brier": 0.2}, "probabilities no worse"),
        ({"level_ratio": 1.6}, "level within bounds"),
        ({"level_ratio": float("nan")}, "level within bounds"),
        ({"expected_calibration_error": 0.2}, "calibrated"),
        ({"brier_skill": 0.0}, "better than a constant"),
        ({"roc_auc": 0.99}, "no leak suspected"),
    ],
)
def test_each_check_can_stop_a_contender(figures: dict, words: str):
    decision = decide(GATE, comparison(contender=competitor("model", **figures)))
    assert (decision.verdict, decision.serving) == ("baseline_serves", "rule")
    assert words in decision.reason


def test_a_constant_does_not_pass_however_right_its_level_is():
    actual = np.repeat([1.0, 0.0], [600, 400])
    figures = churn_figures(actual, np.full(1000, 0.6)) | {"roc_auc": 0.8}  # as if it ranked well
    assert figures["expected_calibration_error"] == pytest.approx(0)
    decision = decide(GATE, comparison(contender=competitor("constant", **figures)))
    assert next(check.name for check in decision.checks if not check.passed) == "better than a constant"


@pytest.mark.parametrize(("error", "passes"), [(0.25, True), (0.31, False)])
def test_where_the_rule_is_badly_calibrated_too_a_model_must_be_no_worse(error: float, passes: bool):
    rule = competitor("rule", roc_auc=0.75, brier=0.19, expected_calibration_error=0.3)
    given = comparison(baseline=rule, contender=competitor("model", expected_calibration_error=error))
    lenient = model_checks(GATE, given, is_lenient=True)
    assert (conclude(given, lenient).serving == "model") is passes
    calibrated = next(check for check in lenient if check.name == "calibrated")
    assert ("no worse than rule" in calibrated.detail) is passes
    assert decide(GATE, given).serving == "rule"


def test_a_level_that_nobody_knows_passes_by_no_comparison():
    rule = competitor("rule", level_ratio=float("nan"))
    given = comparison(baseline=rule, contender=competitor("model", level_ratio=float("nan")))
    assert conclude(given, model_checks(GATE, given, is_lenient=True)).verdict == "baseline_serves"


def test_a_gain_within_noise_is_no_gain():
    decision = decide(GATE, comparison(contender_over_baseline=ALIKE))
    assert decision.verdict == "baseline_serves"
    assert "beats the best baseline" in decision.reason


def test_contender_worse_than_champion_leaves_the_champion():
    champion = {"champion": competitor("champion"), "champion_over_baseline": BETTER}
    decision = decide(GATE, comparison(**champion, contender_over_champion=WORSE))
    assert (decision.verdict, decision.serving) == ("champion_kept", None)
    assert decision.champion_value == 0.8


def test_contender_as_good_as_the_champion_takes_over():
    champion = {"champion": competitor("champion"), "champion_over_baseline": BETTER}
    given = comparison(**champion, contender_over_champion=ALIKE, contender_error_over_champion=ALIKE)
    assert decide(GATE, given).verdict == "promoted"


@pytest.mark.parametrize(("rank", "error"), [(UNKNOWN, ALIKE), (ALIKE, UNKNOWN), (BETTER, BETTER)])
def test_what_few_data_cannot_tell_and_a_worse_level_leave_the_champion(rank: Interval, error: Interval):
    champion = {"champion": competitor("champion"), "champion_over_baseline": BETTER}
    given = comparison(**champion, contender_over_champion=rank, contender_error_over_champion=error)
    assert decide(GATE, given).verdict == "champion_kept"


def test_champion_that_a_baseline_beats_goes_too():
    decision = decide(
        GATE,
        comparison(
            contender_over_baseline=ALIKE,
            champion=competitor("champion", roc_auc=0.6),
            contender_over_champion=BETTER,
            champion_over_baseline=WORSE,
        ),
    )
    assert (decision.verdict, decision.serving) == ("baseline_serves", "rule")


def test_without_any_model_the_baseline_serves():
    decision = decide(GATE, comparison(contender=None, contender_over_baseline=None))
    assert (decision.verdict, decision.serving, decision.contender) == ("baseline_serves", "rule", None)
    assert "No model could be fitted" in decision.reason
