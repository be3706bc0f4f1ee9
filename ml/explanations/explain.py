"""Find the contributions of a served estimator by the best way there is for its kind.

| estimator | way | point of reference |
|---|---|---|
| calibrated pipeline of trees | TreeExplainer, then the calibration map | average customer scored |
| calibrated linear pipeline | coefficient × distance, then the map | average customer scored |
| probability × amount (two stages) | both of them, in logarithms | average customer scored |
| purchase models (BG/NBD, …) | exact Shapley over possible histories | typical customer scored |
| anything else (rules, SVM, MLP, …) | Shapley by replacing features | typical customer scored |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from ml.estimators.calibration import CalibratedByCustomer, raw_score
from ml.estimators.contract_churn import ContractChurnModel
from ml.estimators.lifetime_value import LifetimeValueModel
from ml.estimators.purchase_forecast import PurchaseChurnModel, PurchaseSpendModel
from ml.estimators.two_stage import TwoStageSpendModel
from ml.explanations.additive import Contributions, log_amount, log_odds, probability_of, rescaled
from ml.explanations.configuration import GeneralMethod
from ml.explanations.general import FrameSubstitution, PreparedSubstitution, general_contributions
from ml.explanations.histories import HISTORY_FEATURES, SPEND_FEATURES, possible
from ml.explanations.linear import linear_contributions
from ml.explanations.preparation import can_be_prepared, feature_of_prepared, prepared
from ml.explanations.trees import RawContributions, centred, tree_contributions
from ml.explanations.typical import typical_customer

# A score and the parts found for it may differ by this much, rounding apart.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Question:
    """What is explained: an estimator's score of some customers.

    Attributes
    ----------
    is_probability
        Whether the score is a probability or an amount.
    background
        Customers that the explained ones are held against; most often they themselves.
    """

    estimator: BaseEstimator
    features: pd.DataFrame
    is_probability: bool
    background: pd.DataFrame
    general: GeneralMethod
    seed: int

    def score(self, features: pd.DataFrame) -> NDArray:
        """Log-odds of the served probability or log(1 + served amount)."""
        if self.is_probability:
            return log_odds(self.estimator.predict_proba(features)[:, 1])
        return log_amount(self.estimator.predict(features))


def explain(question: Question) -> Contributions:
    """Contributions of every feature to every customer's score."""
    question = _opened(question)
    found = _exact(question)
    if found is not None and np.allclose(found.score, question.score(question.features), atol=_TOLERANCE, rtol=1e-4):
        return found
    return _general(question)


def _opened(question: Question) -> Question:
    """A model of contracts is its classifier, whose probability is the score, on features of the training's types."""
    model = question.estimator
    if not isinstance(model, ContractChurnModel):
        return question
    features = model.typed(question.features)
    same = question.background is question.features
    background = features if same else model.typed(question.background)
    return replace(question, estimator=model.classifier, features=features, background=background)


def _exact(question: Question) -> Contributions | None:
    """By the structure of the estimator; None when it is not known."""
    inner = question.estimator
    if question.is_probability:
        return _of_probability(inner, question)
    inner = inner.amount if isinstance(inner, LifetimeValueModel) else inner
    if isinstance(inner, TwoStageSpendModel):
        return _of_two_stages(inner, question)
    return _of_amount(getattr(inner, "amount_", inner), question)


def _raw(model: BaseEstimator, question: Question) -> RawContributions | None:
    found = tree_contributions(model, question.features)
    if found is None:
        return linear_contributions(model, question.features, question.background)
    same = question.background is question.features
    held_against = found if same else tree_contributions(model, question.background)
    return centred(found, held_against)


def _of_probability(estimator: BaseEstimator, question: Question) -> Contributions | None:
    is_calibrated = isinstance(estimator, CalibratedByCustomer)
    raw = _raw(estimator.classifier_ if is_calibrated else estimator, question)
    if raw is None or raw.scale not in {"log_odds", "decision", "probability"}:
        return None

    def served(total: NDArray) -> NDArray:
        start = log_odds(total) if raw.scale == "probability" else total
        return log_odds(estimator.calibrated(start)) if is_calibrated else start

    return _on_scale(raw, served, "linear" if hasattr(_last(estimator), "coef_") else "tree")


def _of_amount(estimator: BaseEstimator, question: Question) -> Contributions | None:
    raw = _raw(estimator, question)
    if raw is None or raw.scale not in {"amount", "log_amount"}:
        return None

    def served(total: NDArray) -> NDArray:
        return log_amount(np.exp(total) if raw.scale == "log_amount" else total)

    return _on_scale(raw, served, "linear" if hasattr(_last(estimator), "coef_") else "tree")


def _of_two_stages(estimator: TwoStageSpendModel, question: Question) -> Contributions | None:
    """log(probability × amount) is a sum, so the parts of both stages add up."""
    buying, amount = _of_probability(estimator.probability_, question), _raw(estimator.amount_, question)
    if buying is None or amount is None or amount.scale != "amount":
        return None
    log_share, log_share_base = np.log(probability_of(buying.score)), float(np.log(probability_of(buying.base)))
    share = rescaled(buying.values.to_numpy(), buying.score - buying.base, log_share - log_share_base)
    total = log_share + amount.total + np.log(estimator.smearing_)
    base = log_share_base + amount.base + float(np.log(estimator.smearing_))
    values = pd.DataFrame(share + amount.values.to_numpy(), columns=question.features.columns)
    raw = RawContributions(values, base, total, "log_amount")
    return _on_scale(raw, lambda log: log_amount(np.exp(log)), "two_stage")


def _on_scale(raw: RawContributions, served: Callable[[NDArray], NDArray], method: str) -> Contributions:
    score, base = served(raw.total), float(np.ravel(served(np.atleast_1d(raw.base)))[0])
    values = rescaled(raw.values.to_numpy(), raw.total - raw.base, score - base)
    return Contributions(pd.DataFrame(values, columns=raw.values.columns), base, score, method)


def _general(question: Question) -> Contributions:
    """Against the typical customer, whatever the estimator is."""
    typical, columns = typical_customer(question.background), question.features.columns
    inner, players = getattr(question.estimator, "amount", question.estimator), list(columns)
    substitution = FrameSubstitution(question.score, question.features, typical)
    if isinstance(inner, PurchaseChurnModel | PurchaseSpendModel):
        players = SPEND_FEATURES if isinstance(inner, PurchaseSpendModel) else HISTORY_FEATURES
        score = partial(_score_of_possible, question, typical)
        substitution = FrameSubstitution(score, question.features, typical)
    elif question.is_probability and can_be_prepared(getattr(inner, "classifier_", inner)):
        substitution = _after_preparation(inner, question, typical)
    options = {"pair_count": question.general.pair_count, "seed": question.seed}
    return general_contributions(substitution, players, columns, **options)


def _score_of_possible(question: Question, typical: pd.Series, features: pd.DataFrame) -> NDArray:
    return question.score(possible(features, typical))


def _after_preparation(estimator: BaseEstimator, question: Question, typical: pd.Series) -> PreparedSubstitution:
    """Of a pipeline, with or without a calibration map behind it."""
    features, pipeline = question.features, getattr(estimator, "classifier_", estimator)
    final = pipeline.steps[-1][1]

    def score(some: NDArray) -> NDArray:
        if pipeline is estimator:
            return log_odds(final.predict_proba(some)[:, 1])
        return log_odds(estimator.calibrated(raw_score(final, some)))

    one = features.iloc[:1].assign(
        **{name: pd.Series([typical[name]], dtype=features[name].dtype) for name in features}
    )
    matrix, names = prepared(pipeline, features)
    owner = feature_of_prepared(names, features.columns)
    return PreparedSubstitution(
        score_of=score,
        matrix=matrix,
        reference=prepared(pipeline, one)[0][0],
        columns={name: np.flatnonzero(owner == number) for number, name in enumerate(features.columns)},
    )


def _last(estimator: BaseEstimator) -> BaseEstimator:
    model = getattr(estimator, "classifier_", estimator)
    return model.steps[-1][1] if hasattr(model, "steps") else model
