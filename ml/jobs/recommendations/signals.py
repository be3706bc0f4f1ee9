"""What speaks for a product: each way to score products for customers, fitted on the purchases before a day.

A signal gives the scores of a block of customers for all products on offer, higher is better.

Sources: item neighbours with shrinkage, Bell and Koren (2007); BM25 weights, Robertson and Zaragoza (2009); ALS for
implicit feedback, Hu, Koren and Volinsky (2008); EASE, Steck (2019), eq. 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.history import History
from ml.jobs.recommendations.matrices import Sparse
from ml.jobs.recommendations.offer import Offer, offer
from ml.jobs.recommendations.similar import bm25_weights, ease_weights, neighbour_weights, text_vectors
from ml.jobs.recommendations.subjects import Subjects

# Positions of customers → their scores, shape (n_customers, n_offered).
Signal = Callable[[NDArray], NDArray]


@dataclass(frozen=True, eq=False)
class Fitted:
    """All signals of one day.

    Attributes
    ----------
    similarities
        Of each product (rows) with those on offer (columns), by common customers.
    texts
        Unit vectors of the products' names and groups, shape (n_products, n_terms).
    """

    subjects: Subjects
    history: History
    offer: Offer
    signals: Mapping[str, Signal]
    similarities: NDArray
    texts: Sparse

    def scores(self, customers: NDArray) -> Scores:
        """The scores of all signals for the customers at these positions, each (n_customers, n_offered)."""
        return Scores(self.signals, customers)


class Scores(Mapping[str, NDArray]):
    """Scores of some customers by signal, each computed when it is first asked for."""

    def __init__(self, signals: Mapping[str, Signal], customers: NDArray) -> None:
        self._signals, self._customers = signals, customers
        self._known: dict[str, NDArray] = {}

    def __getitem__(self, name: str) -> NDArray:
        if name not in self._known:
            self._known[name] = self._signals[name](self._customers)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signals)

    def __len__(self) -> int:
        return len(self._signals)


def fit(subjects: Subjects, history: History, settings: RecommendationsConfiguration) -> Fitted:
    """Fit all signals on the purchases before a day."""
    on_offer = offer(history, settings)
    texts = text_vectors(subjects.product_names, subjects.categories)
    near = settings.neighbours
    similarities = neighbour_weights(bm25_weights(history.bought), on_offer.positions, near)
    signals = dict(_own(history, on_offer, settings)) | dict(_popular(subjects, history, on_offer, settings))
    decayed = history.decayed(near.half_life_days)
    now = history.recent(near.recent_days)
    signals["item_neighbours"] = _linear(decayed, similarities)
    signals["neighbours_now"] = _linear(
        history.decayed(near.recent_days), neighbour_weights(now, on_offer.positions, near)
    )
    signals["ease"] = _ease(history, on_offer, settings)
    signals["als"] = _factors(history, on_offer, settings)
    signals["content"] = _content(history.decayed(settings.factors.half_life_days), texts, on_offer)
    return Fitted(subjects, history, on_offer, signals, similarities, texts)


def _own(history: History, on_offer: Offer, settings: RecommendationsConfiguration) -> Iterator[tuple[str, Signal]]:
    """What the customer has bought before: how often and how lately, and whether others buy it again."""
    at = on_offer.positions
    for days in settings.half_lives_days:
        yield f"buys_again_{days}d", _rows_of(history.decayed(days)[:, at])
    yield "purchase_count", _rows_of(history.counts[:, at])
    buyers, repeaters = history.buyer_counts(), np.asarray((history.counts > 1).sum(axis=0)).ravel()
    share = ((repeaters + 1) / (buyers + 10)).astype(np.float32)
    yield "repeat_share", _rows_of(history.bought[:, at].multiply(share[at]).tocsr())


def _popular(
    subjects: Subjects, history: History, on_offer: Offer, settings: RecommendationsConfiguration
) -> Iterator[tuple[str, Signal]]:
    at = on_offer.positions
    yield "popularity", _same_for_all(history.buyer_counts()[at])
    for days in settings.popularity_windows_days:
        yield f"popularity_{days}d", _same_for_all(history.buyer_counts(days)[at])
    yield "country_popularity", _by_country(subjects, history, on_offer, settings)


def _same_for_all(counts: NDArray) -> Signal:
    values = np.asarray(counts, dtype=np.float32)
    return lambda customers: np.broadcast_to(values, (len(customers), len(values)))


def _rows_of(matrix: Sparse) -> Signal:
    rows = matrix.tocsr()
    return lambda customers: rows[customers].toarray()


def _linear(weights: Sparse, similarities: NDArray) -> Signal:
    """Sum of similarities with what was bought, as a share of the customer's highest."""

    def scores(customers: NDArray) -> NDArray:
        sums = weights[customers] @ similarities
        return sums / np.maximum(sums.max(axis=1, keepdims=True, initial=0), 1e-9)

    return scores


def _by_country(
    subjects: Subjects, history: History, on_offer: Offer, settings: RecommendationsConfiguration
) -> Signal:
    """Expected share of a country's recent customers who buy it, drawn to the share of all."""
    recent = history.recent(settings.recent_days)[:, on_offer.positions]
    countries = len(subjects.countries)
    active = np.asarray(recent.sum(axis=1)).ravel() > 0
    of_country = csr_matrix(
        (active.astype(np.float32), (subjects.country_positions, np.arange(len(active)))),
        shape=(countries, len(active)),
    )
    overall = np.asarray(recent.sum(axis=0)).ravel() / max(active.sum(), 1)
    pull = settings.country_shrinkage
    shares = ((of_country @ recent).toarray() + pull * overall) / (np.asarray(of_country.sum(axis=1)) + pull)
    return lambda customers: shares[subjects.country_positions[customers]].astype(np.float32)


def _ease(history: History, on_offer: Offer, settings: RecommendationsConfiguration) -> Signal:
    by_buyers = np.argsort(-history.buyer_counts(365), kind="stable")
    known = np.sort(by_buyers[: settings.ease.maximum_product_count])
    amounts = history.counts.log1p()[:, known].tocsr()
    weights = ease_weights(amounts, settings.ease.penalty)
    columns = np.flatnonzero(np.isin(on_offer.positions, known))
    weights = weights[:, np.searchsorted(known, on_offer.positions[columns])]

    def scores(customers: NDArray) -> NDArray:
        values = np.zeros((len(customers), len(on_offer.positions)), dtype=np.float32)
        values[:, columns] = amounts[customers] @ weights
        return values

    return scores


def _factors(history: History, on_offer: Offer, settings: RecommendationsConfiguration) -> Signal:
    """ALS in one thread from seeded factors, so that the same purchases give the same factors."""
    from implicit.cpu.als import AlternatingLeastSquares

    ours = settings.factors
    model = AlternatingLeastSquares(
        factors=min(ours.factor_count, *history.shape),
        regularization=ours.regularization,
        alpha=ours.alpha,
        iterations=ours.iteration_count,
        num_threads=1,
        random_state=settings.random_seed,
    )
    model.fit(history.decayed(ours.half_life_days), show_progress=False)
    of_customers, of_products = np.asarray(model.user_factors), np.asarray(model.item_factors)[on_offer.positions]
    return lambda customers: of_customers[customers] @ of_products.T


def _content(weights: Sparse, texts: Sparse, on_offer: Offer) -> Signal:
    """Cosine of a product's text with the texts of what was bought."""
    offered = texts[on_offer.positions].T.tocsr()

    def scores(customers: NDArray) -> NDArray:
        sums = (weights[customers] @ texts @ offered).toarray()
        return sums / np.maximum(sums.max(axis=1, keepdims=True, initial=0), 1e-9)

    return scores
