"""A job is one declaration and one module: a stub that no shared file knows goes through the whole life of a model."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from expectations.gates import run_gate
from ml.lifecycle.approval import Answer, answer, candidacy
from ml.lifecycle.approval_question import body, subject
from ml.lifecycle.optional import score_as_declared, train_as_declared
from ml.lifecycle.rollback import roll_back
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from ml.tracking import TrackingServer, challenger_of, champion_of
from tests.homes import with_tracking
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import (
    AS_OF_DATE,
    DEFINITIONS,
    EARLIER,
    HORIZON_DAYS,
    SOURCE,
    simulated_orders,
    snapshots_at,
    write_marts,
    write_movements,
)
from warehouse.base.errors import SettingsError
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.dictionary.table_page import PAGES
from warehouse.dictionary.write import dictionary_pages
from warehouse.jobs import registry
from warehouse.publishing.publish import publish

STUB = Path(__file__).with_name("a_new_job")
NAME, TABLE = "comes_back", "scores.customer_comes_back"


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a declaration and a module, and no other job."""
    folder = tmp_path_factory.mktemp("a_job")
    for file in STUB.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setattr(registry, "FOLDERS", (folder,))
        yield folder


@pytest.fixture(scope="module")
def lived(declared: Path, tmp_path_factory: pytest.TempPathFactory, empty_tracking: Path) -> Settings:
    """A home in which the job was trained and scored at one date, and again a horizon later, with approval."""
    settings = Settings(home=tmp_path_factory.mktemp("lived"), mlflow_tracking_uri="", memory_limit="1GB", jobs_off="")
    with_tracking(settings, empty_tracking)
    orders = simulated_orders()
    write_marts(settings.build_file(SOURCE), snapshots_at(orders, EARLIER))
    first = train(settings, NAME, SOURCE, EARLIER, pipeline_run_id="run-1", definitions=DEFINITIONS)
    assert (first.status, first.candidate, first.metric_name) == ("promoted", "frequency", "roc_auc")
    score(settings, NAME, SOURCE, EARLIER, definitions=DEFINITIONS)
    write_marts(settings.build_file(SOURCE), snapshots_at(orders, AS_OF_DATE))
    write_movements(settings.build_file(SOURCE), orders)
    again = train(
        settings,
        NAME,
        SOURCE,
        AS_OF_DATE,
        force=True,
        pipeline_run_id="run-2",
        definitions=DEFINITIONS,
        needs_approval=True,
    )
    assert again.status == "awaiting_approval"
    return settings


def rows(settings: Settings, query: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(query).df()


def test_a_person_is_asked_in_its_own_words(lived: Settings) -> None:
    waiting = challenger_of(TrackingServer(lived), job_at(NAME, HORIZON_DAYS), SOURCE)
    asked = candidacy(lived, NAME, SOURCE, waiting.version)
    assert subject(asked).startswith("Coming back, units: may the new model frequency")
    assert "ranking, ROC-AUC (higher is better)" in body(asked, answer_within="a day")


def test_it_serves_after_the_answer_scores_and_passes_the_gate(lived: Settings) -> None:
    answer(lived, NAME, SOURCE, Answer(True, "ann", "fine"), pipeline_run_id="run-2")
    report = score(lived, NAME, SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    assert report.score_table == "customer_comes_back"
    assert report.rows_by_status["scored"] > 100
    scored = rows(lived, f"select * from {TABLE} where as_of_date = date '{AS_OF_DATE}' and status = 'scored'")
    assert scored["repurchase_probability"].between(0, 1).all()
    assert scored["reasons"].str.contains("because:").any()
    assert scored["reasons"].str.contains("although:").any()
    assert not scored["reasons"].str.contains("risk|value:").any()
    assert run_gate(lived, SOURCE, "scores", AS_OF_DATE, "run-2").is_passed


def test_its_drift_and_what_came_true_are_measured(lived: Settings) -> None:
    drift = rows(lived, f"select * from quality.drift where job = '{NAME}'")
    assert "(score)" in set(drift["column_name"])
    realised = rows(lived, f"select * from quality.realised_performance where job = '{NAME}'").set_index("metric_name")
    assert 0.6 < realised.loc["roc_auc", "metric_value"] < 1
    assert realised.loc["roc_auc", "baseline_name"] == "newest_first"


def test_a_former_version_serves_again(lived: Settings) -> None:
    job, server = job_at(NAME, HORIZON_DAYS), TrackingServer(lived)
    newest = champion_of(server, job, SOURCE).version
    assert roll_back(lived, NAME, SOURCE, AS_OF_DATE).version != newest
    assert roll_back(lived, NAME, SOURCE, AS_OF_DATE, version=newest).version == newest


def test_a_row_may_be_a_customer_and_a_product(lived: Settings) -> None:
    what = (lived, "next_product", SOURCE, AS_OF_DATE)
    with duckdb.connect(str(lived.build_file(SOURCE))) as connection:
        connection.execute("create schema raw; create table raw.products (product_code varchar)")
    refused = train(*what, pipeline_run_id="run-2", definitions=DEFINITIONS)
    assert (refused.status, refused.reason) == ("refused", "The source has no products.")
    with duckdb.connect(str(lived.build_file(SOURCE))) as connection:
        connection.execute("insert into raw.products values ('p1')")
    assert train(*what, pipeline_run_id="run-3", definitions=DEFINITIONS).status == "promoted"
    score(*what, definitions=DEFINITIONS)
    keys = "count(*), count(distinct (customer_id, product_code)), count(distinct product_code)"
    counts = rows(lived, f"select {keys} from scores.customer_next_products where status = 'scored'").iloc[0].tolist()
    assert counts[0] == counts[1] > 200
    assert counts[2] == 2
    assert run_gate(lived, SOURCE, "scores", AS_OF_DATE, "run-3").is_passed


def test_a_job_may_do_without_a_model(lived: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch of results with figures, whose row is a series and a week; what it cannot do it says."""
    what = (lived, "order_weeks", SOURCE, AS_OF_DATE)
    assert train_as_declared(*what).status == "no_model"
    counts = score_as_declared(*what).rows_by_status
    found = rows(lived, "select * from scores.order_weeks")
    assert counts == {"scored": len(found)}
    everyone = rows(lived, f"select * from marts.customer_features where as_of_date = '{AS_OF_DATE}'")
    weeks = pd.Timestamp(AS_OF_DATE) - pd.to_timedelta(everyone["days_since_last_order"].astype(int), unit="D")
    mondays = (weeks - pd.to_timedelta(weeks.dt.weekday, unit="D")).value_counts()
    assert (
        dict(zip(pd.to_datetime(found["week_start_date"]), found["customer_count"], strict=True)) == mondays.to_dict()
    )
    with TrackingServer(lived).client() as client:
        (run_id,) = set(found["mlflow_run_id"])
        run = client.get_run(run_id)
        assert run.data.metrics["week_count"] == len(found)
        ways = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run_id}'")
    assert {way.info.run_name: way.data.tags["serves"] for way in ways} == {
        "week_before (counts)": "true",
        "nothing (counts)": "false",
    }
    (decision,) = rows(lived, "select * from quality.model_promotions where job = 'order_weeks'").to_dict("records")
    assert (decision["candidate"], decision["decision"]) == ("week_before", "promoted")
    assert decision["mlflow_run_id"] == run_id
    assert decision["metric_value"] < decision["baseline_value"]  # an error
    assert run_gate(lived, SOURCE, "scores", AS_OF_DATE, "run-2").is_passed
    refused = score_as_declared(*what[:3], date(2001, 1, 1))
    assert refused.reason == "Only 0 weeks have orders before 2001-01-01."
    assert len(rows(lived, "select * from scores.order_weeks")) == len(found)
    with pytest.raises(SettingsError, match="has no model"):
        roll_back(*what)
    monkeypatch.setattr("order_weeks_job.FEWEST_WEEKS", 10_000)
    assert "weeks have orders" in score_as_declared(*what).reason
    assert rows(lived, "select * from scores.order_weeks").empty  # what the data no longer allow is not left standing
    assert run_gate(lived, SOURCE, "scores", AS_OF_DATE, "run-2").is_passed


def test_its_card_and_the_dictionary_tell_what_it_is(lived: Settings) -> None:
    (card,) = {
        path.read_text() for path in lived.mlflow_folder.rglob("model_card.md") if "version 2" in path.read_text()
    }
    assert f"buys again in the next {HORIZON_DAYS} days" in card
    assert "A stub for a test" in card
    assert "| `repurchase_probability` | double | 0 to 1 |" in dictionary_pages()[PAGES / f"{TABLE}.md"]


def test_its_table_is_published(lived: Settings) -> None:
    with duckdb.connect(str(lived.build_file(SOURCE))) as connection:
        connection.execute("create table marts.fct_orders (order_id varchar, net_amount decimal(18, 2))")
        connection.execute("create table marts.customer_360 as select customer_id from marts.dim_customers")
    publish(lived, SOURCE, AS_OF_DATE, "run-2")
    with duckdb.connect(str(lived.published_file), read_only=True) as connection:
        assert connection.execute(f"select count(*) from {TABLE}_current").fetchone()[0] > 100


def test_an_optional_one_that_fails_holds_nobody_up(
    lived: Settings, declared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comes_back_job.ComesBackJob.check", lambda *_: 1 / 0)
    monkeypatch.setattr("comes_back_job.ComesBackJob.scores", lambda *_: 1 / 0)
    what = (lived, NAME, SOURCE, AS_OF_DATE)
    before = rows(lived, f"select * from {TABLE} order by all")
    for function in (train_as_declared, score_as_declared):
        with pytest.raises(ZeroDivisionError):
            function(*what)
    file = declared / f"{NAME}.yml"
    file.write_text(file.read_text() + "optional: true\n")
    registry._read.cache_clear()
    off = lived.model_copy(update={"jobs_off": NAME})
    assert "switched off" in train_as_declared(off, *what[1:], force=True).reason
    outcome = train_as_declared(*what, pipeline_run_id="run-3", force=True)
    assert (outcome.status, outcome.model_version) == ("failed", None)
    assert "does not stop the pipeline" in outcome.reason
    assert "does not stop the pipeline" in score_as_declared(*what).reason
    decided = rows(lived, "select decision, reason from quality.model_promotions where decision = 'failed'")
    assert len(decided) == 1
    pd.testing.assert_frame_equal(before, rows(lived, f"select * from {TABLE} order by all"))
    with duckdb.connect(str(lived.build_file(SOURCE))) as connection:
        connection.execute(f"update {TABLE} set repurchase_probability = 2")
    result = run_gate(lived, SOURCE, "scores", AS_OF_DATE, "run-3")
    assert result.is_passed
    assert "repurchase_probability" in {check.column_name for check in result.warnings}


def test_no_shared_file_knows_its_name() -> None:
    for package in ("dags", "dbt_project", "expectations", "ml", "pipeline", "services", "warehouse"):
        for file in (CHECKOUT / package).rglob("*"):
            if file.suffix in (".py", ".yml", ".sql"):
                assert NAME not in file.read_text(encoding="utf-8"), file
