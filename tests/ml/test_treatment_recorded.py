"""What stands in `scores.feature_treatments`, and rows that are refused, with a real MLflow and on real marts."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.configuration import load_configuration
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots, read_scoring_rows, read_snapshots
from ml.estimators.contract_churn import ContractChurnModel
from ml.estimators.contract_survival import ContractSurvival
from ml.jobs.churn.learning import ChurnLearning
from ml.jobs.configuration import ChurnConfiguration
from ml.jobs.contract_churn.job import ContractChurnJob
from ml.lifecycle.scoring import score
from ml.lifecycle.treated_values import treated_values
from ml.tracking import TrackingServer, champion_of, load_estimator
from ml.treatment.transformer import treatment_of
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, HORIZON_DAYS, SOURCE
from warehouse.base.build_file import BuildFile
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.tables.score_review import accept_scores, withdraw_scores


@pytest.fixture
def copied(trained, tmp_path: Path) -> Settings:
    """The trained home's data and registry, to be changed by one test; artefacts stay where they are."""
    settings = Settings(home=tmp_path / "copy", memory_limit="1GB")
    for path in (settings.build_file(SOURCE), settings.mlflow_folder / "mlflow.db"):
        path.parent.mkdir(parents=True)
        shutil.copy(trained[0].home / path.relative_to(settings.home), path)
    return settings


def read(settings: Settings, query: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(query).df()


RECORD = "select * exclude scored_at from scores.feature_treatments where model_name = 'crm_segmentation' order by all"


def test_the_table_is_what_the_served_versions_saw(trained):
    settings, _ = trained
    for name in ("segmentation", "churn", "clv"):
        job = job_at(name, HORIZON_DAYS)
        server = TrackingServer(settings)
        champion = champion_of(server, job, SOURCE)
        rows = read_scoring_rows(BuildFile(settings, SOURCE), AS_OF_DATE)
        expected = treated_values(job, load_estimator(server, champion), champion.columns, rows)
        written = read(settings, f"select * from scores.feature_treatments where model_name = '{job.model_name}'")
        assert len(written) == len(expected)
        assert set(written["model_version"]) <= {champion.version}
    written = read(settings, RECORD)
    marts = read(settings, f"select * from marts.customer_features where as_of_date = '{AS_OF_DATE}'")
    marts = marts.set_index("customer_id")
    assert set(written["rule"]) == {"winsorised"}  # nobody lacks what segments go by
    for row in written.itertuples():
        assert marts.loc[row.customer_id, row.column_name] == row.original_value != row.used_value


def test_a_row_that_lacks_what_must_be_known_is_refused_and_the_others_are_scored(copied: Settings):
    before = read(copied, "select * from scores.customer_churn where status = 'scored' order by customer_id")
    someone = before["customer_id"].iloc[0]
    with duckdb.connect(str(copied.build_file(SOURCE))) as connection:
        connection.execute("update marts.customer_features set tenure_days = null where customer_id = ?", [someone])
    report = score(copied, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    rows = read(copied, "select * from scores.customer_churn").set_index("customer_id")
    assert (rows.loc[someone, "status"], rows.loc[someone, "reason"]) == ("refused", "not known: tenure_days")
    assert pd.isna(rows.loc[someone, "churn_probability"])
    assert report.rows_by_status["scored"] == len(before) - 1


@pytest.mark.parametrize("name", ["segmentation", "churn", "clv", "contract_churn"])
def test_without_a_model_nothing_is_changed(snapshots: Snapshots, name: str):
    job = job_at(name, HORIZON_DAYS)
    rows = snapshots.scoring.assign(subscription_id="s")
    assert treated_values(job, None, (), rows).empty


def test_the_record_goes_and_comes_back_with_its_scores(copied: Settings):
    with open_build_file(copied, SOURCE) as connection:
        accept_scores(connection, AS_OF_DATE)
    before = read(copied, RECORD)
    assert len(before)
    with duckdb.connect(str(copied.build_file(SOURCE))) as connection:
        connection.execute("update marts.customer_features set net_amount = 1e6 where customer_id = 'c00000'")
    score(copied, "segmentation", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    assert 1e6 in read(copied, RECORD)["original_value"].tolist()
    with open_build_file(copied, SOURCE) as connection:
        withdraw_scores(connection)
    pd.testing.assert_frame_equal(read(copied, RECORD), before)


def test_nothing_is_learned_from_the_future(snapshots: Snapshots):
    """The treatment of a training is the same whatever the holdout and the rows to score are."""
    columns = ("tenure_days", "order_gap_ratio", "net_amount")
    configuration = load_configuration(ChurnConfiguration, "churn")

    def learned(given: Snapshots) -> dict:
        nobody = lambda rows: np.zeros(len(rows))  # noqa: E731
        return ChurnLearning(given, columns, nobody, HORIZON_DAYS, configuration).treatment.bounds_

    wild = {role: getattr(snapshots, role).assign(order_gap_ratio=1e9) for role in ("evaluation", "scoring")}
    changed = Snapshots(**{**vars(snapshots), **wild})
    assert learned(changed) == learned(snapshots) != {}


def test_contracts_tell_which_score_a_value_went_into():
    """Classifier and survival model have a treatment each; charges are no feature of the latter."""
    random = np.random.default_rng(0)
    tenure = random.integers(1, 60, 200).astype(float)
    rows = pd.DataFrame(
        {
            "subscription_id": [f"s{number:03d}" for number in range(200)],
            "customer_id": "somebody",
            "is_eligible": True,
            "tenure_months": tenure,
            "monthly_amount": random.choice([20.0, 50, 90], 200),
        }
    )
    rows["total_charges_amount"] = (rows["tenure_months"] * rows["monthly_amount"]).mask(rows.index < 5)
    job, columns = ContractChurnJob(90), ("tenure_months", "monthly_amount", "total_charges_amount")
    frame = job.features(rows, columns)
    model = ContractChurnModel(treatment_of("contracts", columns).fit(frame))
    model.survival = ContractSurvival().fit(frame, tenure, random.random(200) < 0.5)
    told = treated_values(job, model, columns, rows)
    assert told["subscription_id"].tolist() == ["s000", "s001", "s002", "s003", "s004"]
    assert set(told["score_column"]) == {"churn_probability"}
    truth = (rows["tenure_months"] * rows["monthly_amount"]).head(5)
    assert told["used_value"].to_numpy() == pytest.approx(truth.to_numpy(), rel=0.25)


def test_the_sample_shop_has_what_each_rule_is_for(sample_shop: tuple[Settings, date]):
    """On real marts: missing stays missing there, every kind of rule has work, and the values given make sense."""
    settings, as_of_date = sample_shop
    given = read_snapshots(BuildFile(settings, "sample_shop"), as_of_date, churn_horizon_days=90, clv_horizon_days=90)
    train, rows = model_frame(given.training), model_frame(given.scoring)
    columns = tuple(rows.columns)
    changes = treatment_of("customers", columns).fit(train[list(columns)]).changes(rows)
    imputed = changes[changes["original_value"].isna()].groupby("column_name").size()
    assert imputed["age_years"] == rows["age_years"].isna().sum() > 50
    assert imputed["days_since_registration"] == rows["days_since_registration"].isna().sum() > 5
    told = changes[changes["column_name"] == "days_since_registration"]
    gap = told["used_value"].to_numpy() - rows["tenure_days"].to_numpy()[told["row"].astype(int)]
    assert np.median(np.abs(gap)) < 30
    assert {"winsorised", "median", "knn"} <= set(changes["rule"])
