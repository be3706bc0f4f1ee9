"""Similarities of products against their definitions, computed in other ways."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from ml.jobs.recommendations.configuration import Neighbours
from ml.jobs.recommendations.similar import bm25_weights, ease_weights, neighbour_weights, text_vectors


@pytest.fixture
def amounts() -> np.ndarray:
    random = np.random.default_rng(5)
    return (random.random((30, 7)) < 0.4) * random.integers(1, 4, (30, 7)).astype(float)


def test_ease_is_the_ridge_regression_of_each_product_on_the_others(amounts: np.ndarray) -> None:
    penalty = 3.0
    weights = ease_weights(csr_matrix(amounts), penalty)
    for product in range(amounts.shape[1]):
        others = np.delete(np.arange(amounts.shape[1]), product)
        inputs = amounts[:, others]
        ridge = np.linalg.solve(inputs.T @ inputs + penalty * np.eye(len(others)), inputs.T @ amounts[:, product])
        np.testing.assert_allclose(weights[others, product], ridge, atol=1e-5)
        assert weights[product, product] == 0


def test_neighbours_are_a_cosine_with_shrinkage(amounts: np.ndarray) -> None:
    offered = np.array([1, 4, 5])
    settings = Neighbours(shrinkage=2, neighbour_count=2, half_life_days=1, recent_days=1)
    found = neighbour_weights(csr_matrix(amounts), offered, settings)
    for product in range(7):
        wanted = []
        for other in offered:
            dot = sum(amounts[row, product] * amounts[row, other] for row in range(30))
            lengths = [sum(amounts[row, one] ** 2 for row in range(30)) ** 0.5 for one in (product, other)]
            wanted.append(0.0 if other == product else dot / (lengths[0] * lengths[1] + 2))
        kept = sorted(wanted)[-2:]
        expected = [value if value in kept else 0 for value in wanted]
        np.testing.assert_allclose(found[product], expected, rtol=1e-5)


def test_bm25_by_hand() -> None:
    bought = csr_matrix(np.array([[1.0, 1.0], [1.0, 0.0]]))
    weights = bm25_weights(bought).toarray()
    # lengths 2 and 1, mean 1.5; the second product has one buyer of two: log(3 / 2); the first has both: log(3 / 3) = 0
    damped = 2.2 / (1 + 1.2 * (0.6 + 0.4 * 2 / 1.5))
    np.testing.assert_allclose(weights, [[0, damped * np.log(1.5) ** 0.5], [0, 0]], rtol=1e-6)


def test_texts_that_share_words_are_alike() -> None:
    vectors = text_vectors(["Blue tea cup", "Red tea cup", "Wool sock"], ["cups", "cups", ""])
    alike = (vectors @ vectors.T).toarray()
    assert alike[0, 1] > 0.5
    assert alike[0, 2] == 0
    assert text_vectors(["1", "2"], ["", ""]).nnz == 0
