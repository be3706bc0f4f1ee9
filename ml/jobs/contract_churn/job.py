"""Churn with contract as a job: refusals, evaluation on folds or on a later snapshot, decision, scores."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from ml.competition.course import Evaluate
from ml.competition.results import Candidate, Competition, Refused, Result
from ml.competition.thresholds import SupervisedGate
from ml.configuration import load_configuration
from ml.data.contract_features import contract_frame
from ml.data.contracts import Contracts, comparable_contracts, read_contract_rows, read_contracts
from ml.data.dated_rows import eligible
from ml.data.features import usable_columns
from ml.data.fingerprint import data_fingerprint
from ml.data.history import ShortHistory
from ml.data.outcomes import contract_outcomes_after
from ml.data.personal import barred
from ml.estimators.contract_churn import BASELINES, ContractChurnModel
from ml.estimators.search import Chosen, subsampled
from ml.evaluation.metrics import roc_auc_by_weight
from ml.evaluation.plots import probability_pictures
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.design_texts import (
    CROSS_SECTION_LIMITS,
    CROSS_SECTION_PURPOSE,
    DATED_LIMITS,
    cross_section_protocol,
    is_cross_section,
)
from ml.jobs.contract_churn.evaluator import Evaluator, evaluated_on
from ml.jobs.contract_churn.evidence import term_words
from ml.jobs.contract_churn.groups import with_groups
from ml.jobs.contract_churn.holdout import holdout_of
from ml.jobs.contract_churn.survival_report import survival_report
from ml.jobs.monitoring import PROBABILITY_MEASURES, Monitoring, Rules, last_rate
from ml.jobs.probability import ChurnProbabilityJob
from ml.jobs.supervised import Refit
from ml.treatment.rows import with_complete_rows
from ml.treatment.served import changes_under, joined
from warehouse.base.build_file import BuildFile
from warehouse.base.definitions import Definitions, load_definitions
from warehouse.tables.features import declared_features

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SURVIVAL_MONTHS = (3, 6, 12)
_SURVIVAL_COLUMN = "expected_remaining_months"


class ContractChurnJob(ChurnProbabilityJob[Contracts, ContractChurnModel]):
    """P(a running contract ends), and expected remaining months."""

    name = "contract_churn"
    horizon_days: int
    configuration: ContractChurnConfiguration
    subject = "contracts"
    baseline_names = frozenset(BASELINES)
    event_words = ("ended", "went on")

    def __init__(self, horizon_days: int, configuration: ContractChurnConfiguration | None = None) -> None:
        self.horizon_days = horizon_days
        self.configuration = configuration or load_configuration(ContractChurnConfiguration, "contract_churn")

    # ---- words ----

    def purpose(self, fingerprint: Mapping[str, str]) -> str:
        return CROSS_SECTION_PURPOSE if is_cross_section(fingerprint) else super().purpose(fingerprint)

    def protocol(self, fingerprint: Mapping[str, str], evaluated_on: str) -> str:
        if not is_cross_section(fingerprint):
            return super().protocol(fingerprint, evaluated_on)
        return cross_section_protocol(evaluated_on)

    def limits(self, fingerprint: Mapping[str, str]) -> tuple[str, ...]:
        design = CROSS_SECTION_LIMITS if is_cross_section(fingerprint) else DATED_LIMITS
        return (*design, *super().limits(fingerprint))

    def monitoring(self) -> Monitoring:
        return Monitoring(
            "subscription_id", "is_churned", PROBABILITY_MEASURES, contract_outcomes_after, _rules, roc_auc_by_weight
        )

    # ---- reading ----

    def read_training(self, file: BuildFile, as_of_date: date, definitions: Definitions) -> Contracts:
        contracts = with_complete_rows(read_contracts(file, as_of_date, self.horizon_days), self.subject)
        return replace(
            contracts, training=self._subsampled(contracts.training), histories=self._subsampled(contracts.histories)
        )

    def _subsampled(self, rows: pd.DataFrame) -> pd.DataFrame:
        if rows.empty:
            return rows
        kept = subsampled(rows["customer_id"], self.configuration.limits.maximum_training_row_count, self.random_seed)
        return rows.iloc[kept].reset_index(drop=True)

    def read_scoring(self, file: BuildFile, as_of_date: date) -> pd.DataFrame:
        return read_contract_rows(file, as_of_date)

    def fingerprint(self, snapshots: Contracts) -> dict[str, str]:
        return data_fingerprint(snapshots, comparable_contracts) | {"design": snapshots.design}

    def features(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
        return contract_frame(rows, columns)

    def known_columns(self, snapshots: Contracts) -> set[str]:
        return set(contract_frame(snapshots.scoring).columns)

    # ---- reports ----

    def evaluation_rows(self, snapshots: Contracts) -> pd.DataFrame:
        if snapshots.design == "cross_section":
            return with_groups(snapshots.training)
        return with_groups(holdout_of(snapshots, self.configuration).rows)

    def evaluated_on(self, snapshots: Contracts) -> str:
        return evaluated_on(snapshots, self.configuration)

    def strata(self, rows: pd.DataFrame) -> pd.Series | None:
        return rows["term_months"].fillna(0).astype(int).map(term_words).rename("contract_type")

    # ---- training ----

    def check(self, snapshots: Contracts) -> None:
        needed = self.configuration.limits.minimum_customer_count
        if snapshots.scoring.empty:
            raise Refused("The source has no subscriptions.")
        running = int(eligible(snapshots.scoring)["subscription_id"].count())
        if running < needed:
            raise Refused(f"Only {running} contracts run as of {snapshots.as_of_date}; {needed} are needed.")
        parts = {"training": snapshots.training}
        if snapshots.design == "snapshots":
            parts["evaluation"] = (
                snapshots.evaluation if snapshots.evaluation.empty else holdout_of(snapshots, self.configuration).rows
            )
        for role, rows in parts.items():
            if rows.empty:
                raise Refused(f"The history is too short: {_short_history(snapshots).words('contracts', role)}")
            self._check_classes(rows, role)
        if not self.usable(snapshots)[0]:
            raise Refused("No feature differs between contracts: there is nothing to learn from.")

    def gate_of(self, snapshots: Contracts) -> SupervisedGate:
        return getattr(self.configuration.gates, snapshots.design)

    def learned_rows(self, snapshots: Contracts) -> pd.DataFrame:
        return snapshots.training

    def usable(self, snapshots: Contracts) -> tuple[tuple[str, ...], dict[str, str]]:
        frame = contract_frame(snapshots.training)
        if snapshots.design == "cross_section":
            today = [one.name for one in declared_features("contracts").values() if not one.is_known_of_ended]
            frame = frame.drop(columns=today, errors="ignore")
        return usable_columns(frame, barred(frame.columns, snapshots.personal_features))

    def input_columns(self, snapshots: Contracts) -> tuple[str, ...]:
        usable = self.usable(snapshots)[0]
        return usable if "tenure_months" in usable else ("tenure_months", *usable)

    def entrants(
        self, snapshots: Contracts, usable: tuple[str, ...], columns: tuple[str, ...], found: dict[str, Chosen]
    ) -> Iterator[tuple[str, Evaluate]]:
        evaluator = Evaluator.of(snapshots, columns, self.configuration)
        return (
            (name, partial(evaluator.evaluate, name, methodcaller("maker", name)))
            for name in evaluator.learning.names()
        )

    def refitting(
        self, snapshots: Contracts, usable: tuple[str, ...], found: dict[str, Chosen]
    ) -> Refit[ContractChurnModel]:
        if snapshots.design == "cross_section":  # candidates are fitted on all contracts
            return lambda _: None
        evaluator = Evaluator.of(snapshots.with_known_outcomes(), self.input_columns(snapshots), self.configuration)
        return lambda recipe: evaluator.fitted(recipe, methodcaller("maker", recipe))

    def compete(
        self, snapshots: Contracts, champion: Candidate[ContractChurnModel] | None, only: Collection[str] = ()
    ) -> Competition:
        """As in every supervised job; afterwards every candidate gets the survival model of the contracts."""
        competition = super().compete(snapshots, champion, only)
        report = survival_report(snapshots, competition.columns, self.configuration)
        for result in competition.results:
            result.candidate.estimator.survival = report.survival
        return replace(
            competition,
            failures={**competition.failures, **({"cox": report.failure} if report.failure else {})},
            figures={name: {**pictures, **report.figures} for name, pictures in competition.figures.items()},
            documents={**report.documents, **competition.documents},
            notes={**({"Survival (Cox model)": report.quality} if report.quality else {}), **competition.notes},
        )

    def figures(self, snapshots: Contracts, result: Result, baseline: Result) -> Mapping[str, Figure]:
        title, actual = f"{result.name}, {self.evaluated_on(snapshots)}", self.target(self.evaluation_rows(snapshots))
        shown = {result.name: result.prediction, baseline.name: baseline.prediction}
        return probability_pictures(actual, shown, title, events="ended contracts", mean="share ended")

    # ---- scoring ----

    def scores(self, estimator: ContractChurnModel, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        probability = self.predicted(estimator, features)
        scored = {
            "churn_probability": probability,
            "churn_risk_band": self.configuration.risk_bands.of(probability),
            "horizon_days": getattr(estimator, "horizon_days_", None),
        }
        if (survival := estimator.survival) is not None:
            lasted, months = rows["tenure_months"].to_numpy(dtype=float), self.configuration.survival.horizon_months
            for ahead in _SURVIVAL_MONTHS:
                scored[f"survival_{ahead}m_probability"] = survival.survival(features, lasted, ahead)
            scored["expected_remaining_months"] = survival.expected_months(features, lasted, months)
            scored["remaining_horizon_months"] = months
        return pd.DataFrame(scored, index=rows.index)

    def changed_values(self, estimator: ContractChurnModel, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        parts = [super().changed_values(estimator, features, rows)]
        if estimator.survival is not None:
            parts.append(changes_under(estimator.survival, features, _SURVIVAL_COLUMN))
        return joined(parts)


def _rules(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, day: date, horizon_days: int, definitions: Definitions
) -> Rules:
    """Tenure for the ranking (young contracts end first); else the churn rate of the horizon that had just ended."""
    del definitions  # every running contract is eligible
    earlier = contract_outcomes_after(connection, day - timedelta(days=horizon_days), horizon_days)
    return {"roc_auc": ("tenure_days", -rows["tenure_days"].to_numpy(dtype=float))} | last_rate(earlier, rows)


def _short_history(contracts: Contracts) -> ShortHistory:
    first = contracts.first_started_on or contracts.as_of_date
    days_back = 2 * load_definitions().snapshot_horizon_days
    return ShortHistory(contracts.as_of_date, contracts.history_began_on or first, first, days_back)
