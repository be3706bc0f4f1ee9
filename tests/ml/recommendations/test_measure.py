"""Figures of lists against scikit-learn's, against a plain loop, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import ndcg_score

from ml.jobs.recommendations.lists import EMPTY, best
from ml.jobs.recommendations.measure import list_figures, spread_figures


@pytest.fixture
def scored() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    truth = random.random((40, 60)) < random.uniform(0.02, 0.5, (40, 1))
    truth[np.arange(40), random.integers(0, 60, 40)] = True
    return random.normal(size=(40, 60)), truth


def test_ndcg_is_that_of_scikit_learn(scored: tuple[np.ndarray, np.ndarray]) -> None:
    scores, truth = scored
    lists = best(scores, np.ones(scores.shape, dtype=bool), 10)
    ndcg, _, _ = list_figures(lists, csr_matrix(truth.astype(float)))
    theirs = [ndcg_score(truth[[row]].astype(float), scores[[row]], k=10) for row in range(len(truth))]
    np.testing.assert_allclose(ndcg, theirs)


def test_figures_are_those_of_a_plain_loop(scored: tuple[np.ndarray, np.ndarray]) -> None:
    scores, truth = scored
    allowed = np.random.default_rng(4).random(scores.shape) < 0.15  # some have fewer than ten
    lists = best(scores, allowed, 10)
    ndcg, recall, hit = list_figures(lists, csr_matrix(truth.astype(float)))
    for row in range(len(truth)):
        ranked = sorted((p for p in range(60) if allowed[row, p]), key=lambda p: (-scores[row, p], p))[:10]
        assert [p for p in lists[row] if p != EMPTY] == ranked
        bought = {p for p in range(60) if truth[row, p]}
        gain = sum(1 / math.log2(place + 2) for place, p in enumerate(ranked) if p in bought)
        ideal = sum(1 / math.log2(place + 2) for place in range(min(10, len(bought))))
        assert ndcg[row] == pytest.approx(gain / ideal)
        assert recall[row] == pytest.approx(len(bought & set(ranked)) / len(bought))
        assert hit[row] == bool(bought & set(ranked))


def test_the_first_of_equals_comes_first() -> None:
    scores = np.array([[1.0, 2.0, 2.0, 2.0, 0.0]])
    assert best(scores, np.ones((1, 5), dtype=bool), 2).tolist() == [[1, 2]]
    assert best(scores, np.array([[True, False, False, False, False]]), 2).tolist() == [[0, EMPTY]]


def test_spread_by_hand() -> None:
    lists = np.array([[0, 1], [0, EMPTY]])
    buyers = np.array([8, 2, 1, 1, 1, 1, 1, 1, 1, 1])
    coverage, novelty, popular = spread_figures(lists, buyers, 16, np.arange(10))
    assert coverage == pytest.approx(0.2)
    assert novelty == pytest.approx((1 + 3 + 1) / 3)  # half of 16 know the first, an eighth the second
    assert popular == pytest.approx(2 / 3)
