"""Churn with contract as a job: refuse or fit, judge on folds or on a later snapshot, decide, score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from ml.competition import Candidate, CandidateFailed, Competition, Decision, Refused, Result
from ml.configuration import load_configuration
from ml.contract_churn import evidence
from ml.contract_churn.data import Contracts, comparable_contracts, read_contract_rows, read_contracts
from ml.contract_churn.features import CUSTOMER_COLUMNS, contract_frame
from ml.contract_churn.model import BASELINES, ContractChurnModel, candidate_pipelines
from ml.contract_churn.settings import ContractChurnConfiguration
from ml.contract_churn.survival import ContractSurvival, survival_columns
from ml.contract_churn.validation import Rounds, figures_of, out_of_fold, repeated_folds, roc_auc_by_weight
from ml.evaluation.bootstrap import Interval, Resamples, paired_difference
from ml.features import usable_columns
from ml.fingerprint import data_fingerprint
from ml.job import Job
from ml.promotion import Contest, Standing, decide
from ml.snapshots import eligible
from warehouse.settings import Settings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_METRIC = "roc_auc"
_EXAMPLE_ROW_COUNT = 5
_SURVIVAL_MONTHS = (3, 6, 12)


@dataclass(frozen=True)
class _Judged:
    """A candidate's result with the predictions behind it, shape (repetitions, rows)."""

    result: Result
    probability: NDArray


class ContractChurnJob(Job):
    """P(a running contract ends) and how long it may go on."""

    name = "contract_churn"
    model_name = "crm_contract_churn"
    score_table = "subscription_churn"
    prediction_method = "predict_proba"
    key_columns = ("subscription_id", "customer_id")

    def __init__(self, horizon_days: int, configuration: ContractChurnConfiguration | None = None) -> None:
        self.horizon_days = horizon_days
        self.configuration = configuration or load_configuration(ContractChurnConfiguration, "contract_churn")
        self.retrain_after_days = self.configuration.retrain_after_days
        self.random_seed = self.configuration.random_seed

    # ---- reading ----

    def read_training(
        self, settings: Settings, source: str, as_of_date: date, horizons: Mapping[str, int]
    ) -> Contracts:
        contracts = read_contracts(settings, source, as_of_date, self.horizon_days)
        limit = self.configuration.limits.maximum_training_row_count
        if len(contracts.training) <= limit:
            return contracts
        thinned = contracts.training.sample(limit, random_state=self.random_seed).sort_index(ignore_index=True)
        histories = contracts.histories
        if len(histories) > limit:
            histories = histories.sample(limit, random_state=self.random_seed).sort_index(ignore_index=True)
        return replace(contracts, training=thinned, histories=histories)

    def read_scoring(self, settings: Settings, source: str, as_of_date: date) -> pd.DataFrame:
        return read_contract_rows(settings, source, as_of_date)

    def fingerprint(self, snapshots: Contracts) -> dict[str, str]:
        return data_fingerprint(snapshots, comparable_contracts) | {"design": snapshots.design}

    def features(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
        return contract_frame(rows, columns)

    def known_columns(self, snapshots: Contracts) -> set[str]:
        return set(contract_frame(snapshots.scoring).columns)

    # ---- training ----

    def check(self, snapshots: Contracts) -> None:
        limits, needed = self.configuration.limits, self.configuration.limits.minimum_customer_count
        if snapshots.scoring.empty:
            raise Refused("The source has no subscriptions.")
        running = int(eligible(snapshots.scoring)["subscription_id"].count())
        if running < needed:
            raise Refused(f"Only {running} contracts run as of {snapshots.as_of_date}; {needed} are needed.")
        parts = {"training": snapshots.training}
        if snapshots.design == "snapshots":
            parts["evaluation"] = snapshots.evaluation
        for role, rows in parts.items():
            if rows.empty:
                raise Refused(f"The history is too short: no {role} snapshot of contracts has a known outcome.")
            churned = rows["is_churned"].to_numpy(dtype=bool)
            for count, what in ((churned.sum(), "ended"), ((~churned).sum(), "went on")):
                if count < limits.minimum_class_count:
                    raise Refused(
                        f"Only {count} of {len(rows)} contracts in {role} {what}; {limits.minimum_class_count} are "
                        "needed."
                    )
        if not self._usable(snapshots)[0]:
            raise Refused("Contracts do not differ in any feature: nothing to learn from.")

    def input_columns(self, snapshots: Contracts) -> tuple[str, ...]:
        usable = self._usable(snapshots)[0]
        return usable if "tenure_months" in usable else ("tenure_months", *usable)

    def compete(self, snapshots: Contracts, champion: BaseEstimator | None) -> Competition:
        columns, judge = self.input_columns(snapshots), _Judge.of(snapshots, self)
        judged, failures = self._judged(judge)
        survival, documents, figures = self._survival(snapshots, columns, judge.rounds, failures)
        judged = [self._with_survival(one, survival) for one in judged]
        decision = self._decide(judge, judged, champion, snapshots.design)
        shown = [name for name in (decision.contender, decision.baseline) if name]
        by_name = {one.result.name: one.result for one in judged}
        return Competition(
            results=tuple(by_name.values()),
            failures=failures,
            decision=decision,
            columns=columns,
            dropped_columns=self._usable(snapshots)[1],
            example=contract_frame(snapshots.training.tail(_EXAMPLE_ROW_COUNT), columns),
            figures={name: self._figures(judge, by_name[name], decision) | figures for name in shown},
            documents=documents,
        )

    def _usable(self, snapshots: Contracts) -> tuple[tuple[str, ...], dict[str, str]]:
        frame = contract_frame(snapshots.training)
        if snapshots.design == "cross_section":
            frame = frame.drop(columns=[name for name in CUSTOMER_COLUMNS if name in frame])
        return usable_columns(frame)

    def _judged(self, judge: _Judge) -> tuple[list[_Judged], dict[str, str]]:
        judged, failures = [], {}
        for name, (pipeline, parameters) in candidate_pipelines(judge.frame, self.configuration).items():
            try:
                judged.append(judge.judge(name, ContractChurnModel(pipeline), {**parameters, **judge.words}))
            except CandidateFailed as failure:
                failures[name] = str(failure)
        return judged, failures

    def _survival(
        self, snapshots: Contracts, columns: tuple[str, ...], rounds: Rounds | None, failures: dict[str, str]
    ) -> tuple[ContractSurvival | None, dict[str, object], dict[str, Figure]]:
        """Fit the survival model; its tables and figures come along."""
        settings, histories = self.configuration.survival, snapshots.histories
        frame = contract_frame(histories, columns)
        curves = evidence.survival_by_term(histories)
        documents = {"renewals.json": evidence.yearly_renewals(histories, settings.minimum_yearly_contract_count)}
        tables = {"survival_by_contract_type": curves}
        figures = {"survival_by_contract_type": evidence.survival_figure(curves, f"Contracts of {snapshots.source}")}
        survival = ContractSurvival(settings.penalty, settings.minimum_own_variance_share)
        try:
            if not survival_columns(frame):
                raise CandidateFailed("there is no feature but the contract's age")
            cox, table = survival.fit(frame, histories["duration_months"], histories["is_ended"]).pop_evidence()
            ratios = evidence.hazard_ratios(cox, table)
            tables["hazard_ratios"] = ratios
            figures["hazard_ratios"] = evidence.hazard_figure(ratios, f"Cox model of {snapshots.source}")
            quality = {"concordance_in_sample": survival.concordance_in_sample_}
            if rounds is not None:
                quality["concordance_out_of_fold"] = self._concordance(survival, frame, histories)
            documents["survival.json"] = quality
        except CandidateFailed as failure:
            failures["cox"], survival = str(failure), None
        return survival, documents | evidence.as_documents(tables), figures

    def _concordance(self, survival: ContractSurvival, frame: pd.DataFrame, histories: pd.DataFrame) -> float:
        """On folds of the histories, which need not be the rows that the classifiers learn from."""
        ended, customers = histories["is_ended"].to_numpy(dtype=int), histories["customer_id"].astype(str).to_numpy()
        rounds = repeated_folds(ended, customers, self.configuration.folds, self.random_seed)
        return evidence.out_of_fold_concordance(survival, frame, histories, rounds)

    def _with_survival(self, one: _Judged, survival: ContractSurvival | None) -> _Judged:
        candidate = one.result.candidate
        candidate.estimator.survival = survival
        return one

    def _decide(self, judge: _Judge, judged: list[_Judged], champion: BaseEstimator | None, design: str) -> Decision:
        contender = judge.best([one for one in judged if not one.result.candidate.is_baseline])
        baseline = max(
            (one for one in judged if one.result.candidate.is_baseline), key=lambda one: one.result.metrics[_METRIC]
        )
        former = None
        if champion is not None and design == "snapshots":
            former = judge.judged_champion(champion)
        standing = former and Standing("champion", former.result.metrics)
        if champion is not None and former is None:
            # It has learned from the rows it would be judged on: not compared, it goes on if the contender fails.
            standing = Standing("champion", {_METRIC: None})
        contest = Contest(
            metric=_METRIC,
            baseline=Standing(baseline.result.name, baseline.result.metrics),
            contender=contender and Standing(contender.result.name, contender.result.metrics),
            champion=standing,
            contender_over_baseline=contender and judge.difference(contender, baseline),
            contender_over_champion=judge.difference(contender, former) if contender and former else None,
            champion_over_baseline=former and judge.difference(former, baseline),
        )
        return decide(getattr(self.configuration.gates, design), contest)

    def _figures(self, judge: _Judge, result: Result, decision: Decision) -> dict[str, Figure]:
        from ml.evaluation import plots

        title = f"{result.name}, {judge.words['judged_on']}"
        return {
            "calibration": plots.calibration(judge.churned, {result.name: result.prediction}, title),
            "gain_and_lift": plots.gain_and_lift(
                judge.churned, {result.name: result.prediction}, title, "ended contracts"
            ),
            "predicted_against_actual_by_decile": plots.by_decile(
                judge.churned, result.prediction, title, "share ended"
            ),
        }

    # ---- scoring ----

    def scores(self, estimator: ContractChurnModel, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        probability = estimator.predict_proba(features)[:, 1]
        bands = self.configuration.risk_bands
        band = np.select([probability >= bands.high_from, probability >= bands.medium_from], ["high", "medium"], "low")
        horizon = getattr(estimator, "horizon_days_", None)
        scored = {"churn_probability": probability, "churn_risk_band": band, "horizon_days": horizon}
        if (survival := estimator.survival) is not None:
            lasted, months = rows["tenure_months"].to_numpy(dtype=float), self.configuration.survival.horizon_months
            for ahead in _SURVIVAL_MONTHS:
                scored[f"survival_{ahead}m_probability"] = survival.survival(features, lasted, ahead)
            scored["expected_remaining_months"] = survival.expected_months(features, lasted, months)
            scored["remaining_horizon_months"] = months
        return pd.DataFrame(scored, index=rows.index)


@dataclass(frozen=True)
class _Judge:
    """How candidates are judged: on repeated folds of a cross-section, or on a later snapshot."""

    job: ContractChurnJob
    design: str
    frame: pd.DataFrame
    target: NDArray
    held_out: pd.DataFrame | None
    churned: NDArray
    rounds: Rounds | None
    words: Mapping[str, object]
    evaluation: pd.DataFrame

    @classmethod
    def of(cls, snapshots: Contracts, job: ContractChurnJob) -> _Judge:
        columns, training = job.input_columns(snapshots), snapshots.training
        frame, target = contract_frame(training, columns), training["is_churned"].to_numpy(dtype=float)
        folds = job.configuration.folds
        if snapshots.design == "cross_section":
            customers = training["customer_id"].astype(str).to_numpy()
            rounds = repeated_folds(target, customers, folds, job.random_seed)
            words = {"judged_on": f"{folds.fold_count} folds × {folds.repetition_count}"}
            return cls(job, snapshots.design, frame, target, None, target, rounds, words, snapshots.evaluation)
        held_out = contract_frame(snapshots.evaluation, columns)
        churned = snapshots.evaluation["is_churned"].to_numpy(dtype=float)
        words = {"judged_on": f"holdout {snapshots.evaluation_date}, {snapshots.horizon_days} days"}
        return cls(job, snapshots.design, frame, target, held_out, churned, None, words, snapshots.evaluation)

    def judge(self, name: str, model: ContractChurnModel, parameters: Mapping[str, object]) -> _Judged:
        """Predict for rows the model has not seen; the candidate itself is fitted on all training rows."""
        fitted = clone(model).fit(self.frame, self.target)
        fitted.horizon_days_ = None if self.rounds is not None else self.job.horizon_days
        if self.rounds is not None:
            probability = out_of_fold(lambda: clone(model), self.frame, self.target, self.rounds)
        else:
            probability = fitted.predict_proba(self.held_out)[:, 1][np.newaxis]
        return self._judged(Candidate(name, name in BASELINES, fitted, parameters), probability)

    def judged_champion(self, champion: ContractChurnModel) -> _Judged:
        held_out = contract_frame(self.evaluation, tuple(champion.classifier.feature_names_in_))
        return self._judged(Candidate("champion", False, champion), champion.predict_proba(held_out)[:, 1][np.newaxis])

    def _judged(self, candidate: Candidate, probability: NDArray) -> _Judged:
        if not np.isfinite(probability).all():
            raise CandidateFailed("some predictions are not finite")
        figures = figures_of(self.churned, probability, self.rounds)
        return _Judged(Result(candidate, figures, probability.mean(axis=0)), probability)

    def difference(self, first: _Judged, second: _Judged) -> Interval:
        """Paired bootstrap interval of the difference in ROC-AUC."""
        bootstrap = self.job.configuration.bootstrap
        return paired_difference(
            roc_auc_by_weight(self.churned, first.probability),
            roc_auc_by_weight(self.churned, second.probability),
            len(self.churned),
            Resamples(bootstrap.repetition_count, bootstrap.confidence, self.job.random_seed),
        )

    def best(self, judged: list[_Judged]) -> _Judged | None:
        """Best by rank; among those that cannot be told from it, best by Brier score."""
        if not judged:
            return None
        first = max(judged, key=lambda one: one.result.metrics[_METRIC])
        alike = [one for one in judged if one is first or self.difference(first, one).lower <= 0]
        return min(alike, key=lambda one: one.result.metrics["brier"])
