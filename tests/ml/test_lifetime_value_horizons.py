"""Longer horizons of lifetime value: jobs of their own, with labels, snapshots, candidates and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Competition, Refused
from ml.data.dated_rows import LeakError, check_no_leak, eligible
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots
from ml.estimators.baselines import LevelledSpend, StatusQuoSpend
from ml.estimators.intervals import SimilarPredictionInterval
from ml.jobs.lifetime_value import LifetimeValueJob
from ml.jobs.lifetime_value.horizons import horizon_snapshots, read_horizon_snapshots
from ml.jobs.lifetime_value.learning import HOLDOUT
from ml.jobs.lifetime_value.shorter_horizons import LEAST_AMOUNTS, least_amounts
from ml.jobs.registry import load_job
from ml.tracking.serialisation import model_content
from tests.ml.synthetic_shop import AS_OF_DATE, SOURCE, features_at, simulated_orders, write_marts
from warehouse.base.build_file import BuildFile
from warehouse.base.settings import Settings

LABELLED_DATES = [AS_OF_DATE - timedelta(days=days) for days in (180, 360, 365, 390)]
FURTHER = {"clv_180d": 180, "clv_365d": 365}
RULES = ("status_quo_rate", "last_90_days", "hiatus_rule")


def quick(name: str) -> LifetimeValueJob:
    """The job without boosting's two families: competitions take seconds, and who may compete and serve is the same."""
    job = load_job(name)
    makers = job.candidate_makers
    job.candidate_makers = lambda *what: (pair for pair in makers(*what) if not pair[0].endswith("boosting"))
    return job


def labelled_rows(orders: pd.DataFrame, dates: list[date]) -> pd.DataFrame:
    parts = []
    for day in dates:
        frame, start = features_at(orders, day), pd.Timestamp(day)
        for days in FURTHER.values():
            end = start + timedelta(days=days)
            future = orders[(orders["day"] >= start) & (orders["day"] < end)].groupby("customer_id")["amount"].sum()
            spent = frame["customer_id"].map(future).fillna(0.0)
            frame[f"future_net_amount_{days}d"] = spent if end <= pd.Timestamp(AS_OF_DATE) else np.nan
        parts.append(frame)
    return pd.concat(parts).sort_values(["customer_id", "as_of_date"], ignore_index=True)


@pytest.fixture(scope="module")
def labelled() -> pd.DataFrame:
    return labelled_rows(simulated_orders(), LABELLED_DATES)


@pytest.fixture(scope="module")
def at(snapshots: Snapshots, labelled: pd.DataFrame):
    """A function that gives the snapshots of a horizon, as they are read from the marts."""

    def cut(days: int) -> Snapshots:
        column = f"future_net_amount_{days}d"
        rows = labelled[labelled[column].notna()].assign(future_net_amount=lambda rows: rows[column])
        return horizon_snapshots(
            SOURCE, AS_OF_DATE, days, labelled=rows, scoring=snapshots.scoring, began_on=snapshots.history_began_on
        )

    return cut


@pytest.fixture(scope="module")
def half_year_competition(at) -> Competition:
    return quick("clv_180d").compete(at(180), None)


def test_a_horizon_is_judged_that_long_ago_and_learned_from_before(at):
    half_year = at(180)
    assert half_year.evaluation_date == AS_OF_DATE - timedelta(days=180)
    assert half_year.training_dates == sorted(AS_OF_DATE - timedelta(days=days) for days in (360, 365, 390))
    assert half_year.evaluation["future_net_amount"].equals(half_year.evaluation["future_net_amount_180d"])
    year = at(365)
    assert year.evaluation_date == AS_OF_DATE - timedelta(days=365)
    assert year.training.empty
    late = replace(half_year, training=half_year.evaluation)
    with pytest.raises(LeakError):
        check_no_leak(late)


def test_what_is_read_from_the_marts_is_what_was_labelled(
    settings: Settings, snapshots: Snapshots, labelled: pd.DataFrame, at
):
    """Features and label of each date, put where the job's own label stands; without such labels there is nothing."""
    settings.build_file(SOURCE).parent.mkdir(parents=True, exist_ok=True)
    write_marts(settings.build_file(SOURCE), snapshots)
    with duckdb.connect(str(settings.build_file(SOURCE))) as connection:
        connection.register("given", labelled)
        features = ", ".join(row[0] for row in connection.execute("describe marts.customer_features").fetchall())
        connection.execute(f"create or replace table marts.customer_features as select {features} from given")
        connection.execute(
            "create or replace table marts.customer_labels as "
            "select customer_id, as_of_date, future_net_amount_180d, future_net_amount_365d from given"
        )
    read, expected = read_horizon_snapshots(BuildFile(settings, SOURCE), AS_OF_DATE, 180, None), at(180)
    for part in ("training", "evaluation"):
        columns = ["customer_id", "as_of_date", "net_amount", "future_net_amount"]
        found, wanted = (getattr(rows, part)[columns].sort_values(columns[:2]) for rows in (read, expected))
        pd.testing.assert_frame_equal(
            found.reset_index(drop=True), wanted.reset_index(drop=True), check_dtype=False, check_exact=False
        )
    assert (
        read_horizon_snapshots(BuildFile(settings, SOURCE), AS_OF_DATE, 180, 900).training["customer_id"].nunique()
        < 450
    )
    assert read_horizon_snapshots(BuildFile(settings, SOURCE), AS_OF_DATE, 120, None).evaluation.empty


@pytest.mark.parametrize("name", FURTHER)
def test_every_horizon_is_a_job_with_a_winner_and_a_table_of_its_own(at, half_year_competition, name: str):
    job, snapshots = quick(name), at(FURTHER[name])
    job.check(snapshots)
    found = half_year_competition if FURTHER[name] == 180 else job.compete(snapshots, None)
    assert {result.name for result in found.results} > set(RULES)
    estimator = found.result(found.decision.serving).candidate.estimator
    model_content(estimator)  # raises where something could not be loaded again
    rows = eligible(snapshots.scoring)
    scores = job.scores(estimator, model_frame(rows, found.columns), rows)
    assert set(scores) == set(job.spec.scores.columns)
    assert (scores["horizon_days"] == FURTHER[name]).all()
    assert scores["predicted_amount"].between(scores["predicted_lower_amount"], scores["predicted_upper_amount"]).all()


def test_what_shorter_horizons_expect_is_read_from_their_newest_scores():
    with duckdb.connect() as connection:
        connection.execute("create schema scores")
        for table, amount in (("customer_clv", 5.0), ("customer_clv_180d", 7.0)):
            connection.execute(
                f"create table scores.{table} as select customer_id, date '2024-07-01' as as_of_date, "
                f"'scored' as status, 0.0 as predicted_lower_amount, {amount} + extra as predicted_amount, "
                "9.0 as predicted_upper_amount, scored_at, 'm' as model_name, '1' as model_version "
                "from (values ('a', 0, 2), ('b', 5, 2), ('b', 9, 1)) as given (customer_id, extra, scored_at)"
            )
        tables = ("customer_clv", "customer_clv_180d", "not_scored_yet")
        found = least_amounts(connection, date(2024, 7, 1), tables).sort_values("customer_id")
        assert found["least_predicted_amount"].tolist() == [7.0, 12.0]
        assert found["least_predicted_upper_amount"].tolist() == [9.0, 9.0]
        assert least_amounts(connection, date(2024, 7, 2), tables).empty
        assert set(least_amounts(connection, date(2024, 7, 1), ())) == set(found)


def test_a_longer_horizon_expects_no_less_than_a_shorter_one(half_year_competition, snapshots: Snapshots):
    job, rows = quick("clv_180d"), eligible(snapshots.scoring)
    estimator = half_year_competition.result("status_quo_rate").candidate.estimator
    own = job.scores(estimator, model_frame(rows), rows)
    least = pd.DataFrame({name: own["predicted_amount"] + 1 for name in LEAST_AMOUNTS.values()})
    least.iloc[0] = np.nan  # not scored in fewer days
    raised = job.scores(estimator, model_frame(rows), rows.join(least))
    assert raised.iloc[0].equals(own.iloc[0])
    assert raised["predicted_amount"].iloc[1:].to_numpy() == pytest.approx(own["predicted_amount"].iloc[1:] + 1)
    assert (raised["expected_order_count"].iloc[1:] > own["expected_order_count"].iloc[1:]).all()
    assert raised["predicted_amount"].between(raised["predicted_lower_amount"], raised["predicted_upper_amount"]).all()


def test_more_is_spent_in_more_days(half_year_competition, snapshots: Snapshots):
    own = quick("clv").compete(snapshots, None, only=["status_quo_rate"]).result("status_quo_rate").metrics
    longer = half_year_competition.result("status_quo_rate").metrics
    assert longer["actual_total"] > own["actual_total"]


def test_without_training_snapshots_only_what_needs_no_outcomes_competes(at):
    """The whole job, not the quick one: boosting must not be offered."""
    found = load_job("clv_365d").compete(at(365), None)
    assert len(found.results) == len(RULES) + 3
    assert all(result.candidate.parameters["interval_learned_on"] == HOLDOUT for result in found.results)
    assert found.result("hiatus_rule").candidate.estimator.amount.rule_.cutoff_days_ == 180
    for result in found.results:
        assert np.isfinite(result.candidate.estimator.predict(model_frame(found.example, found.columns))).all()


def test_outcomes_of_the_holdout_change_no_order_of_customers(at):
    """At a horizon without training snapshots they set the level of rules, and the intervals; nothing else."""
    year, job = at(365), load_job("clv_365d")
    lied = replace(year, evaluation=year.evaluation.assign(future_net_amount=1.0))
    frame = model_frame(year.evaluation)
    for (name, make), (_, make_again) in zip(
        job.candidate_makers(year, ()), job.candidate_makers(lied, ()), strict=True
    ):
        told, told_again = (made().estimator.predict(frame) for made in (make, make_again))
        scale = told.sum() / told_again.sum() if name in RULES else 1.0
        assert told == pytest.approx(scale * told_again)


def test_rules_that_may_serve_a_further_horizon_keep_their_order_and_meet_the_level(at):
    rows = eligible(at(180).training)
    frame, spent = model_frame(rows), rows["future_net_amount"].to_numpy()
    rule = StatusQuoSpend(180).fit(frame)
    levelled = LevelledSpend(StatusQuoSpend(180)).fit(frame, spent)
    assert levelled.predict(frame) == pytest.approx(levelled.level_factor_ * rule.predict(frame))
    assert levelled.predict(frame).sum() == pytest.approx(spent.sum())
    assert LevelledSpend(StatusQuoSpend(180)).fit(frame.assign(net_amount_365d=0.0), spent).level_factor_ == 1.0


def test_left_out_bounds_do_not_know_the_row():
    random = np.random.default_rng(3)
    predicted = random.gamma(1, 50, 600)
    actual = predicted * random.lognormal(0, 0.5, 600)
    interval = SimilarPredictionInterval(0.8, 10).fit(predicted, actual)
    lower, upper = interval.left_out_bounds(predicted, actual, fold_count=3, seed=1)
    assert ((actual >= lower) & (actual <= upper)).mean() == pytest.approx(0.8, abs=0.06)
    changed = actual.copy()
    changed[0] = 1e9
    again = interval.left_out_bounds(predicted, changed, fold_count=3, seed=1)
    assert (again[0][0], again[1][0]) == (lower[0], upper[0])


def test_a_horizon_longer_than_the_history_is_refused_with_its_reason(at):
    year = at(365)
    with pytest.raises(Refused, match="The history is too short for 365 days: models would be evaluated on"):
        load_job("clv_365d").check(replace(year, evaluation=year.evaluation.head(0)))
    with pytest.raises(Refused, match="Nobody has ordered anything"):
        load_job("clv_365d").check(replace(year, evaluation=year.evaluation.head(0), scoring=year.scoring.head(0)))
