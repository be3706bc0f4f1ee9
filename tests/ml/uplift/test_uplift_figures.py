"""Qini, AUUC and gains: by hand, by a plain loop, and by another library."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import auc
from sklift.metrics import qini_auc_score, uplift_auc_score, uplift_curve
from sklift.metrics import qini_curve as sklift_curve

from ml.evaluation.uplift import auuc_by_weight, contact_effects, qini_by_weight, qini_curve, targeting_gains

# six customers, best first: response, contacted
RESPONSE, TREATED, SCORE = [1, 0, 1, 0, 1, 0], [1, 0, 1, 1, 0, 0], [6, 5, 4, 3, 2, 1]


def drawn(seed: int, count: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    score = random.integers(0, 20, count) / 20  # many ties
    treated = (random.random(count) < 0.7).astype(int)
    response = (random.random(count) < 0.2 + 0.2 * treated * score).astype(int)
    return response, treated, score


def test_the_curve_of_six_customers_by_hand() -> None:
    """After 1: 1 − 0 (nobody held back yet). After 2: 1 − 0·1/1. After 3: 2 − 0. After 4: 2 − 0. After 5: 2 − 1·3/2.
    After 6: 2 − 1·3/3."""
    chosen, extra = qini_curve(RESPONSE, TREATED, SCORE)
    assert chosen.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert extra.tolist() == [0, 1, 1, 2, 2, 0.5, 1]


def test_the_coefficient_of_six_customers_by_hand() -> None:
    """Area .5 + 1 + 1.5 + 2 + 1.25 + .75 = 7, less the diagonal's 3. Perfect: both contacted buyers first (0, 1, 2 at 0
    and 2), then three without response (contacted, two held back: 2 at 5), the held-back buyer last (1 at 6): 2 + 6 +
    1.5 = 9.5, less 3."""
    assert qini_by_weight(RESPONSE, TREATED, SCORE)(np.ones(6)) == pytest.approx(4 / 6.5)


@pytest.mark.parametrize("seed", range(5))
def test_they_are_those_of_scikit_uplift(seed: int) -> None:
    response, treated, score = drawn(seed)
    ours, theirs = qini_curve(response, treated, score), sklift_curve(response, score, treated)
    np.testing.assert_allclose(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1])
    whole = np.ones(len(score))
    assert qini_by_weight(response, treated, score)(whole) == pytest.approx(qini_auc_score(response, score, treated))
    area = auc(*uplift_curve(response, score, treated)) / len(score) ** 2
    assert auuc_by_weight(response, treated, score)(whole) == pytest.approx(area)
    assert np.isfinite(uplift_auc_score(response, score, treated))


def test_weights_are_repeated_rows() -> None:
    response, treated, score = drawn(9)
    weight = np.random.default_rng(1).integers(0, 3, len(score))
    rows = np.repeat(np.arange(len(score)), weight)
    for metric in (qini_by_weight, auuc_by_weight):
        repeated = metric(response[rows], treated[rows], score[rows])(np.ones(len(rows)))
        assert metric(response, treated, score)(weight) == pytest.approx(repeated)


def test_the_order_of_rows_does_not_matter() -> None:
    response, treated, score = drawn(3)
    order = np.random.default_rng(2).permutation(len(score))
    for metric in (qini_by_weight, auuc_by_weight):
        ones = np.ones(len(score))
        assert metric(response[order], treated[order], score[order])(ones) == metric(response, treated, score)(ones)


def test_gains_are_the_mean_over_all_depths_by_a_plain_loop() -> None:
    random = np.random.default_rng(4)
    effects, score = random.normal(size=50), random.permutation(50)
    order = np.argsort(-score)
    whole = effects.sum()
    above = [effects[order[:k]].sum() - whole * k / 50 for k in range(51)]
    trapezoids = sum((above[k] + above[k + 1]) / 2 for k in range(50)) / 50
    assert targeting_gains(effects, score).mean() == pytest.approx(trapezoids / 50)
    assert targeting_gains(effects, np.zeros(50)).tolist() == [0] * 50


def test_effects_have_the_true_mean_whatever_was_expected() -> None:
    """Over all draws of the lot, exactly: with probability p contacted, response y1 or else y0."""
    contacted, held_back, propensity = 0.9, 0.3, 0.8
    for expected in (0.0, 0.5, 7.0):
        mean = propensity * contact_effects([contacted], [1], [propensity], [expected]) + (
            1 - propensity
        ) * contact_effects([held_back], [0], [propensity], [expected])
        assert mean[0] == pytest.approx(contacted - held_back)
