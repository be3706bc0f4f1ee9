"""How candidates are evaluated: on repeated folds of a cross-section, or on a later snapshot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.course import finite
from ml.competition.results import ByWeight, Candidate, Result
from ml.data.contract_features import contract_frame
from ml.data.contracts import Contracts
from ml.estimators.contract_churn import BASELINES, ContractChurnModel
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.learning import ContractLearning, PipelineMaker
from ml.jobs.contract_churn.validation import (
    Rounds,
    brier_by_weight,
    figures_of,
    out_of_fold,
    repeated_folds,
    roc_auc_by_weight,
)


@dataclass(frozen=True)
class Evaluator:
    """Fits candidates and evaluates them on rows they were not fitted on.

    Attributes
    ----------
    held_out, churned
        Rows for the evaluation and their outcomes, shape (n_rows,); in a cross-section the training rows.
    rounds
        Folds of a cross-section; None on dated rows.
    """

    contracts: Contracts
    learning: ContractLearning
    held_out: pd.DataFrame
    churned: NDArray
    rounds: Rounds | None

    @classmethod
    def of(cls, contracts: Contracts, columns: tuple[str, ...], configuration: ContractChurnConfiguration) -> Evaluator:
        """The evaluation that the design of the contracts allows."""
        learning = ContractLearning.of(contracts, columns, configuration)
        if not learning.is_dated:
            seed, folds = configuration.random_seed, configuration.folds
            rounds = repeated_folds(learning.churned, learning.customers, folds, seed)
            return cls(contracts, learning, contracts.training, learning.churned, rounds)
        rows = contracts.evaluation
        return cls(contracts, learning, rows, rows["is_churned"].to_numpy(dtype=float), None)

    def evaluate(self, name: str, make: PipelineMaker) -> Result:
        """Evaluate out-of-sample predictions of a candidate, which itself is fitted on all training rows."""
        learning, candidate = self.learning, self.fitted(name, make)
        if self.rounds is not None:
            probability = out_of_fold(
                lambda rows: ContractChurnModel(make(rows)[0]), learning.frame, learning.churned, self.rounds
            )
        else:
            held_out = contract_frame(self.held_out, tuple(learning.frame.columns))
            probability = candidate.estimator.predict_proba(held_out)[:, 1][np.newaxis]
        return self._result(candidate, probability)

    def fitted(self, name: str, make: PipelineMaker) -> Candidate[ContractChurnModel]:
        """A candidate fitted on all training rows."""
        learning = self.learning
        pipeline, parameters = make(learning.everything)
        model = ContractChurnModel(pipeline).fit(learning.frame, learning.churned)
        model.horizon_days_ = learning.horizon_days if learning.is_dated else None
        words = {"evaluated_on": evaluated_on(self.contracts, learning.configuration)}
        return Candidate(name, name in BASELINES, model, {**parameters, **words})

    def _result(self, candidate: Candidate, probability: NDArray) -> Result:
        """The result of predictions of shape (n_repetitions, n_rows)."""
        figures = figures_of(self.churned, finite(probability), self.rounds)
        by_weight = ByWeight(roc_auc_by_weight(self.churned, probability), brier_by_weight(self.churned, probability))
        return Result(candidate, dict(figures), probability.mean(axis=0), by_weight)


def evaluated_on(contracts: Contracts, configuration: ContractChurnConfiguration) -> str:
    """The evaluation in words."""
    if contracts.design == "cross_section":
        return f"{configuration.folds.fold_count} folds × {configuration.folds.repetition_count}"
    return f"holdout {contracts.evaluation_date}, {contracts.horizon_days} days"
