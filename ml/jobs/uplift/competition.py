"""Rules and models predict the effect of a contact on campaigns, or customers, that they were not fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.campaign_rows import CampaignRows, per_customer
from ml.estimators.uplift import MODELS, RULES, Uplift, UpliftRows, response_model
from ml.evaluation.bootstrap import metric_interval
from ml.evaluation.uplift import auuc_by_weight, contact_effects, qini_by_weight, targeting_gains
from ml.jobs.choice import Choice, Contender, choose
from ml.jobs.uplift.configuration import UpliftConfiguration
from ml.jobs.uplift.folds import Fold

METRIC = "targeting_gain"
CONTENDERS = RULES | MODELS


@dataclass(frozen=True)
class Predicted:
    """One fold: its rows, what each contender predicts for them, and what a response was expected to be.

    Attributes
    ----------
    scores
        By contender, shape (n_rows,).
    effects
        As of `contact_effects`: what a contact did, in the mean over any group.
    """

    fold: Fold
    rows: pd.DataFrame
    scores: dict[str, NDArray]
    effects: NDArray


def uplift_rows(rows: pd.DataFrame, features: NDArray, outcome: str) -> UpliftRows:
    """What estimators take."""
    return UpliftRows(
        features,
        rows["is_treated"].to_numpy(),
        rows[outcome].to_numpy(),
        rows["propensity"].to_numpy(),
    )


def predict(
    data: CampaignRows, rows: pd.DataFrame, outcome: str, found: list[Fold], settings: UpliftConfiguration
) -> list[Predicted]:
    """Fit all contenders on each fold and predict its other rows."""
    return [_predicted(data, rows, outcome, fold, settings) for fold in found]


def _predicted(
    data: CampaignRows, rows: pd.DataFrame, outcome: str, fold: Fold, settings: UpliftConfiguration
) -> Predicted:
    learned, predicted = rows[fold.learned], rows[fold.predicted].reset_index(drop=True)
    known, features = data.prepared(learned, predicted)
    fitted_on = uplift_rows(learned, known, outcome)
    scores = {name: fit(fitted_on, settings.models, settings.random_seed)(features) for name, fit in CONTENDERS.items()}
    effects = contact_effects(
        predicted[outcome],
        predicted["is_treated"],
        predicted["propensity"],
        response_model(fitted_on, settings.models)(features),
    )
    return Predicted(fold, predicted, scores, effects)


def choice_of(predicted: list[Predicted], outcome: str, about: str, settings: UpliftConfiguration) -> Choice:
    """Who ranks customers best: all folds together, with figures that are means over them."""
    contenders = [
        Contender(
            name,
            name in RULES,
            _figures(predicted, name, outcome),
            _gains(predicted, name),
            _parameters(name, settings),
        )
        for name in CONTENDERS
    ]
    return choose(contenders, METRIC, settings.resamples, about=about)


def serving(
    name: str, data: CampaignRows, rows: pd.DataFrame, outcome: str, settings: UpliftConfiguration
) -> tuple[Uplift, NDArray]:
    """The contender, fitted on all rows, with the features of today's customers for it."""
    known, now = data.prepared(rows, data.now)
    return CONTENDERS[name](uplift_rows(rows, known, outcome), settings.models, settings.random_seed), now


def _figures(predicted: list[Predicted], name: str, outcome: str) -> dict[str, float]:
    by_fold = [figures_of(part, name, outcome) for part in predicted]
    return {figure: float(np.mean([one[figure] for one in by_fold])) for figure in by_fold[0]}


def figures_of(part: Predicted, name: str, outcome: str) -> dict[str, float]:
    """Qini, AUUC and gain of one contender in one fold, and its mean uplift beside the mean effect.

    `outcome` names the column of the response, 0 or 1.
    """
    given = part.rows[outcome], part.rows["is_treated"], part.scores[name]
    whole = np.ones(len(part.rows))
    return {
        METRIC: float(targeting_gains(part.effects, part.scores[name]).mean()),
        "qini": qini_by_weight(*given)(whole),
        "auuc": auuc_by_weight(*given)(whole),
        "mean_predicted_uplift": float(part.scores[name].mean()),
        "mean_effect": float(part.effects.mean()),
    }


def bands_of(part: Predicted, name: str, outcome: str, settings: UpliftConfiguration) -> dict[str, list[float]]:
    """Qini and AUUC of one contender in one fold with the ends of their bootstrap intervals."""
    given = part.rows[outcome], part.rows["is_treated"], part.scores[name]
    intervals = {
        figure: metric_interval(metric(*given), len(part.rows), settings.resamples)
        for figure, metric in (("qini", qini_by_weight), ("auuc", auuc_by_weight))
    }
    return {figure: [found.estimate, found.lower, found.upper] for figure, found in intervals.items()}


def _gains(predicted: list[Predicted], name: str) -> NDArray:
    gains = np.concatenate([targeting_gains(part.effects, part.scores[name]) for part in predicted])
    return per_customer(gains, pd.concat([part.rows["customer_id"] for part in predicted]))


def _parameters(name: str, settings: UpliftConfiguration) -> dict[str, object]:
    return {} if name == "random" else settings.models.model_dump()
