"""The page on models: what serves, by how much it is better, and how groups were treated."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer
from dashboard.base.texts import Texts
from dashboard.charts.models import drift, gain, groups, origins
from warehouse.base.browser_pages import BrowserPages

_LESS = {"less_is_better": ["crps_days"]}


@pytest.fixture
def version() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema quality;
            create table quality.model_promotions as
            select * exclude (day), timestamp '2026-01-01' + day * interval 1 day as decided_at from (values
                (1, 'churn', 'tree', 'promoted', 'tree passes: better', 'roc_auc', 0.66, 'recency', 0.60, '1', 'a'),
                (2, 'churn', 'blend', 'champion_kept', 'kept, no better', 'roc_auc', 0.65, 'recency', 0.60, '2', 'b'),
                (1, 'next_order', 'rule', 'baseline_serves', 'date: none', 'crps_days', 25.0, 'rule', 25.0, null, 'c'),
                (3, 'next_order', 'nbd', 'promoted', 'date: nbd beats', 'crps_days', 20.0, 'rule', 25.0, null, 'd'),
                (3, 'next_order', 'mean', 'baseline_serves', 'amount: none', 'loss', 1.0, 'mean', 1.0, null, 'd'),
                (1, 'clv', 'rule', 'baseline_serves', 'none', 'gini', 0.2, 'rule', 0.2, null, 'e'),
                (2, 'uplift', null, 'refused', 'no campaign', null, null, null, null, null, null)
            ) as t (day, job, candidate, decision, reason, metric_name, metric_value, baseline_name, baseline_value,
                    model_version, mlflow_run_id);
            alter table quality.model_promotions add column model_name text default 'crm';
            create table quality.model_fairness as
            select *, timestamp '2026-01-01' as measured_at from (values
                ('churn', 'tree', 'country', '(all)', 90, 'predicted_mean', 0.5),
                ('churn', 'tree', 'country', '(all)', 90, 'actual_mean', 0.6),
                ('churn', 'tree', 'country', '(difference)', null, 'predicted_mean', 0.1),
                ('churn', 'tree', 'country', '(difference)', null, 'actual_mean', 0.1),
                ('churn', 'tree', 'country', '<b>X</b>', 40, 'predicted_mean', 0.4),
                ('churn', 'tree', 'country', '<b>X</b>', 40, 'actual_mean', 0.7)
            ) as t (job, candidate, group_column, group_value, customer_count, metric_name, metric_value)
            """
        )
        yield connection


def test_what_serves_is_the_last_that_was_put_in_service(version: duckdb.DuckDBPyConnection) -> None:
    rows = answer(version, "models/serving", _LESS)
    assert rows[["job", "candidate", "served_by", "decision"]].values.tolist() == [
        ["churn", "tree", "model", "champion_kept"],
        ["clv", "rule", "rule", "baseline_serves"],
        ["next_order", "mean", "rule", "baseline_serves"],
        ["next_order", "nbd", "model", "promoted"],
    ]
    assert rows["gain_share"].round(6).tolist() == [0.1, 0, 0, 0.2]


def test_tiles_count_jobs_by_what_serves(version: duckdb.DuckDBPyConnection) -> None:
    assert answer(version, "models/standing", {})["value"].tolist() == [4, 2, 1, 1]


def test_pictures_have_what_was_asked(version: duckdb.DuckDBPyConnection) -> None:
    texts, numbers = Texts("en"), Numbers("en")
    (bars,) = gain(answer(version, "models/serving", _LESS), texts, numbers).to_dict()["datasets"].values()
    assert [row["label"] for row in bars] == [
        "Next order · date",
        "Customers who leave",
        "Lifetime value, 90 days",
        "Next order · amount",
    ]
    frame = answer(version, "models/groups", {"job": "churn"})
    (points,) = groups(frame, texts, numbers).to_dict()["datasets"].values()
    assert [(row["label"], row["predicted_mean"], row["actual_mean"]) for row in points] == [
        ("Everybody", 0.5, 0.6),
        ("Country · <b>X</b>", 0.4, 0.7),
    ]


def test_names_do_not_leave_their_place_in_an_address() -> None:
    places = BrowserPages(mlflow="http://127.0.0.1:5000")
    assert (
        places.model("a/b c", "1")
        == "http://127.0.0.1:5000/#/models/a%2Fb%20c/versions/1?workflowType=machine_learning"
    )


def test_earlier_dates_show_the_best_of_each_role_in_the_newest_backtest(version: duckdb.DuckDBPyConnection) -> None:
    version.execute(
        """
        create table quality.backtest as
        select *, 'churn' as job, date '2025-01-01' as origin_date, 90 as horizon_days, 100 as customer_count,
            'roc_auc' as metric_name
        from (values
            ('new', timestamp '2026-01-02', 'tree', 'candidate', 0.7),
            ('new', timestamp '2026-01-02', 'blend', 'candidate', 0.8),
            ('new', timestamp '2026-01-02', 'rule', 'baseline', 0.6),
            ('new', timestamp '2026-01-02', 'tree', 'in_service', 0.7),
            ('old', timestamp '2026-01-01', 'tree', 'candidate', 0.9)
        ) as t (backtest_id, measured_at, candidate, role, metric_value)
        """
    )
    frame = answer(version, "models/origins", {"job": "churn", "metric": "roc_auc", **_LESS})
    assert frame[["played_by", "candidate", "metric_value"]].values.tolist() == [
        ["best_model", "blend", 0.8],
        ["best_rule", "rule", 0.6],
        ["in_service", "tree", 0.7],
    ]
    (rows,) = origins(frame, Texts("en"), Numbers("en")).to_dict()["datasets"].values()
    assert rows[2]["played_by"] == "Would have been in service"


def test_drift_shows_the_newest_date_alone(version: duckdb.DuckDBPyConnection) -> None:
    version.execute(
        """
        create table quality.drift as
        select *, 'churn' as job, 0.1 as watch_from, 0.25 as drifted_from, date '2025-01-01' as reference_date,
            9 as row_count
        from (values
            ('a', 0.01, 'ok', date '2026-02-01'),
            ('b', 0.3, 'drifted', date '2026-02-01'),
            ('a', 0.9, 'drifted', date '2026-01-01')
        ) as t (column_name, psi, status, as_of_date)
        """
    )
    frame = answer(version, "models/drift", {"job": "churn"})
    (rows,) = drift(frame, Texts("en"), Numbers("en")).to_dict()["datasets"].values()
    assert [(row["column_name"], row["status"]) for row in rows] == [("b", "Drifted"), ("a", "As before")]
