"""A blend of all signals: the probability that a candidate is bought, by a logistic regression on their scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.competition.results import CandidateFailed
from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.lists import NEW_PRODUCTS, best, blocks
from ml.jobs.recommendations.matrices import Sparse
from ml.jobs.recommendations.signals import Fitted

OWN, TOGETHER, PEOPLE, TEXT, POPULAR = "own", "together", "people", "text", "popular"

# Counts are read as logarithms; a decayed purchase is worth less than one.
_COUNTS = ("buys_again", "purchase_count", "popularity")


# A signal that hardly differs between candidates is left as it is.
_LEAST_SPREAD = 1e-6


def family(signal: str) -> str:
    """What a signal is a sign of."""
    if signal.startswith(("buys_again", "purchase_count", "repeat_share")):
        return OWN
    if "neighbours" in signal:
        return TOGETHER
    if signal in ("ease", "als"):
        return PEOPLE
    return TEXT if signal == "content" else POPULAR


def prepared(signal: str, scores: NDArray) -> NDArray:
    """The scores as the blend reads them, elementwise: logarithms of counts, others as they are."""
    return np.log1p(np.maximum(scores, 0)) if signal.startswith(_COUNTS) else scores


@dataclass(frozen=True, eq=False)
class Blend:
    """Weights of the signals, per unit of their scores as prepared.

    Attributes
    ----------
    means
        Of the candidates that weights were learned from: what a contribution is measured from.
    """

    weights: Mapping[str, float]
    means: Mapping[str, float]
    intercept: float

    def __call__(self, scores: Mapping[str, NDArray]) -> NDArray:
        total = np.full(scores[next(iter(scores))].shape, self.intercept, dtype=np.float32)
        for name, weight in self.weights.items():
            total += np.float32(weight) * (prepared(name, scores[name]) - np.float32(self.means[name]))
        return total

    def contributions(self, scores: Mapping[str, NDArray]) -> dict[str, NDArray]:
        """What the signals of each family add to each score, compared with the mean candidate; in their shape."""
        added: dict[str, NDArray] = {}
        for name, weight in self.weights.items():
            own = weight * (prepared(name, scores[name]) - self.means[name])
            added[family(name)] = added.get(family(name), 0) + own
        return added


def learn(fitted: Fitted, truth: Sparse, list_name: str, settings: RecommendationsConfiguration) -> Blend:
    """Learn weights from what was bought after the day that the signals were fitted on.

    Parameters
    ----------
    truth
        Positive where a customer bought a product afterwards, shape (n_customers, n_products).

    Raises
    ------
    CandidateFailed
        If too few candidates were bought.
    """
    from sklearn.linear_model import LogisticRegression

    names, rows, labels = _candidates(fitted, truth, list_name, settings)
    positives = int(labels.sum())
    if positives < settings.blend.minimum_positive_count or positives == len(labels):
        raise CandidateFailed(f"{positives} candidates were bought, of {len(labels)}")
    means, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread < _LEAST_SPREAD] = 1
    model = LogisticRegression(C=settings.blend.inverse_penalty, max_iter=500)
    model.fit((rows - means) / spread, labels)
    weights = model.coef_[0] / spread
    return Blend(_named(names, weights), _named(names, means), float(model.intercept_[0]))


def _named(names: tuple[str, ...], values: NDArray) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _candidates(
    fitted: Fitted, truth: Sparse, list_name: str, settings: RecommendationsConfiguration
) -> tuple[tuple[str, ...], NDArray, NDArray]:
    """Products that a signal puts forward for customers who bought before and after, and whether they were bought."""
    customers = fitted.history.judged(truth)
    if len(customers) > settings.blend.maximum_customer_count:
        random = np.random.default_rng(settings.random_seed)
        customers = np.sort(random.choice(customers, settings.blend.maximum_customer_count, replace=False))
    rows, labels = [], []
    for block in blocks(customers, settings.block_customer_count):
        scores = fitted.scores(block)
        allowed = fitted.offer.allowed(block, new_only=list_name == NEW_PRODUCTS)
        chosen = _put_forward(scores, allowed, settings.blend.candidate_count)
        rows.append(np.stack([prepared(name, values)[chosen] for name, values in scores.items()], axis=1))
        labels.append(truth[block][:, fitted.offer.positions].toarray()[chosen] > 0)
    if not rows:
        return tuple(fitted.signals), np.zeros((0, len(fitted.signals))), np.zeros(0)
    return tuple(fitted.signals), np.concatenate(rows).astype(np.float64), np.concatenate(labels)


def _put_forward(scores: Mapping[str, NDArray], allowed: NDArray, count: int) -> NDArray:
    chosen = np.zeros(allowed.shape, dtype=bool)
    for name in ("item_neighbours", "neighbours_now", "ease", "als", "content", "popularity_28d", "purchase_count"):
        if name in scores:
            columns = best(scores[name], allowed, count)
            rows, places = np.nonzero(columns >= 0)
            chosen[rows, columns[rows, places]] = True
    return chosen
