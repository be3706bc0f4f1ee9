"""Lists made at earlier dates, measured on the horizon after each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.competition.results import CandidateFailed
from ml.jobs.recommendations.blend import Blend, learn
from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.lists import EMPTY, LIST_NAMES, NEW_PRODUCTS, best, blocks
from ml.jobs.recommendations.matrices import Sparse
from ml.jobs.recommendations.measure import Measured, list_figures, spread_figures
from ml.jobs.recommendations.signals import Fitted
from ml.jobs.recommendations.ways import Way, models, rules, signal_way


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned from the horizon after a day, by list: the competing ways."""

    ways: Mapping[str, tuple[Way, ...]]
    failures: Mapping[str, str]


def wanted(fitted: Fitted, truth: Sparse, list_name: str) -> Sparse:
    """What counts as a hit in a list: what was bought, or only what had not been bought before."""
    if list_name != NEW_PRODUCTS:
        return truth
    new = (truth - truth.multiply(fitted.history.bought)).tocsr()
    new.eliminate_zeros()
    return new


def learn_ways(fitted: Fitted, truth: Sparse, settings: RecommendationsConfiguration) -> Learned:
    """The ways for both lists; what they can choose is chosen on the horizon after the day of the signals."""
    truths = {name: wanted(fitted, truth, name) for name in LIST_NAMES}
    chosen = _best_signals(fitted, truths, settings)
    ways, failures = {}, {}
    for name in LIST_NAMES:
        blend: Blend | None = None
        try:
            blend = learn(fitted, truths[name], name, settings)
        except CandidateFailed as failure:
            failures[name] = str(failure)
        ways[name] = (*rules(name, *chosen[name]), *models(blend, settings))
    return Learned(ways, failures)


def _best_signals(
    fitted: Fitted, truths: Mapping[str, Sparse], settings: RecommendationsConfiguration
) -> dict[str, tuple[str, str]]:
    """By list the popularity and the own purchases that order it best."""
    popular = [name for name in fitted.signals if name.startswith("popularity")]
    own = [name for name in fitted.signals if name.startswith("buys_again")]
    ways = {name: [signal_way(signal) for signal in (*popular, *own)] for name in LIST_NAMES}
    measured = measure(fitted, ways, truths, settings)

    def best_of(name: str, signals: list[str]) -> str:
        return max(signals, key=lambda signal: float(measured[name][signal].ndcg.sum()))

    return {name: (best_of(name, popular), best_of(name, own)) for name in LIST_NAMES}


def measure(
    fitted: Fitted,
    ways: Mapping[str, Sequence[Way]],
    truths: Mapping[str, Sparse],
    settings: RecommendationsConfiguration,
) -> dict[str, dict[str, Measured]]:
    """By list and way: the lists of the customers who are judged, by block, held against what they bought.

    Of many customers a seeded sample is judged, so that time does not grow with them.

    Parameters
    ----------
    truths
        By list, positive where something counts as a hit, shape (n_customers, n_products).
    """
    judged = {name: _sampled(fitted.history.judged(truths[name]), settings) for name in ways}
    lists: dict[tuple[str, str], list[NDArray]] = {(name, way.name): [] for name in ways for way in ways[name]}
    everyone = np.unique(np.concatenate(list(judged.values())))
    for block in blocks(everyone, settings.block_customer_count):
        scores = fitted.scores(block)
        for name in ways:
            counted = np.isin(block, judged[name], assume_unique=True)
            allowed = fitted.offer.allowed(block, new_only=name == NEW_PRODUCTS)[counted]
            for way in ways[name]:
                lists[name, way.name].append(best(way.combine(scores)[counted], allowed, settings.list_length))
    return {
        name: {
            way.name: _measured(fitted, judged[name], _stacked(lists[name, way.name], settings), truths[name])
            for way in ways[name]
        }
        for name in ways
    }


def _sampled(customers: NDArray, settings: RecommendationsConfiguration) -> NDArray:
    most = settings.maximum_judged_customer_count
    if len(customers) <= most:
        return customers
    return np.sort(np.random.default_rng(settings.random_seed).choice(customers, most, replace=False))


def _stacked(parts: list[NDArray], settings: RecommendationsConfiguration) -> NDArray:
    return np.concatenate([np.zeros((0, settings.list_length), dtype=int), *parts])


def _measured(fitted: Fitted, customers: NDArray, columns: NDArray, truth: Sparse) -> Measured:
    positions, history = fitted.offer.positions, fitted.history
    lists = np.where(columns == EMPTY, EMPTY, positions[columns])
    active = int((history.purchase_counts > 0).sum())
    return Measured(
        customers,
        *list_figures(lists, truth[customers]),
        *spread_figures(lists, history.buyer_counts(), active, positions),
    )
