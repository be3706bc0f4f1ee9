"""How well a ranking finds those whom a contact changes: Qini, AUUC, and a gain that is a mean over customers.

Arrays have the shape (n_rows,) and one order of rows: `response` is what each did, `is_treated` whether they were
contacted, `score` what they are ranked by. Tied scores are one group, so the order of rows never matters.

Qini: Radcliffe (2007), "Using control groups to target on predicted lift"; normalised by the curve of a ranking that
knows the responses, as in Devriendt, Guns and Verbeke (2020).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.evaluation.metrics import WeightedMetric


def _cumulated(
    response: NDArray, is_treated: NDArray, score: ArrayLike, weight: NDArray
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Treated, their responses, control group and theirs among the best, after each group of equal scores."""
    _, group = np.unique(-np.asarray(score, dtype=float), return_inverse=True)
    parts = (is_treated, is_treated * response, 1 - is_treated, (1 - is_treated) * response)
    treated, treated_sum, control, control_sum = (
        np.concatenate([[0.0], np.cumsum(np.bincount(group, weight * part))]) for part in parts
    )
    return treated, treated_sum, control, control_sum


def qini_curve(
    response: ArrayLike, is_treated: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None
) -> tuple[NDArray, NDArray]:
    """Extra responses among the treated of the best, against how many are chosen; both begin at 0.

    Returns
    -------
    tuple of ndarray
        Number chosen and extra responses, both of shape (n_distinct_scores + 1,), highest score first.

    Examples
    --------
    >>> chosen, extra = qini_curve([1, 0, 0, 1], [1, 0, 1, 0], [4, 3, 2, 1])
    >>> chosen.tolist(), extra.tolist()
    ([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 1.0, 1.0, 0.0])
    """
    response, is_treated = np.asarray(response, dtype=float), np.asarray(is_treated, dtype=float)
    weight = np.ones(len(response)) if weight is None else np.asarray(weight, dtype=float)
    treated, treated_sum, control, control_sum = _cumulated(response, is_treated, score, weight)
    ratio = np.divide(treated, control, out=np.zeros_like(treated), where=control > 0)
    return treated + control, treated_sum - control_sum * ratio


def qini_by_weight(response: ArrayLike, is_treated: ArrayLike, score: ArrayLike) -> WeightedMetric:
    """Qini coefficient: the area between curve and diagonal, by that of the best ranking possible; 0 at random.

    NaN where even the best ranking gains nothing.
    """
    response, is_treated = np.asarray(response, dtype=float), np.asarray(is_treated, dtype=float)
    best = response * is_treated - response * (1 - is_treated)

    def evaluate(weight: NDArray) -> float:
        possible = _above_diagonal(*qini_curve(response, is_treated, best, weight))
        found = _above_diagonal(*qini_curve(response, is_treated, score, weight))
        return found / possible if possible > 0 else float("nan")

    return evaluate


def auuc_by_weight(response: ArrayLike, is_treated: ArrayLike, score: ArrayLike) -> WeightedMetric:
    """Area under the uplift curve, per customer: the mean over all depths of (extra responses of the best)/(all).

    In the unit of the response; NaN without rows.
    """
    response, is_treated = np.asarray(response, dtype=float), np.asarray(is_treated, dtype=float)

    def evaluate(weight: NDArray) -> float:
        treated, treated_sum, control, control_sum = _cumulated(response, is_treated, score, weight)
        treated_mean = np.divide(treated_sum, treated, out=np.zeros_like(treated), where=treated > 0)
        control_mean = np.divide(control_sum, control, out=np.zeros_like(control), where=control > 0)
        chosen = treated + control
        total = chosen[-1]
        return float(np.trapezoid((treated_mean - control_mean) * chosen, chosen) / total**2) if total else float("nan")

    return evaluate


def contact_effects(response: ArrayLike, is_treated: ArrayLike, propensity: ArrayLike, expected: ArrayLike) -> NDArray:
    """For each customer a figure whose mean, over any group chosen by what was known before, is the effect there.

    (t/p − (1 − t)/(1 − p)) · (y − m): the transformed outcome of Athey and Imbens (2016), less what was expected of the
    response, m, which changes nothing in the mean, as p is known, and takes noise away.

    Parameters
    ----------
    propensity
        Probability of having been contacted, by lot; above 0 and below 1.
    expected
        Any function of what was known before; best is what a customer would do, weighted by the other group's share.
    """
    is_treated, propensity = np.asarray(is_treated, dtype=float), np.asarray(propensity, dtype=float)
    signed = is_treated / propensity - (1 - is_treated) / (1 - propensity)
    return signed * (np.asarray(response, dtype=float) - np.asarray(expected, dtype=float))


def targeting_gains(effects: ArrayLike, score: ArrayLike) -> NDArray:
    """Each customer's contribution to the gain of a ranking over a choice by lot.

    Their mean is the area between the curve of gains, by inverse propensity, and its diagonal: how many more responses
    per customer come from contacting the best, on the average over all depths. A ranking without information has 0.

    Parameters
    ----------
    effects
        As of `contact_effects`; the result is in their unit.
    """
    scores = np.asarray(score, dtype=float)
    _, group, count = np.unique(-scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - count / 2
    return np.asarray(effects, dtype=float) * (0.5 - middle[group] / len(scores))


def _above_diagonal(chosen: NDArray, extra: NDArray) -> float:
    return float(np.trapezoid(extra, chosen) - chosen[-1] * extra[-1] / 2)
