"""The known figures of the IBM Telco cross-section (modelling.md): a band to end in, not a target to tune to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ml.configuration import load_configuration
from ml.data.contract_features import categories
from ml.data.contracts import read_contracts
from ml.estimators.contract_churn import baseline_pipelines
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.job import ContractChurnJob
from ml.jobs.contract_churn.validation import figures_of, out_of_fold, repeated_folds
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from tests.homes import with_tracking
from tests.ml.contract_churn.conftest import AS_OF_DATE, without_search
from tests.ml.contract_churn.test_contract_churn_gate import competed, oversampled
from warehouse.base.build_file import BuildFile
from warehouse.base.settings import Settings

CONFIGURATION = load_configuration(ContractChurnConfiguration, "contract_churn")


@pytest.fixture(scope="module")
def contracts(telco):
    return read_contracts(BuildFile(telco, "ibm_telco"), AS_OF_DATE, 90)


def honest_figures(contracts, name: str) -> dict[str, float]:
    """Five folds, three times, everything inside them."""
    job = ContractChurnJob(90)
    columns = job.input_columns(contracts)
    frame = job.features(contracts.training, columns)
    churned = contracts.training["is_churned"].to_numpy(dtype=float)
    rounds = repeated_folds(churned, contracts.training["customer_id"].to_numpy(), CONFIGURATION.folds, 1)
    pipeline = baseline_pipelines(frame)[name] if name == "tenure_only" else as_published(categories(frame))
    return figures_of(churned, out_of_fold(lambda _: pipeline, frame, churned, rounds), rounds)


def as_published(texts: list[str]) -> Pipeline:
    """Logistic regression on features that are standardised but not logged, as behind the published figure."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    prepare = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), texts),
        (numbers, make_column_selector(dtype_include="number")),
    )
    return make_pipeline(prepare, LogisticRegression(max_iter=2000))


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
    deep = fast.families["random_forest"].model_copy(update={"depth": 40, "minimum_leaf_rows": 1, "tree_count": 20})
    trees = without_search(fast.model_copy(update={"families": {"random_forest": deep}}))
    decision = competed(oversampled(contracts), trees).decision
    assert decision.contender == "random_forest"
    assert decision.metric_value > 0.9
    assert decision.verdict == "baseline_serves"
    assert "looks like a leak" in decision.reason


@pytest.fixture(scope="module")
def trained(telco, tmp_path_factory, two_families, empty_tracking):
    """A home in which contract churn was trained and scored on the file."""
    settings = Settings(home=tmp_path_factory.mktemp("trained"), mlflow_tracking_uri="", memory_limit="1GB")
    with_tracking(settings, empty_tracking)
    settings.build_file("ibm_telco").parent.mkdir(parents=True)
    shutil.copy(telco.build_file("ibm_telco"), settings.build_file("ibm_telco"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ml.jobs.contract_churn.job.load_configuration", lambda *_: without_search(two_families))
        outcome = train(settings, "contract_churn", "ibm_telco", AS_OF_DATE)
        report = score(settings, "contract_churn", "ibm_telco", AS_OF_DATE)
    assert report.rows_by_status == {"scored": 5174, "not_eligible": 1869}
    return settings, outcome


def read(settings: Settings, query: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.build_file("ibm_telco")), read_only=True) as connection:
        return connection.execute(query).df()


def test_the_winner_is_in_the_published_band_and_below_the_alarm(trained):
    _, outcome = trained
    assert outcome.status == "promoted", outcome.reason
    assert outcome.metric_value == pytest.approx(0.849, abs=0.013)
    assert outcome.metric_value < CONFIGURATION.gates.cross_section.leak_alarm


def test_jobs_about_orders_refuse_a_source_without_them(trained):
    settings, _ = trained
    for job in ("segmentation", "churn", "clv"):
        refused = train(settings, job, "ibm_telco", AS_OF_DATE)
        assert (refused.status, "ordered anything" in refused.reason) == ("refused", True)
        assert score(settings, job, "ibm_telco", AS_OF_DATE).rows_by_status == {"not_eligible": 7043}


def test_reasons_name_what_is_known_of_the_contract(trained):
    """Every scored contract is told why; who pays month by month is told so."""
    settings, _ = trained
    scored = read(settings, "select * from scores.subscription_churn where status = 'scored'")
    assert scored["reasons"].str.contains("risk:").all()
    codes = scored["reason_codes"].map(json.loads)
    assert codes.map(len).between(1, 3).all()
    assert {"tenure", "term"} <= {code["topic"] for row in codes for code in row}
    told = {code["feature"] for row in codes for code in row}
    assert any(name.startswith("attribute_") for name in told)
    risky = scored.nlargest(200, "churn_probability")
    assert risky["reasons"].str.contains("raises risk: month-to-month contract").mean() > 0.5
    assert not scored["reasons"].str.contains("attribute").any()


def test_version_has_a_card_pictures_and_figures_by_group(trained, tmp_path):
    settings, outcome = trained
    client = mlflow.MlflowClient(settings.tracking_uri, settings.tracking_uri)
    names = {file.path for file in client.list_artifacts(outcome.mlflow_run_id, "explanations")}
    assert names == {f"explanations/{name}.png" for name in ("importance", "summary", "dependence")}
    card = client.download_artifacts(outcome.mlflow_run_id, "model_card.md", str(tmp_path))
    text = Path(card).read_text(encoding="utf-8")
    for part in ("Protocol", "Survival (Cox model)", "By contract type", "By group", "What moves the score", "Limits"):
        assert f"\n## {part}\n" in text
    assert "stratified and by customer" in text
    assert "one cross-section" in text
    assert "| gender | contracts |" in text
    assert "| customers |" not in text
    fairness = read(settings, "select * from quality.model_fairness where job = 'contract_churn'")
    assert set(fairness["group_column"]) == {"gender", "is_senior"}
    rates = fairness[fairness["metric_name"] == "actual_mean"].set_index(["group_column", "group_value"])
    # Counted in the file: 476 of 1,142 seniors have left, 939 of 3,488 women.
    assert rates.loc[("is_senior", "yes"), "metric_value"] == pytest.approx(476 / 1142)
    assert rates.loc[("gender", "female"), "metric_value"] == pytest.approx(939 / 3488)
    serving = fairness[(fairness["model_version"] == outcome.model_version) & (fairness["metric_name"] == "roc_auc")]
    assert serving["metric_value"].dropna().between(0.0, 0.87).all()
