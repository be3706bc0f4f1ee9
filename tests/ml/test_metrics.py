"""Metrics against values worked out by hand, scikit-learn, and the properties they must have."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ml.evaluation import metrics
from ml.evaluation.bootstrap import PairedDraws, Resamples, metric_interval
from ml.evaluation.interval_figures import interval_figures

RESAMPLES = Resamples(repetition_count=200, confidence=0.95, seed=3)


def test_roc_auc_agrees_with_scikit_learn_with_ties_and_weights():
    random = np.random.default_rng(0)
    actual, score = random.integers(0, 2, 300), random.integers(0, 12, 300) / 12
    weight = random.integers(0, 4, 300).astype(float)
    assert metrics.roc_auc(actual, score) == pytest.approx(roc_auc_score(actual, score))
    expected = roc_auc_score(actual, score, sample_weight=weight)
    assert metrics.roc_auc_by_weight(actual, score)(weight) == pytest.approx(expected)


def test_roc_auc_of_one_class_is_unknown():
    assert np.isnan(metrics.roc_auc([1, 1, 1], [0.1, 0.2, 0.3]))


def test_gini_by_hand():
    # Actual 0, 0, 4 ranked worst first: Lorenz areas 1/6 for the perfect ranking's inverse.
    actual = [0.0, 0.0, 4.0]
    assert metrics.normalised_gini(actual, [1, 2, 3]) == pytest.approx(1.0)
    assert metrics.normalised_gini(actual, [3, 2, 1]) == pytest.approx(-1.0)
    assert metrics.normalised_gini(actual, [3, 1, 2]) == pytest.approx(0.0)
    assert metrics.normalised_gini(actual, [5, 5, 5]) == pytest.approx(0.0)


def test_gini_of_no_spend_is_unknown():
    assert np.isnan(metrics.normalised_gini([0.0, 0.0], [1.0, 2.0]))


def test_capture_and_lift_by_hand():
    actual = [10, 0, 5, 0, 0, 0, 0, 0, 0, 5]
    score = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert metrics.capture_at(actual, score, 0.1) == pytest.approx(0.5)
    assert metrics.capture_at(actual, score, 0.25) == pytest.approx((10 + 0 + 2.5) / 20)
    assert metrics.top_decile_lift(actual, score) == pytest.approx(5.0)
    assert metrics.capture_at(actual, np.ones(10), 0.2) == pytest.approx(0.2)


def test_calibration_error_by_hand():
    actual = np.array([0, 0, 1, 1, 1, 1, 1, 0])
    probability = np.array([0.2] * 4 + [0.8] * 4)
    # Groups observe 0.5 and 0.75: gaps 0.3 and 0.05, equally weighted.
    assert metrics.expected_calibration_error(actual, probability) == pytest.approx(0.175)
    assert metrics.brier(actual, probability) == pytest.approx((2 * 0.04 + 2 * 0.64 + 3 * 0.04 + 0.64) / 8)


def test_level_and_error_by_hand():
    assert metrics.level_ratio([1, 3], [2, 4]) == pytest.approx(1.5)
    assert metrics.mean_absolute_error([1, 3], [2, 5]) == pytest.approx(1.5)
    assert metrics.root_mean_squared_error([1, 3], [2, 5]) == pytest.approx(np.sqrt(2.5))
    assert np.isnan(metrics.level_ratio([0, 0], [1, 1]))
    assert np.isnan(metrics.spearman([1, 1, 1], [1, 2, 3]))


def test_decile_table_keeps_everybody_and_tied_predictions_together():
    predicted = np.repeat([0.1, 0.2, 0.9], [50, 45, 5])
    table = metrics.decile_table(np.ones(100), predicted)
    assert table["count"].tolist() == [50, 45, 5]
    assert table["predicted_mean"] == pytest.approx([0.1, 0.2, 0.9])


@pytest.mark.parametrize(
    "metric", [metrics.roc_auc, metrics.normalised_gini, metrics.capture_at, metrics.expected_calibration_error]
)
def test_order_of_rows_does_not_matter(metric):
    random = np.random.default_rng(1)
    actual, score = random.integers(0, 2, 200), random.integers(0, 5, 200) / 5
    shuffled = random.permutation(200)
    assert metric(actual, score) == pytest.approx(metric(actual[shuffled], score[shuffled]), abs=1e-12)


def test_bootstrap_of_a_model_against_itself_is_exactly_zero():
    random = np.random.default_rng(2)
    actual, score = random.integers(0, 2, 100), random.random(100)
    same = metrics.roc_auc_by_weight(actual, score)
    interval = PairedDraws(100, RESAMPLES).difference(same, same)
    assert (interval.estimate, interval.lower, interval.upper) == (0.0, 0.0, 0.0)


def test_bootstrap_tells_skill_from_noise():
    random = np.random.default_rng(4)
    actual = random.integers(0, 2, 400)
    skilled, noise = actual + random.normal(0, 1, 400), random.random(400)
    first, second = (metrics.roc_auc_by_weight(actual, score) for score in (skilled, noise))
    assert PairedDraws(400, RESAMPLES).difference(first, second).lower > 0
    interval = metric_interval(second, 400, RESAMPLES)
    assert interval.lower < 0.5 < interval.upper


def test_coverage_of_intervals_by_hand():
    """Ten customers, the higher half of whom buy; the intervals of two of these miss."""
    actual = np.array([50.0, 40, 30, 20, 10, 0, 0, 0, 0, 0])
    predicted = np.array([45.0, 44, 30, 25, 9, 8, 7, 6, 5, 4])
    lower, upper = np.array([45.0, 41, 0, 21, 0, 0, 0, 0, 0, 0]), np.full(10, 60.0)
    found = interval_figures(actual, predicted, lower, upper)
    assert found["interval_coverage"] == pytest.approx(0.8)
    assert (found["interval_coverage_of_buyers"], found["interval_coverage_of_others"]) == pytest.approx((0.6, 1.0))
    assert [found[f"interval_coverage_of_fifth_{n}"] for n in range(1, 6)] == [0.5, 0.5, 1, 1, 1]
    assert found["interval_share_above_zero"] == pytest.approx(0.3)
