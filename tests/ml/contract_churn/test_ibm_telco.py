"""The known figures of the IBM Telco cross-section (modelling.md): a band to end in, not a target to tune to."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from ml.configuration import load_configuration
from ml.contract_churn.data import read_contracts
from ml.contract_churn.job import ContractChurnJob
from ml.contract_churn.model import candidate_pipelines
from ml.contract_churn.settings import ContractChurnConfiguration
from ml.contract_churn.validation import figures_of, out_of_fold, repeated_folds
from ml.scoring import score
from ml.training import train
from tests.ml.contract_churn.conftest import AS_OF_DATE
from tests.ml.contract_churn.test_contract_churn_gate import competed, oversampled
from warehouse.settings import Settings

CONFIGURATION = load_configuration(ContractChurnConfiguration, "contract_churn")


@pytest.fixture(scope="module")
def contracts(telco):
    return read_contracts(telco, "ibm_telco", AS_OF_DATE, 90)


def honest_figures(contracts, name: str) -> dict[str, float]:
    """Five folds, three times, everything inside them."""
    job = ContractChurnJob(90)
    columns = job.input_columns(contracts)
    frame = job.features(contracts.training, columns)
    churned = contracts.training["is_churned"].to_numpy(dtype=float)
    rounds = repeated_folds(churned, contracts.training["customer_id"].to_numpy(), CONFIGURATION.folds, 1)
    pipeline: Pipeline = candidate_pipelines(frame, CONFIGURATION)[name][0]
    return figures_of(churned, out_of_fold(lambda: pipeline, frame, churned, rounds), rounds)


def test_the_source_is_read_as_a_cross_section(contracts):
    assert contracts.design == "cross_section"
    assert (len(contracts.training), int(contracts.training["is_churned"].sum())) == (7043, 1869)
    assert contracts.training["total_charges_amount"].isna().sum() == 11
    assert contracts.training["tenure_months"].max() == 72


def test_features_of_an_ended_contract_hold_nothing_of_the_end(contracts):
    frame = ContractChurnJob(90).features(contracts.training, ContractChurnJob(90).input_columns(contracts))
    churned = contracts.training["is_churned"].to_numpy()
    for name in frame.columns:
        missing = frame[name].isna().to_numpy()
        assert not np.array_equal(missing, churned), name
        assert not np.array_equal(missing, ~churned), name


@pytest.mark.parametrize(
    ("name", "auc", "pr_auc", "brier"),
    [("tenure_only", 0.740, None, None), ("logistic_regression", 0.845, 0.656, 0.1356)],
)
def test_published_figures(contracts, name: str, auc: float, pr_auc: float | None, brier: float | None):
    figures = honest_figures(contracts, name)
    assert figures["roc_auc"] == pytest.approx(auc, abs=0.004)
    if brier is not None:
        assert figures["pr_auc"] == pytest.approx(pr_auc, abs=0.008)
        assert figures["brier"] == pytest.approx(brier, abs=0.0015)


def test_oversampling_before_the_split_raises_the_alarm(contracts, fast):
    """The published mistake (.965): copies of one contract on both sides of the split."""
    trees = fast.model_copy(
        update={
            "random_forest": fast.random_forest.model_copy(
                update={"depth": 40, "minimum_leaf_rows": 1, "tree_count": 40}
            )
        }
    )
    decision = competed(oversampled(contracts), trees).decision
    assert decision.contender == "random_forest"
    assert decision.metric_value > 0.9
    assert decision.verdict == "baseline_serves"
    assert "looks like a leak" in decision.reason


def test_trained_and_scored_with_a_real_registry(telco, tmp_path, monkeypatch, fast):
    settings = Settings(home=tmp_path / "home", mlflow_tracking_uri="", memory_limit="1GB")
    settings.build_file("ibm_telco").parent.mkdir(parents=True)
    shutil.copy(telco.build_file("ibm_telco"), settings.build_file("ibm_telco"))
    monkeypatch.setattr("ml.contract_churn.job.load_configuration", lambda *_: fast)
    outcome = train(settings, "contract_churn", "ibm_telco", AS_OF_DATE)
    assert outcome.status == "promoted", outcome.reason
    assert 0.83 < outcome.metric_value < 0.855
    report = score(settings, "contract_churn", "ibm_telco", AS_OF_DATE)
    assert report.rows_by_status == {"scored": 5174, "not_eligible": 1869}
    for job in ("segmentation", "churn", "clv"):
        refused = train(settings, job, "ibm_telco", AS_OF_DATE)
        assert (refused.status, "ordered anything" in refused.reason) == ("refused", True)
        assert score(settings, job, "ibm_telco", AS_OF_DATE).rows_by_status == {"not_eligible": 7043}


def test_a_fitted_champion_is_not_judged_on_what_it_learned(contracts, fast):
    champion = competed(contracts, fast).results[2].candidate.estimator
    decision = competed(replace(contracts), fast, champion).decision
    assert (decision.verdict, decision.champion_value) == ("promoted", None)
    assert isinstance(champion.classifier["classify"], LogisticRegression)
