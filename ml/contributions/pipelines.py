"""Contributions of scikit-learn's models, which have no method for them, by the best method for the last step.

| last step | method |
|---|---|
| trees | TreeExplainer, then the calibration map if there is one |
| linear | coefficient × distance, then the map |
| anything else (MLP, large forests, …) | Shapley values by replacing features |

All start from the typical scored customer; the first two, where a feature has no middle, from the average.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeGuard

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from ml.competition.results import Classifier, Estimator
from ml.contributions.background import kept
from ml.contributions.general import PreparedSubstitution, general_contributions
from ml.contributions.histories import by_replacing
from ml.contributions.linear import linear_contributions
from ml.contributions.preparation import can_be_prepared, last_step, matrix_of, owners_of_prepared
from ml.contributions.scales import (
    Contributions,
    RawContributions,
    gives_probabilities,
    log_amount,
    log_odds,
    probability_of,
    raw_score,
    rescaled,
    served_score,
)
from ml.contributions.shapley import Orders
from ml.contributions.trees import against, tree_contributions
from ml.contributions.typical import has_middle, typical_row

Scale = Callable[[NDArray], NDArray]
# Absolute difference allowed between a score and the sum of its contributions.
_TOLERANCE = 1e-6


def contributions_of(
    estimator: Estimator, features: pd.DataFrame, background: pd.DataFrame, orders: Orders
) -> Contributions:
    """What each feature adds to each row's score: by the estimator's own method, else by its structure.

    Parameters
    ----------
    features
        The rows to explain, shape (n_rows, n_features).
    background
        The rows they are compared with, of the same columns; most often themselves.
    """
    own_method, score = getattr(estimator, "contributions", None), partial(served_score, estimator)
    if own_method is not None:
        found = own_method(features, background, orders)
    elif gives_probabilities(estimator):
        found = classifier_contributions(estimator, features, background, orders)
    else:
        found = _amount_parts(estimator, features, background)
    return found if adds_up(found, score(features)) else by_replacing(score, features, background, orders)


def classifier_contributions(
    model: Classifier,
    features: pd.DataFrame,
    background: pd.DataFrame,
    orders: Orders,
    calibrated: Scale | None = None,
) -> Contributions:
    """Contributions to a classifier's log-odds, one row per row of `features`.

    Parameters
    ----------
    calibrated
        Maps raw scores to probabilities, elementwise; None: they are not calibrated.
    """
    served = _served_log_odds(calibrated)
    exact = probability_parts(model, features, background, calibrated)
    if adds_up(exact, served(raw_score(model, features))):
        return exact
    if not can_be_prepared(model):
        return by_replacing(lambda some: served(raw_score(model, some)), features, background, orders)
    substitution = _after_preparation(model, served, features, background)
    return general_contributions(substitution, features.columns, features.columns, orders)


def probability_parts(
    model: Estimator, features: pd.DataFrame, background: pd.DataFrame, calibrated: Scale | None = None
) -> Contributions | None:
    """As `classifier_contributions`, by the structure of the classifier; None where it is unknown."""
    raw = raw_parts(model, features, background)
    if raw is None or raw.scale not in {"log_odds", "decision", "probability"}:
        return None
    served = _served_log_odds(calibrated)
    start = log_odds if raw.scale == "probability" else np.asarray
    return _on_scale(raw, lambda total: served(start(total)), _method(model))


def product_parts(buying: Contributions, amount: RawContributions, factor: float) -> Contributions:
    """Contributions to probability × exp(amount) × factor: its logarithm is a sum, and so are the contributions.

    Parameters
    ----------
    buying
        Contributions to the log-odds of buying.
    amount
        Contributions to the logarithm of the amount, of the same rows and columns.
    factor
        Above 0.
    """
    log_share, log_share_base = np.log(probability_of(buying.score)), float(np.log(probability_of(buying.base)))
    share = rescaled(buying.values.to_numpy(), buying.score - buying.base, log_share - log_share_base)
    total = log_share + amount.total + np.log(factor)
    base = log_share_base + amount.base + float(np.log(factor))
    values = pd.DataFrame(share + amount.values.to_numpy(), columns=buying.values.columns)
    raw = RawContributions(values, base, total, "log_amount")
    return _on_scale(raw, lambda log: log_amount(np.exp(log)), "two_stage")


def raw_parts(model: Estimator, features: pd.DataFrame, background: pd.DataFrame) -> RawContributions | None:
    """Contributions on the model's own scale, one row per row of `features`; None where its structure is unknown."""
    found = tree_contributions(model, features, background)
    if found is None:
        return linear_contributions(model, features, background)

    def parts(rows: pd.DataFrame) -> RawContributions | None:
        return tree_contributions(model, rows, background)

    typical = kept(background, "trees, typical", lambda: parts(typical_row(background)), model)
    everybody = found
    if background is not features:
        everybody = kept(background, "trees", lambda: parts(background), model)
    if typical is None or everybody is None:
        return None
    return against(found, typical, everybody, has_middle(background))


def adds_up(found: Contributions | None, score: NDArray) -> TypeGuard[Contributions]:
    """Whether contributions were found and add up to the served scores, shape (n_rows,)."""
    if found is None:
        return False
    total = found.base + found.values.sum(axis=1).to_numpy()
    return np.allclose(total, score, atol=_TOLERANCE, rtol=1e-4)


def _amount_parts(model: Estimator, features: pd.DataFrame, background: pd.DataFrame) -> Contributions | None:
    raw = raw_parts(model, features, background)
    if raw is None or raw.scale not in {"amount", "log_amount"}:
        return None
    start = np.exp if raw.scale == "log_amount" else np.asarray
    return _on_scale(raw, lambda total: log_amount(start(total)), _method(model))


def _served_log_odds(calibrated: Scale | None) -> Scale:
    return np.asarray if calibrated is None else lambda raw: log_odds(calibrated(raw))


def _on_scale(raw: RawContributions, served: Scale, method: str) -> Contributions:
    score, base = served(raw.total), float(np.ravel(served(np.atleast_1d(raw.base)))[0])
    values = rescaled(raw.values.to_numpy(), raw.total - raw.base, score - base)
    return Contributions(pd.DataFrame(values, columns=raw.values.columns), base, score, method)


def _method(model: Estimator) -> str:
    return "linear" if hasattr(last_step(model), "coef_") else "tree"


def _after_preparation(
    pipeline: Pipeline, served: Scale, features: pd.DataFrame, background: pd.DataFrame
) -> PreparedSubstitution:
    owner = owners_of_prepared(pipeline, background)
    typical = kept(background, "prepared, typical", lambda: matrix_of(pipeline, typical_row(background))[0], pipeline)
    return PreparedSubstitution(
        score_of=lambda some: served(raw_score(pipeline.steps[-1][1], some)),
        matrix=matrix_of(pipeline, features),
        reference=typical,
        columns={name: np.flatnonzero(owner == number) for number, name in enumerate(features.columns)},
    )
