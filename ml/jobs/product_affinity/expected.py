"""How often a rule will come true: the confidence as found, and ways that expect it to fall back or to move."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize, minimize_scalar
from scipy.special import betaln, gammaln

from ml.jobs.product_affinity.baskets import Baskets
from ml.jobs.product_affinity.rules import counted_on

RULES = ("independence", "as_found")
MODELS = ("shrunken_lift", "newest_weighted")
# Pairs of so many products, the most often bought, tell how lifts are spread.
_PRIOR_PRODUCT_COUNT = 300
_SMALLEST_SHARE = 1e-4


def expected_confidences(rules: pd.DataFrame, baskets: Baskets, end: date, recent_days: int) -> dict[str, NDArray]:
    """The confidence to expect of rules after `end`, by each way, from the baskets in which they were found.

    - `independence`: the share of all baskets with the consequent, as if the antecedent said nothing
    - `as_found`: the confidence itself
    - `shrunken_lift`: the lift drawn towards those of all pairs, the more so the fewer baskets it rests on
      (gamma-Poisson shrinkage, DuMouchel 1999), times the share of the consequent
    - `newest_weighted`: the confidence in the newest days, drawn towards the one of all days by as much as it has
      kept to it so far

    Returns
    -------
    dict of str to ndarray of shape (n_rules,)
    """
    share = (rules["consequent_basket_count"] / rules["basket_count"]).to_numpy()
    found = (rules["joint_basket_count"] / rules["antecedent_basket_count"]).to_numpy()
    expected = share * rules["antecedent_basket_count"].to_numpy()
    shape, rate = lift_prior(baskets)
    lift = (shape + rules["joint_basket_count"].to_numpy()) / (rate + expected)
    recent = counted_on(rules, baskets.between(end - timedelta(days=recent_days), end))
    held, joint = recent["antecedent_basket_count"].to_numpy(), recent["joint_basket_count"].to_numpy()
    weight = steadiness(found, held, joint)
    ways = {
        "independence": share,
        "as_found": found,
        "shrunken_lift": lift * share,
        "newest_weighted": (joint + weight * found) / (held + weight),
    }
    return {name: np.clip(values, _SMALLEST_SHARE, 1 - _SMALLEST_SHARE) for name, values in ways.items()}


def lift_prior(baskets: Baskets) -> tuple[float, float]:
    """Shape and rate of the gamma distribution of lifts over all pairs of the most common products.

    Joint counts are Poisson around lift × expected count, so that they are negative binomial over the pairs; maximum
    likelihood.
    """
    by_product = np.asarray(baskets.matrix.sum(axis=0)).ravel()
    columns = np.sort(np.argsort(-by_product, kind="stable")[:_PRIOR_PRODUCT_COUNT])
    columns = columns[by_product[columns] > 0]
    part, counts = sparse.csc_array(baskets.matrix[:, columns]), by_product[columns]
    first, second = np.triu_indices(len(counts), 1)
    if not len(first):
        return 1.0, 1.0
    joint = np.asarray((part.T @ part).toarray())[first, second]
    expected = counts[first] * counts[second] / len(baskets)

    def loss(logs: NDArray) -> float:
        shape, rate = np.exp(logs)
        value = gammaln(shape + joint) - gammaln(shape) + shape * np.log(rate / (rate + expected))
        return float(-(value - joint * np.log(rate + expected)).mean())

    found = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-7})
    shape, rate = np.exp(np.clip(found.x, -7, 7))
    return float(shape), float(rate)


def steadiness(found: NDArray, held: NDArray, joint: NDArray) -> float:
    """The weight of the confidence of all days, in baskets: large where newer counts scatter about it by chance only.

    The newest joint counts are beta-binomial about it; maximum likelihood over the rules.

    Parameters
    ----------
    found
        Confidence of each rule on all days, 0 to 1, shape (n_rules,).
    held, joint
        Newest baskets with the antecedent, and of them with the consequent as well, shape (n_rules,).
    """
    mean = np.clip(found, _SMALLEST_SHARE, 1 - _SMALLEST_SHARE)

    def loss(log_weight: float) -> float:
        weight = np.exp(log_weight)
        above, below = weight * mean, weight * (1 - mean)
        return float(-(betaln(above + joint, below + held - joint) - betaln(above, below)).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(0.0, 12.0), method="bounded").x))
