"""Fit the survival model of a training, with its tables and plots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from ml.competition.results import CandidateFailed
from ml.data.contract_features import contract_frame
from ml.data.contracts import Contracts
from ml.estimators.contract_survival import ContractSurvival, survival_columns
from ml.jobs.contract_churn import evidence
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.validation import repeated_folds

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class SurvivalReport:
    """The survival model and its evidence.

    Attributes
    ----------
    survival
        None where none could be fitted; `failure` has the reason.
    quality
        Concordance and counts, for the model card.
    """

    survival: ContractSurvival | None
    failure: str | None
    documents: Mapping[str, object]
    figures: Mapping[str, Figure]
    quality: Mapping[str, float] = field(default_factory=dict)


def survival_report(
    contracts: Contracts, columns: tuple[str, ...], configuration: ContractChurnConfiguration
) -> SurvivalReport:
    """Curves by contract type, renewals, and a Cox model where the data allow one.

    Parameters
    ----------
    columns
        The features of the model; those that grow with a contract's age are left out.
    """
    settings, histories = configuration.survival, contracts.histories
    curves = evidence.survival_by_term(histories)
    tables = {"survival_by_contract_type": curves}
    documents: dict[str, Any] = {
        "renewals.json": evidence.yearly_renewals(histories, settings.minimum_yearly_contract_count)
    }
    figures = {"survival_by_contract_type": evidence.survival_figure(curves, f"Contracts of {contracts.source}")}
    frame = contract_frame(histories, columns)
    survival = ContractSurvival(settings.penalty, settings.minimum_own_variance_share)
    try:
        if not survival_columns(frame):
            raise CandidateFailed("there is no feature except the contract's age")
        cox, table = survival.fit(frame, histories["duration_months"], histories["is_ended"]).pop_evidence()
    except CandidateFailed as failure:
        return SurvivalReport(None, str(failure), documents | evidence.as_documents(tables), figures)
    ratios = evidence.hazard_ratios(cox, table)
    tables["hazard_ratios"] = ratios
    figures["hazard_ratios"] = evidence.hazard_figure(ratios, f"Cox model of {contracts.source}")
    quality = {
        "contract_count": float(len(histories)),
        "ended_count": float(histories["is_ended"].sum()),
        "concordance_in_sample": survival.concordance_in_sample_,
        "concordance_out_of_fold": _concordance(survival, frame, histories, configuration),
    }
    documents["survival.json"] = quality
    return SurvivalReport(survival, None, documents | evidence.as_documents(tables), figures, quality)


def _concordance(
    survival: ContractSurvival, frame: pd.DataFrame, histories: pd.DataFrame, configuration: ContractChurnConfiguration
) -> float:
    """Concordance on folds of the histories, which need not be the training rows of the classifiers."""
    ended, customers = histories["is_ended"].to_numpy(dtype=int), histories["customer_id"].astype(str).to_numpy()
    rounds = repeated_folds(ended, customers, configuration.folds, configuration.random_seed)
    return evidence.out_of_fold_concordance(survival, frame, histories, rounds)
