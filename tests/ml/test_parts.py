"""Rules, calibration, intervals, configuration and the retraining policy."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from ml.competition.results import CandidateFailed
from ml.configuration import load_configuration
from ml.estimators.baselines import (
    HiatusChurnRule,
    HiatusSpend,
    LastPeriodSpend,
    LevelledSpend,
    OrderCountChurnRule,
    RecencyChurnRule,
    StatusQuoSpend,
)
from ml.estimators.calibration import CalibratedByCustomer, customer_folds
from ml.estimators.intervals import SimilarPredictionInterval
from ml.estimators.tweedie import TweedieSpendModel
from ml.evaluation.metrics import expected_calibration_error
from ml.jobs.configuration import ChurnConfiguration, LifetimeValueConfiguration
from ml.lifecycle.retraining import reason_to_train
from ml.tracking import Figures, RegisteredVersion, usable_champion
from warehouse.base.errors import SettingsError


def test_hiatus_rule_finds_the_cut_off():
    frame = pd.DataFrame({"days_since_last_order": [1.0, 5, 20, 40, 60, 90]})
    rule = HiatusChurnRule().fit(frame, [0, 0, 0, 1, 1, 0])
    assert rule.cutoff_days_ == 20
    assert rule.predict_proba(frame)[:, 1] == pytest.approx([0, 0, 0, 2 / 3, 2 / 3, 2 / 3])


def test_recency_rule_never_falls_with_time():
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"days_since_last_order": random.integers(0, 365, 500).astype(float)})
    churned = random.random(500) < frame["days_since_last_order"] / 400
    rule = RecencyChurnRule().fit(frame, churned)
    by_day = rule.predict_proba(pd.DataFrame({"days_since_last_order": np.arange(0.0, 500)}))[:, 1]
    assert (np.diff(by_day) >= 0).all()


def test_order_count_rule_by_hand():
    """Groups of one and of two orders of which half churn; of three, nobody: what would rise is pooled."""
    frame = pd.DataFrame({"order_count_365d": [1.0, 1, 2, 2, 3, 3]})
    rule = OrderCountChurnRule().fit(frame, [True, False, True, True, False, False])
    assert rule.predict_proba(frame)[:, 1] == pytest.approx([0.75, 0.75, 0.75, 0.75, 0, 0])
    assert rule.predict_proba(pd.DataFrame({"order_count_365d": [50.0]}))[0, 1] == 0


def test_status_quo_by_hand():
    frame = pd.DataFrame(
        {"tenure_days": [400.0, 100, 3], "net_amount_365d": [365.0, 100, 30], "net_amount_90d": [9.0, 18, -5]}
    )
    assert StatusQuoSpend(90, 30).fit(frame).predict(frame) == pytest.approx([90, 90, 90])
    assert LastPeriodSpend(180).fit(frame).predict(frame) == pytest.approx([18, 36, 0])


def test_hiatus_rule_for_spend_by_hand():
    frame = pd.DataFrame(
        {"days_since_last_order": [5.0, 20, 90, 91], "tenure_days": 365.0, "net_amount_365d": [365.0, 730, 365, 365]}
    )
    rule = HiatusSpend(90, 30).fit(frame, [10.0, 5, 0, -3])
    assert rule.cutoff_days_ == 20
    assert rule.predict(frame) == pytest.approx([90, 180, 0, 0])
    levelled = LevelledSpend(HiatusSpend(90, 30)).fit(frame, [10.0, 5, 0, -3])
    assert levelled.learned() == {"level_factor": pytest.approx(12 / 270), "cutoff_days": 20}


def test_tweedie_learns_a_mean_with_zeros_and_a_tail_and_never_goes_below_zero():
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"x": random.normal(0, 1, 6000)})
    mean = np.exp(3 + frame["x"])
    spend = np.where(random.random(6000) < 0.5, 0, 2 * mean * random.gamma(2, 0.5, 6000))
    spend[:50] = -5.0  # returns beyond purchases
    model = TweedieSpendModel(HistGradientBoostingRegressor(loss="poisson", max_leaf_nodes=4), 0.999, 3)
    model.fit(frame, spend, np.arange(6000) // 3)
    out_of_fold = model.pop_out_of_fold()
    assert (model.predict(frame) >= 0).all()
    assert out_of_fold.sum() == pytest.approx(spend.sum(), rel=0.05)
    assert np.corrcoef(np.log(out_of_fold), np.log(mean))[0, 1] > 0.9
    with pytest.raises(CandidateFailed, match="too few customers spend"):
        model.fit(frame, np.zeros(6000), np.arange(6000))


def test_scores_without_probabilities_are_calibrated():
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"x": random.normal(0, 1, 3000)})
    truth = random.random(3000) < 1 / (1 + np.exp(-2 * frame["x"]))
    model = CalibratedByCustomer(LinearSVC(dual=False), fold_count=3).fit(frame, truth, np.arange(3000) // 3)
    assert expected_calibration_error(truth, model.predict_proba(frame)[:, 1]) < 0.04


def test_folds_never_split_a_customer_and_hold_out_every_row_once():
    customers = np.repeat([f"c{n}" for n in range(50)], 4)
    folds = customer_folds(customers, 5, seed=1)
    assert sorted(np.concatenate([held for _, held in folds])) == list(range(200))
    assert all(not set(customers[fitted]) & set(customers[held]) for fitted, held in folds)


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibration_mends_probabilities_that_are_off(method):
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"x": random.normal(0, 1, 4000)})
    truth = random.random(4000) < 1 / (1 + np.exp(-2 * frame["x"]))
    groups = np.arange(4000) // 4
    heavy = LogisticRegression(C=0.0005)  # so much penalty that its probabilities huddle in the middle
    raw = heavy.fit(frame, truth).predict_proba(frame)[:, 1]
    mended = CalibratedByCustomer(heavy, method, 5, 0).fit(frame, truth, groups).predict_proba(frame)[:, 1]
    assert expected_calibration_error(truth, mended) < 0.03 < expected_calibration_error(truth, raw)


@pytest.mark.parametrize(("share_of_zeros", "above_zero"), [(0.0, True), (0.15, True), (0.4, False), (0.7, False)])
def test_intervals_cover_what_they_promise_and_contain_the_prediction(share_of_zeros: float, above_zero: bool):
    """In total and in every fifth; where no more spend nothing than may be left out, no interval begins at zero."""
    random = np.random.default_rng(4)
    predicted = random.gamma(1, 50, 12000)
    spend = predicted / (1 - share_of_zeros) * random.lognormal(-0.18, 0.6, 12000)
    actual = np.where(random.random(12000) < share_of_zeros, 0, spend)
    interval = SimilarPredictionInterval(0.8, 20).fit(predicted[:6000], actual[:6000])
    lower, upper = interval.bounds(predicted[6000:])
    inside = (actual[6000:] >= lower) & (actual[6000:] <= upper)
    assert inside.mean() == pytest.approx(0.8, abs=0.03)
    for fifth in np.array_split(np.argsort(predicted[6000:]), 5):
        assert inside[fifth].mean() == pytest.approx(0.8, abs=0.06)
    assert ((lower > 0) == above_zero).mean() > 0.99
    assert ((lower >= 0) & (lower <= predicted[6000:]) & (predicted[6000:] <= upper)).all()


def test_an_interval_covers_also_where_groups_change_from_many_without_spend_to_few():
    """The more somebody is predicted to spend the fewer spend nothing, from 60 % down to nobody."""
    random = np.random.default_rng(4)
    predicted = random.uniform(10, 100, 20000)
    spends = random.random(20000) > np.clip(0.6 - predicted / 120, 0, 1)
    actual = np.where(spends, predicted * random.lognormal(0, 0.5, 20000), 0)
    lower, upper = SimilarPredictionInterval(0.8, 20).fit(predicted[:10000], actual[:10000]).bounds(predicted[10000:])
    inside = (actual[10000:] >= lower) & (actual[10000:] <= upper)
    by_tenth = [inside[part].mean() for part in np.array_split(np.argsort(predicted[10000:]), 10)]
    assert np.all(np.abs(np.array(by_tenth) - 0.8) < 0.08), by_tenth
    assert 0.2 < (lower > 0).mean() < 0.8


def test_an_interval_of_an_earlier_release_still_serves():
    random = np.random.default_rng(4)
    predicted = random.gamma(1, 50, 1000)
    interval = SimilarPredictionInterval(0.8, 5).fit(predicted, predicted * random.lognormal(0, 0.6, 1000))
    del interval.lower_shares_
    interval.lower_errors_ = -interval.centers_ / 2
    lower, _ = interval.bounds(interval.centers_)
    np.testing.assert_allclose(lower, interval.centers_ / 2)


def test_intervals_of_zero_predictions_are_finite():
    interval = SimilarPredictionInterval().fit(np.zeros(50), np.zeros(50))
    lower, upper = interval.bounds(np.array([0.0, 10.0]))
    assert np.isfinite([lower, upper]).all()


def test_unknown_or_senseless_configuration_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"churn\.yml"):
        load_configuration(ChurnConfiguration, "churn", tmp_path)
    good = load_configuration(LifetimeValueConfiguration, "lifetime_value").model_dump()
    with pytest.raises(ValueError, match="value_tiers"):
        LifetimeValueConfiguration.model_validate(good | {"value_tiers": {"top": 0.5, "rest": 0.4}})
    with pytest.raises(ValueError, match="extra"):
        LifetimeValueConfiguration.model_validate(good | {"another": 1})


CHAMPION = RegisteredVersion(
    "crm_churn", "3", "run", "logistic_regression", "shop", date(2025, 6, 1), ("a", "b"), Figures()
)


@pytest.mark.parametrize(
    ("as_of", "columns", "force", "words"),
    [
        (date(2025, 6, 20), ("a", "b"), False, None),
        (date(2025, 6, 20), ("b", "a"), False, None),
        (date(2025, 6, 20), ("a", "b"), True, "asked for"),
        (date(2025, 7, 1), ("a", "b"), False, "30 days old"),
        (date(2025, 5, 1), ("a", "b"), False, "later than 2025-05-01"),
        (date(2025, 6, 20), ("a", "c"), False, "now also c; no longer b"),
    ],
)
def test_when_to_train(as_of, columns, force, words):
    reason = reason_to_train(CHAMPION, as_of, columns, 30, force=force)
    assert (reason is None) if words is None else (words in reason)


def test_no_champion_is_a_reason_and_one_from_the_future_is_not_used():
    assert reason_to_train(None, date(2025, 6, 1), ("a",), 30, force=False) == "no champion yet"
    assert usable_champion(CHAMPION, date(2025, 5, 31)) is None
    assert usable_champion(CHAMPION, date(2025, 6, 1)) is CHAMPION
