"""How candidates are judged and who is to serve: on repeated folds of a cross-section, or on a later snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.gate import Contest, Standing, decide
from ml.competition.progress import told
from ml.competition.results import Candidate, CandidateFailed, Decision, Result
from ml.data.contract_features import contract_frame
from ml.data.contracts import Contracts
from ml.estimators.contract_churn import BASELINES, ContractChurnModel
from ml.evaluation.bootstrap import Interval, Resamples, paired_difference
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.learning import ContractLearning, PipelineMaker
from ml.jobs.contract_churn.validation import Rounds, figures_of, out_of_fold, repeated_folds, roc_auc_by_weight

METRIC = "roc_auc"


@dataclass(frozen=True)
class Judged:
    """A candidate's result with the predictions behind it, shape (repetitions, rows)."""

    result: Result
    probability: NDArray

    @property
    def standing(self) -> Standing:
        return Standing(self.result.name, self.result.metrics)


@dataclass(frozen=True)
class Judge:
    """Fits candidates and judges them on rows they have not seen.

    Attributes
    ----------
    held_out, churned
        Rows that are judged and what happened to them; in a cross-section the training rows themselves.
    rounds
        Folds of a cross-section; None on dated rows.
    """

    contracts: Contracts
    learning: ContractLearning
    held_out: pd.DataFrame
    churned: NDArray
    rounds: Rounds | None

    @classmethod
    def of(cls, contracts: Contracts, columns: tuple[str, ...], configuration: ContractChurnConfiguration) -> Judge:
        learning = ContractLearning.of(contracts, columns, configuration)
        if not learning.is_dated:
            seed, folds = configuration.random_seed, configuration.folds
            rounds = repeated_folds(learning.churned, learning.customers, folds, seed)
            return cls(contracts, learning, contracts.training, learning.churned, rounds)
        rows = contracts.evaluation
        return cls(contracts, learning, rows, rows["is_churned"].to_numpy(dtype=float), None)

    def all_judged(self) -> tuple[list[Judged], dict[str, str]]:
        """Every candidate that could be fitted, and why the others could not."""
        judged, failures = [], {}
        for name, make in self.learning.makers().items():
            try:
                with told("contract_churn", name):
                    judged.append(self.judge(name, make))
            except CandidateFailed as failure:
                failures[name] = str(failure)
        return judged, failures

    def judge(self, name: str, make: PipelineMaker) -> Judged:
        """Predict for rows the model has not seen; the candidate itself is fitted on all training rows."""
        learning = self.learning
        pipeline, parameters = make(learning.everything)
        fitted = ContractChurnModel(pipeline).fit(learning.frame, learning.churned)
        fitted.horizon_days_ = learning.horizon_days if learning.is_dated else None
        if self.rounds is not None:
            probability = out_of_fold(
                lambda rows: ContractChurnModel(make(rows)[0]), learning.frame, learning.churned, self.rounds
            )
        else:
            probability = self._predicted(fitted, tuple(learning.frame.columns))
        words = {"judged_on": judged_on(self.contracts, learning.configuration)}
        return self._judged(Candidate(name, name in BASELINES, fitted, {**parameters, **words}), probability)

    def decision(self, judged: list[Judged], champion: ContractChurnModel | None) -> Decision:
        """Apply the gate of the design."""
        contender = self._best([one for one in judged if not one.result.candidate.is_baseline])
        rules = [one for one in judged if one.result.candidate.is_baseline]
        baseline = max(rules, key=lambda one: one.result.metrics[METRIC])
        former = None
        if champion is not None and self.rounds is None:
            columns = tuple(champion.classifier.feature_names_in_)
            former = self._judged(Candidate("champion", False, champion), self._predicted(champion, columns))
        standing = former and former.standing
        if champion is not None and former is None:
            # It has learned from the rows it would be judged on: not compared, it goes on if the contender fails.
            standing = Standing("champion", {METRIC: None})
        contest = Contest(
            metric=METRIC,
            baseline=baseline.standing,
            contender=contender and contender.standing,
            champion=standing,
            contender_over_baseline=contender and self._difference(contender, baseline),
            contender_over_champion=self._difference(contender, former) if contender and former else None,
            champion_over_baseline=former and self._difference(former, baseline),
        )
        return decide(getattr(self.learning.configuration.gates, self.contracts.design), contest)

    def _predicted(self, model: ContractChurnModel, columns: tuple[str, ...]) -> NDArray:
        return model.predict_proba(contract_frame(self.held_out, columns))[:, 1][np.newaxis]

    def _judged(self, candidate: Candidate, probability: NDArray) -> Judged:
        if not np.isfinite(probability).all():
            raise CandidateFailed("some predictions are not finite")
        figures: Mapping[str, float] = figures_of(self.churned, probability, self.rounds)
        return Judged(Result(candidate, dict(figures), probability.mean(axis=0)), probability)

    def _difference(self, first: Judged, second: Judged) -> Interval:
        """Paired bootstrap interval of the difference in ROC-AUC."""
        configuration = self.learning.configuration
        bootstrap = configuration.bootstrap
        return paired_difference(
            roc_auc_by_weight(self.churned, first.probability),
            roc_auc_by_weight(self.churned, second.probability),
            len(self.churned),
            Resamples(bootstrap.repetition_count, bootstrap.confidence, configuration.random_seed),
        )

    def _best(self, judged: list[Judged]) -> Judged | None:
        """Best by rank; among those that cannot be told from it, best by Brier score."""
        if not judged:
            return None
        first = max(judged, key=lambda one: one.result.metrics[METRIC])
        alike = [one for one in judged if one is first or self._difference(first, one).lower <= 0]
        return min(alike, key=lambda one: one.result.metrics["brier"])


def judged_on(contracts: Contracts, configuration: ContractChurnConfiguration) -> str:
    """In words."""
    if contracts.design == "cross_section":
        return f"{configuration.folds.fold_count} folds × {configuration.folds.repetition_count}"
    return f"holdout {contracts.evaluation_date}, {contracts.horizon_days} days"
