"""Further horizons of lifetime value: labels, competitions of their own, refusals, and amounts that agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.data.features import model_frame
from ml.data.snapshots import LeakError, Snapshots, check_no_leak, eligible
from ml.estimators.baselines import LevelledSpend, StatusQuoSpend
from ml.estimators.intervals import SimilarPredictionInterval
from ml.jobs.lifetime_value import LifetimeValueJob
from ml.jobs.lifetime_value.horizons import LabelledHistory, horizon_snapshots
from ml.jobs.lifetime_value.learning import HOLDOUT
from ml.jobs.lifetime_value.scores import carry_the_larger
from ml.tracking.serialisation import types_in
from tests.ml.synthetic_shop import AS_OF_DATE, HORIZON_DAYS, features_at, simulated_orders

# Without boosting's two families the competitions take seconds: what is tested is who may compete and who serves.
LABELLED_DATES = [AS_OF_DATE - timedelta(days=days) for days in (180, 360, 365, 390)]
FURTHER = (180, 365)
PREFIXES = ("predicted", "predicted_180d", "predicted_365d")
RULES = ("status_quo_rate", "last_90_days", "hiatus_rule")


class QuickJob(LifetimeValueJob):
    """Rules and the purchase model only."""

    def candidate_makers(self, snapshots, columns):
        quick = (pair for pair in super().candidate_makers(snapshots, columns) if not pair[0].endswith("boosting"))
        yield from quick


def labelled_rows(orders: pd.DataFrame, dates: list[date]) -> pd.DataFrame:
    parts = []
    for day in dates:
        frame, start = features_at(orders, day), pd.Timestamp(day)
        for days in FURTHER:
            end = start + timedelta(days=days)
            future = orders[(orders["day"] >= start) & (orders["day"] < end)].groupby("customer_id")["amount"].sum()
            spent = frame["customer_id"].map(future).fillna(0.0)
            frame[f"future_net_amount_{days}d"] = spent if end <= pd.Timestamp(AS_OF_DATE) else np.nan
        parts.append(frame)
    return pd.concat(parts).sort_values(["customer_id", "as_of_date"], ignore_index=True)


@pytest.fixture(scope="module")
def history(snapshots: Snapshots) -> LabelledHistory:
    labelled = labelled_rows(simulated_orders(), LABELLED_DATES)
    return LabelledHistory(
        **{name: getattr(snapshots, name) for name in snapshots.__dataclass_fields__}, labelled=labelled
    )


@pytest.fixture(scope="module")
def competition(history: LabelledHistory):
    job = QuickJob(HORIZON_DAYS, further_horizons_days=FURTHER)
    return job, job.compete(history, None)


def test_a_horizon_is_judged_that_long_ago_and_learned_from_before(history: LabelledHistory):
    half_year = horizon_snapshots(history, 180)
    assert half_year.evaluation_date == AS_OF_DATE - timedelta(days=180)
    assert half_year.training_dates == sorted(AS_OF_DATE - timedelta(days=days) for days in (360, 365, 390))
    assert half_year.evaluation["future_net_amount"].equals(half_year.evaluation["future_net_amount_180d"])
    year = horizon_snapshots(history, 365)
    assert year.evaluation_date == AS_OF_DATE - timedelta(days=365)
    assert year.training.empty
    late = replace(half_year, training=half_year.evaluation)
    with pytest.raises(LeakError):
        check_no_leak(late)


def test_every_horizon_has_a_competition_and_a_winner_of_its_own(competition):
    _, found = competition
    half_year, year = found.horizons
    for outcome in (half_year, year):
        assert outcome.competition is not None
        assert {result.name for result in outcome.competition.results} > set(RULES)
        assert outcome.model.candidate == outcome.competition.decision.serving
    names = [result.name for result in found.results]
    assert {"status_quo_rate", "status_quo_rate_180d", "status_quo_rate_365d"} <= set(names)
    assert len(names) == len(set(names))
    own, of_half_year = (found.result(name).metrics for name in ("status_quo_rate", "status_quo_rate_180d"))
    assert of_half_year["actual_total"] > own["actual_total"]
    assert set(found.documents["horizons.json"]) == {"180", "365"}


def test_without_training_snapshots_only_what_needs_no_outcomes_competes(history: LabelledHistory):
    """The whole job, not the quick one: boosting must not be offered."""
    year = horizon_snapshots(history, 365)
    job = LifetimeValueJob(365, is_further=True)
    found = job.compete(year, None)
    assert len(found.results) == len(RULES) + 2
    assert all(result.candidate.parameters["interval_learned_on"] == HOLDOUT for result in found.results)
    assert found.result("hiatus_rule").candidate.estimator.amount.rule_.cutoff_days_ == 180


def test_outcomes_of_the_holdout_change_no_order_of_customers(history: LabelledHistory):
    """At a horizon without training snapshots they set the level of rules, and the intervals; nothing else."""
    year = horizon_snapshots(history, 365)
    lied = replace(year, evaluation=year.evaluation.assign(future_net_amount=1.0))
    frame, job = model_frame(year.evaluation), LifetimeValueJob(365, is_further=True)
    for (name, make), (_, make_again) in zip(
        job.candidate_makers(year, ()), job.candidate_makers(lied, ()), strict=True
    ):
        told, told_again = (made().estimator.predict(frame) for made in (make, make_again))
        scale = told.sum() / told_again.sum() if name in RULES else 1.0
        assert told == pytest.approx(scale * told_again)


def test_rules_that_may_serve_a_further_horizon_keep_their_order_and_meet_the_level(history: LabelledHistory):
    rows = eligible(horizon_snapshots(history, 180).training)
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


def test_a_horizon_longer_than_the_history_is_refused_with_its_reason(history: LabelledHistory):
    labelled = history.labelled.assign(future_net_amount_365d=np.nan)
    job = QuickJob(HORIZON_DAYS, further_horizons_days=FURTHER)
    found = job.compete(replace(history, labelled=labelled), None)
    year = found.horizons[1]
    assert "The history is too short for 365 days: models would be judged on" in year.refusal
    rows = eligible(history.scoring)
    scores = job.scores(found.result("status_quo_rate").candidate.estimator, model_frame(rows, found.columns), rows)
    assert "predicted_365d_amount" not in scores  # written as null
    assert (scores["predicted_365d_status"] == "refused").all()
    assert (scores["predicted_365d_reason"] == year.refusal).all()
    assert scores["predicted_180d_amount"].notna().all()


def test_marts_without_these_labels_leave_the_horizons_refused(history: LabelledHistory):
    job = QuickJob(HORIZON_DAYS, further_horizons_days=FURTHER)
    found = job.compete(replace(history, labelled=pd.DataFrame()), None)
    assert [outcome.competition for outcome in found.horizons] == [None, None]


def test_scores_of_all_horizons_agree(competition, history: LabelledHistory):
    job, found = competition
    rows = eligible(history.scoring)
    for name in ("status_quo_rate", found.decision.serving):
        estimator = found.result(name).candidate.estimator
        scores = job.scores(estimator, model_frame(rows, found.columns), rows)
        for end in ("lower_amount", "amount", "upper_amount"):
            own, half_year, year = (
                scores[f"{prefix}_{end}"] for prefix in ("predicted", "predicted_180d", "predicted_365d")
            )
            assert (own <= half_year).all()
            assert (half_year <= year).all()
        for prefix in ("predicted_180d", "predicted_365d"):
            inside = scores[f"{prefix}_amount"].between(
                scores[f"{prefix}_lower_amount"], scores[f"{prefix}_upper_amount"]
            )
            assert inside.all()
            assert scores[f"{prefix}_method"].notna().all()
        total = (scores["historic_amount"] + scores["predicted_amount"]).round(2)
        assert np.allclose(scores["total_amount"], total)
        types_in(estimator)  # raises where something could not be loaded again


def test_contradicting_horizons_carry_the_larger():
    ends = ("lower_amount", "amount", "upper_amount")
    values = {"predicted": (1, 5, 9), "predicted_180d": (2, 4, 20), "predicted_365d": (0, 6, 15)}
    detail = pd.DataFrame(
        {f"{name}_{end}": [v] for name, all_ in values.items() for end, v in zip(ends, all_, strict=True)}
    )
    carried = carry_the_larger(detail, list(values))
    assert carried[[f"predicted_180d_{end}" for end in ends]].iloc[0].tolist() == [2, 5, 20]
    assert carried[[f"predicted_365d_{end}" for end in ends]].iloc[0].tolist() == [2, 6, 20]
    assert carried[[f"predicted_{end}" for end in ends]].iloc[0].tolist() == [1, 5, 9]


def test_a_former_horizon_that_is_not_beaten_goes_on(competition, history: LabelledHistory):
    """With a gate that nobody passes the verdict is champion_kept: the former part stays, in the new version."""
    job, found = competition
    former = found.result("status_quo_rate").candidate.estimator
    unreachable = job.gate.model_copy(update={"minimum_gain_over_baseline": 10.0})
    configuration = job.configuration.model_copy(update={"gate": unreachable})
    again = QuickJob(HORIZON_DAYS, configuration, further_horizons_days=FURTHER).compete(history, former)
    assert [outcome.competition.decision.verdict for outcome in again.horizons] == ["champion_kept", "champion_kept"]
    assert [outcome.model for outcome in again.horizons] == list(former.further_horizons())
