"""How candidates are evaluated: on repeated folds of a cross-section, or on later snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from numpy.typing import NDArray

from ml.competition.course import finite
from ml.competition.results import ByWeight, Candidate, Result
from ml.data.contracts import Contracts
from ml.estimators.contract_churn import BASELINES, ContractChurnModel
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.holdout import holdout_of
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
    learning
        The rows that a candidate itself is fitted on.
    compared
        Those that it is fitted on and evaluated on for the comparison: in a cross-section the same.
    rounds
        Positions among `compared` to fit on and to hold out: repeated folds, or the dates of the holdout.
    held_out
        Positions of all rows that are held out.
    """

    contracts: Contracts
    learning: ContractLearning
    compared: ContractLearning
    rounds: Rounds
    held_out: NDArray

    @classmethod
    def of(cls, contracts: Contracts, columns: tuple[str, ...], configuration: ContractChurnConfiguration) -> Evaluator:
        """The evaluation that the design of the contracts allows."""
        learning = ContractLearning.of(contracts, contracts.training, columns, configuration)
        if not learning.is_dated:
            seed, folds = configuration.random_seed, configuration.folds
            rounds = repeated_folds(learning.churned, learning.customers, folds, seed)
            return cls(contracts, learning, learning, rounds, learning.everything)
        holdout = holdout_of(contracts, configuration)
        compared = ContractLearning.of(contracts, holdout.labelled, columns, configuration)
        return cls(contracts, learning, compared, [holdout.rounds], holdout.positions)

    def evaluate(self, name: str, make: Callable[[ContractLearning], PipelineMaker]) -> Result:
        """Evaluate out-of-sample predictions of a candidate, which itself is fitted on all training rows."""
        compared, candidate = self.compared, self.fitted(name, make)
        pipeline_of = make(compared)
        probability = out_of_fold(
            lambda rows: ContractChurnModel(pipeline_of(rows)[0]), compared.frame, compared.churned, self.rounds
        )
        return self._result(candidate, probability[:, self.held_out])

    def fitted(self, name: str, make: Callable[[ContractLearning], PipelineMaker]) -> Candidate[ContractChurnModel]:
        """A candidate fitted on all training rows."""
        learning = self.learning
        pipeline, parameters = make(learning)(learning.everything)
        model = ContractChurnModel(pipeline).fit(learning.frame, learning.churned)
        model.horizon_days_ = learning.horizon_days if learning.is_dated else None
        words = {"evaluated_on": evaluated_on(self.contracts, learning.configuration)}
        return Candidate(name, name in BASELINES, model, {**parameters, **words})

    def _result(self, candidate: Candidate, probability: NDArray) -> Result:
        """The result of predictions of shape (n_repetitions, n_rows)."""
        churned = self.compared.churned[self.held_out]
        folds = None if self.learning.is_dated else self.rounds
        figures = figures_of(churned, finite(probability), folds)
        # a customer's contracts, and the dates of a contract, are resampled together
        customer, names = pd.factorize(self.compared.customers[self.held_out], sort=True)
        rank, error = roc_auc_by_weight(churned, probability), brier_by_weight(churned, probability)
        by_weight = ByWeight(lambda weight: rank(weight[customer]), lambda weight: error(weight[customer]), len(names))
        return Result(candidate, dict(figures), probability.mean(axis=0), by_weight)


def evaluated_on(contracts: Contracts, configuration: ContractChurnConfiguration) -> str:
    """The evaluation in words."""
    if contracts.design == "cross_section":
        return f"{configuration.folds.fold_count} folds × {configuration.folds.repetition_count}"
    return f"{holdout_of(contracts, configuration).words}, {contracts.horizon_days} days"
