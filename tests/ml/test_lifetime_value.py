"""Lifetime value: better than going on as before, intervals, tiers, and reasoned refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.estimators.purchase_forecast import ORDER_COLUMNS, PurchaseSpendModel
from ml.jobs.lifetime_value import LifetimeValueJob
from ml.purchase_models.modified_beta_geometric_nbd import ModifiedBetaGeometricNBD
from tests.ml.synthetic_shop import HORIZON_DAYS

JOB = LifetimeValueJob(HORIZON_DAYS)


@pytest.fixture(scope="module")
def competition(snapshots):
    return JOB.compete(snapshots, None)


@pytest.fixture(scope="module")
def scores(snapshots, competition):
    rows = eligible(snapshots.scoring)
    estimator = competition.result("two_stage_boosting").candidate.estimator
    return JOB.scores(estimator, model_frame(rows, competition.columns), rows).assign(customer_id=rows["customer_id"])


def test_candidates_and_figures(competition):
    names = [result.name for result in competition.results]
    assert names[:3] == ["status_quo_rate", "last_90_days", "hiatus_rule"]
    assert names[3].endswith("gamma_gamma") or names[3].endswith("historic_order_amount")
    assert names[4] == f"{names[3]}_all_orders"
    # … and with the orders of the model that gives P(alive).
    assert names[5] in {names[4].replace("bg_nbd", other, 1) for other in ("pareto_nbd", "mbg_nbd")}
    assert names[6:] == ["two_stage_boosting", "tweedie_boosting", "blend"]
    assert len({tuple(result.metrics) for result in competition.results}) == 1
    for result in competition.results:
        assert {"gini", "gini_without_largest", "interval_coverage", "level_ratio", "spearman"} <= set(result.metrics)


def test_the_orders_of_one_model_go_with_the_amounts_of_another(snapshots):
    frame = model_frame(snapshots.newest)
    spend = PurchaseSpendModel(HORIZON_DAYS, counts_first_order=True).fit(frame)
    lifetimes = ModifiedBetaGeometricNBD().fit(frame[ORDER_COLUMNS])
    other = spend.with_orders(lifetimes)
    expected = lifetimes.expected_orders(frame[ORDER_COLUMNS], HORIZON_DAYS) * spend.expected_order_amount(frame)
    np.testing.assert_allclose(other.predict(frame), expected)
    assert other.method_name_ == spend.method_name_.replace("bg_nbd", "mbg_nbd")
    assert (other.record_["orders_method"], other.record_["amounts_method"]) == (
        "mbg_nbd",
        spend.record_["amounts_method"],
    )
    assert not np.allclose(other.predict(frame), spend.predict(frame))


def test_models_rank_better_than_the_last_period_and_stay_level(competition):
    last_period = competition.result("last_90_days").metrics["gini"]
    for result in competition.results[3:]:
        assert result.metrics["gini"] > last_period
        assert 0.6 < result.metrics["level_ratio"] < 1.6
        assert result.metrics["interval_coverage"] > 0.7


def test_score_columns_agree_with_each_other(scores):
    assert (scores["predicted_lower_amount"] <= scores["predicted_amount"]).all()
    assert (scores["predicted_amount"] <= scores["predicted_upper_amount"]).all()
    assert np.allclose(scores["total_amount"], scores["historic_amount"] + scores["predicted_amount"], atol=0.006)
    assert scores["alive_probability"].between(0, 1).all()
    assert (scores["expected_order_count"] >= 0).all()
    told = scores["expected_order_count"] * scores["expected_order_amount"]
    assert ((told - scores["predicted_amount"]).abs() <= 0.01 * (1 + scores["expected_order_count"])).all()
    assert (scores["value_at_stake_amount"] >= scores["predicted_amount"]).all()


def test_tiers_hold_their_share_and_are_in_order(scores):
    share = scores["value_tier"].value_counts(normalize=True)
    assert share["top"] == pytest.approx(0.05, abs=0.01)
    assert share["low"] == pytest.approx(0.5, abs=0.01)
    lowest_top = scores.loc[scores["value_tier"] == "top", "value_at_stake_amount"].min()
    assert (scores.loc[scores["value_tier"] == "low", "value_at_stake_amount"] <= lowest_top).all()


def test_more_is_at_stake_with_whoever_bought_more_often_however_long_silent(snapshots, competition):
    """The predicted amount holds the risk that they have left; what is at stake does not."""
    estimator = competition.result("two_stage_boosting").candidate.estimator
    row = model_frame(eligible(snapshots.scoring), competition.columns).iloc[[0, 0]].reset_index(drop=True)
    history = {"repeat_order_count": [1, 40], "first_to_last_order_days": [300, 300], "tenure_days": [500, 500]}
    seldom, often = estimator.details(row.assign(**history, net_amount=[60.0, 1200.0]))["value_at_stake_amount"]
    assert often > 5 * seldom


def test_tier_of_equal_predictions_does_not_depend_on_row_order():
    ids = pd.Series([f"c{n}" for n in range(20)])
    tiers = dict(zip(ids, JOB.value_tier(pd.Series(np.ones(20)), ids), strict=True))
    backwards = ids[::-1].reset_index(drop=True)
    again = dict(zip(backwards, JOB.value_tier(pd.Series(np.ones(20)), backwards), strict=True))
    assert tiers == again


def test_no_spend_at_all_is_refused(snapshots):
    nothing = replace(snapshots, training=snapshots.training.assign(future_net_amount=0.0))
    with pytest.raises(Refused, match=r"Only 0 of .* training rows spent something"):
        JOB.check(nothing)


def test_without_repeat_orders_there_is_an_amount_but_no_orders(snapshots):
    once = {"repeat_order_count": 0, "first_to_last_order_days": 0, "mean_repeat_order_amount": np.nan}
    changed = replace(
        snapshots, training=snapshots.training.assign(**once), evaluation=snapshots.evaluation.assign(**once)
    )
    competition = JOB.compete(changed, None, only=("purchase_model", "two_stage_boosting"))
    assert "purchase_model" in competition.failures
    rows = eligible(changed.scoring)
    estimator = competition.result("two_stage_boosting").candidate.estimator
    scores = JOB.scores(estimator, model_frame(rows, competition.columns), rows)
    assert scores["predicted_amount"].notna().all()
    assert scores["expected_order_count"].isna().all()
    assert scores["value_at_stake_amount"].equals(scores["predicted_amount"])


def test_returns_that_exceed_purchases_do_not_break_the_metrics():
    random = np.random.default_rng(8)
    actual, predicted = random.normal(20, 60, 200).round(2), random.gamma(1, 20, 200)
    assert (actual < 0).any()
    assert np.isfinite(list(JOB.metrics(actual, predicted).values())).all()
    assert JOB.error_by_weight(actual - 100, predicted)(np.ones(200)) == np.inf
