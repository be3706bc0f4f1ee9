"""What a contact changes for whom: rules and models that learn it from groups drawn by lot.

Each is fitted on `UpliftRows` and gives the expected change of the response for rows of features, shape (n_rows,).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge

from ml.configuration import Frozen
from ml.estimators.boosting import boosting_classifier
from ml.estimators.parameters import BoostingParameters

Uplift = Callable[[NDArray], NDArray]
SMALLEST_EFFECT = 1e-6


class UpliftParameters(Frozen):
    """How much is believed of few data.

    Attributes
    ----------
    inverse_penalty
        Of logistic regressions.
    ridge_penalty
        Of linear regressions.
    """

    inverse_penalty: float = Field(gt=0)
    ridge_penalty: float = Field(gt=0)
    boosting: BoostingParameters


@dataclass(frozen=True)
class UpliftRows:
    """What happened in campaigns.

    Attributes
    ----------
    features
        Standardised, shape (n_rows, n_features).
    is_treated, response
        0 or 1, shape (n_rows,).
    propensity
        Probability of having been contacted, by lot, shape (n_rows,); above 0 and below 1.
    """

    features: NDArray
    is_treated: NDArray
    response: NDArray
    propensity: NDArray

    @property
    def balance(self) -> NDArray:
        """Weights with which both groups are as large as if half had been contacted, shape (n_rows,)."""
        return np.where(self.is_treated == 1, 0.5 / self.propensity, 0.5 / (1 - self.propensity))

    @property
    def mean_effect(self) -> float:
        """The difference of the groups' means, weighted so."""
        weight, treated = self.balance, self.is_treated == 1
        return float(
            np.average(self.response[treated], weights=weight[treated])
            - np.average(self.response[~treated], weights=weight[~treated])
        )


def random_choice(rows: UpliftRows, parameters: UpliftParameters, seed: int) -> Uplift:
    """Everybody the mean effect: whom to contact is left to the lot."""
    effect = rows.mean_effect
    return lambda features: np.full(len(features), effect)


def response_only(rows: UpliftRows, parameters: UpliftParameters, seed: int) -> Uplift:
    """Those who would buy: a contact changes everybody's probability by the same factor.

    Where contacts brought nothing on the mean, they are ranked all the same, at next to no effect.
    """
    model = response_model(rows, parameters)
    factor = max(rows.mean_effect, SMALLEST_EFFECT) / float(np.average(model(rows.features)))
    return lambda features: model(features) * factor


def response_model(rows: UpliftRows, parameters: UpliftParameters) -> Uplift:
    """The probability of a response, contacted or not, as if half had been contacted."""
    model = _logistic(parameters).fit(rows.features, rows.response, sample_weight=rows.balance)
    return lambda features: model.predict_proba(features)[:, 1]


def two_models(rows: UpliftRows, parameters: UpliftParameters, seed: int) -> Uplift:
    """The difference of two logistic regressions, of those contacted and of those held back."""
    from sklift.models import TwoModels

    model = TwoModels(_logistic(parameters), _logistic(parameters))
    return model.fit(rows.features, rows.response, rows.is_treated).predict


def two_boosted_models(rows: UpliftRows, parameters: UpliftParameters, seed: int) -> Uplift:
    """The difference of two boosted classifiers."""
    from sklift.models import TwoModels

    model = TwoModels(boosting_classifier(parameters.boosting, seed), boosting_classifier(parameters.boosting, seed))
    return model.fit(rows.features, rows.response, rows.is_treated).predict


def class_transformation(rows: UpliftRows, parameters: UpliftParameters, seed: int) -> Uplift:
    """One logistic regression of "contacted and bought, or neither" (Jaskowski and Jaroszewicz 2012).

    It needs groups of the same size; weights make them so.
    """
    from sklift.models import ClassTransformation

    model = ClassTransformation(_logistic(parameters))
    weights = {"sample_weight": rows.balance}
    return model.fit(rows.features, rows.response, rows.is_treated, estimator_fit_params=weights).predict


def x_learner(rows: UpliftRows, parameters: UpliftParameters, seed: int) -> Uplift:
    """What each group would have done by the other's model, learned in turn (Künzel et al. 2019)."""
    from econml.metalearners import XLearner

    model = XLearner(
        models=_ridge(parameters), cate_models=_ridge(parameters), propensity_model=DummyClassifier(strategy="prior")
    )
    model.fit(rows.response, rows.is_treated, X=rows.features)
    return lambda features: np.ravel(model.effect(features))


RULES: dict[str, Callable[[UpliftRows, UpliftParameters, int], Uplift]] = {
    "random": random_choice,
    "response_only": response_only,
}
MODELS: dict[str, Callable[[UpliftRows, UpliftParameters, int], Uplift]] = {
    "two_models": two_models,
    "two_boosted_models": two_boosted_models,
    "class_transformation": class_transformation,
    "x_learner": x_learner,
}


def _logistic(parameters: UpliftParameters) -> LogisticRegression:
    return LogisticRegression(C=parameters.inverse_penalty, max_iter=300)


def _ridge(parameters: UpliftParameters) -> Ridge:
    return Ridge(alpha=parameters.ridge_penalty)
