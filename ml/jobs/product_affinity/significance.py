"""Whether products lie together more often than by chance, with the number of tests accounted for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

# A tail is summed until a term adds less than this share of it.
_NEGLIGIBLE = 1e-12
_EULER_GAMMA = 0.5772156649015329


def joint_count_probability(population: NDArray, marked: NDArray, drawn: NDArray, joint: NDArray) -> NDArray:
    """P(at least `joint` of the drawn are marked) by chance: Fisher's exact test, one-sided.

    The upper tail of the hypergeometric distribution, summed term by term from `joint` on. Counts at or below
    what chance gives on average get 1: nobody asks for them.

    Parameters
    ----------
    population, marked, drawn, joint
        Whole counts, shape (n_tests,).

    Returns
    -------
    ndarray of shape (n_tests,)
    """
    n, first, second, both = (np.asarray(counts, float) for counts in (population, marked, drawn, joint))
    result = np.ones(len(n))
    tested = np.flatnonzero(both * n > first * second)
    n, first, second, both = n[tested], first[tested], second[tested], both[tested]
    log_first = _log_choose(first, both) + _log_choose(n - first, second - both) - _log_choose(n, second)
    total, term, count = np.ones(len(tested)), np.ones(len(tested)), both.copy()
    open_ = np.arange(len(tested))
    while len(open_):
        k, more = count[open_], n[open_] - first[open_] - second[open_] + count[open_] + 1
        term[open_] *= (first[open_] - k) * (second[open_] - k) / ((k + 1) * more)
        total[open_] += term[open_]
        count[open_] += 1
        open_ = open_[term[open_] > _NEGLIGIBLE * total[open_]]
    result[tested] = np.minimum(np.exp(log_first + np.log(total)), 1.0)
    return result


def adjusted_for_tests(p_values: NDArray, test_count: int) -> NDArray:
    """P-values after Benjamini and Yekutieli (2001): those at or below q hold a share of false ones of at most q.

    The rate holds for tests that depend on each other in any way, as rules over the same baskets do. Bonferroni's
    correction would bound the probability of a single false rule, at the price of many true ones.

    Parameters
    ----------
    p_values
        Of the rules that were looked at, shape (n_rules,).
    test_count
        Rules that could have been found, at least n_rules: those too rare to be looked at count as tests with p = 1.
    """
    order = np.argsort(p_values, kind="stable")
    ranks = np.arange(1, len(p_values) + 1)
    scaled = p_values[order] * test_count * _harmonic(test_count) / ranks
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def _harmonic(count: int) -> float:
    """1 + 1/2 + … + 1/count."""
    few = 1000
    if count <= few:
        return float((1 / np.arange(1, count + 1)).sum())
    return float(np.log(count) + _EULER_GAMMA + 1 / (2 * count))


def _log_choose(total: NDArray, chosen: NDArray) -> NDArray:
    return gammaln(total + 1) - gammaln(chosen + 1) - gammaln(total - chosen + 1)
