"""Churn as a behaviour: skill where there is some, none where there is none, and reasoned refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots, read_snapshots
from ml.estimators.classifiers import FAMILIES
from ml.jobs.churn.job import ChurnJob
from tests.ml.synthetic_shop import AS_OF_DATE, HORIZON_DAYS, SOURCE, write_marts
from warehouse.base.build_file import BuildFile

JOB = ChurnJob(HORIZON_DAYS)


@pytest.fixture(scope="module")
def competition(snapshots):
    return JOB.compete(snapshots, None)


def few(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    return rows[rows["customer_id"] < f"c{count:05d}"].reset_index(drop=True)


def test_models_and_baselines_stand_side_by_side(competition):
    baselines = {result.name for result in competition.results if result.candidate.is_baseline}
    assert baselines == {"recency_rule", "order_count_rule", "hiatus_rule"}
    others = {result.name for result in competition.results} - baselines
    assert set(FAMILIES) <= others
    assert len(others) == len(FAMILIES) + 2  # and the purchase model that was healthy, and a blend with it
    assert len({tuple(result.metrics) for result in competition.results}) == 1
    assert not competition.failures


def test_the_best_beats_recency_without_looking_like_a_leak(competition):
    best = competition.result(competition.decision.contender).metrics["roc_auc"]
    assert competition.decision.baseline_value < best < 0.95
    assert competition.decision.verdict == "promoted"


def test_shuffled_labels_leave_no_skill(snapshots):
    random = np.random.default_rng(11)
    blind = snapshots.training.assign(is_churned=random.permutation(snapshots.training["is_churned"].to_numpy()))
    boosted = "gradient_boosting"
    result = JOB.compete(replace(snapshots, training=blind), None, only=[boosted]).result(boosted)
    assert result.metrics["roc_auc"] == pytest.approx(0.5, abs=0.12)
    assert np.ptp(result.prediction) < 0.2  # it knows that it knows nothing


def test_same_data_in_another_order_give_the_same_predictions(settings, snapshots, competition):
    write_marts(settings.build_file(SOURCE), snapshots, seed=3)
    horizons = {"churn_horizon_days": HORIZON_DAYS, "clv_horizon_days": HORIZON_DAYS}
    again = JOB.compete(read_snapshots(BuildFile(settings, SOURCE), AS_OF_DATE, **horizons), None)
    assert again.decision == competition.decision
    for result in competition.results:
        assert np.array_equal(again.result(result.name).prediction, result.prediction), result.name


def test_scores_follow_direction_and_bands(snapshots, competition):
    rows = eligible(snapshots.scoring)
    estimator = competition.result("gradient_boosting").candidate.estimator
    scores = JOB.scores(estimator, model_frame(rows, competition.columns), rows)
    assert scores["churn_probability"].between(0, 1).all()
    by_band = scores.groupby("churn_risk_band")["churn_probability"].mean()
    assert by_band["low"] < 0.4 <= by_band["medium"] < 0.7 <= by_band["high"]
    long_gone = rows["days_since_last_order"] > 180
    assert scores.loc[long_gone, "churn_probability"].mean() > scores.loc[~long_gone, "churn_probability"].mean() + 0.2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: replace(s, scoring=few(s.scoring, 1)), "Only 1 eligible customers as of"),
        (lambda s: replace(s, scoring=s.scoring.iloc[:0]), "Nobody has ordered anything"),
        (lambda s: replace(s, scoring=s.scoring.assign(is_eligible=False)), "Only 0 eligible customers"),
        (lambda s: replace(s, evaluation=few(s.evaluation, 40)), "in the evaluation snapshots"),
        (lambda s: replace(s, training=few(s.training, 40)), "in the training snapshots"),
        (lambda s: replace(s, training=s.training.iloc[:0]), "no training snapshot"),
        (lambda s: replace(s, evaluation=s.evaluation.iloc[:0]), "no evaluation snapshot"),
        (lambda s: replace(s, training=s.training.assign(is_churned=True)), "training rows stayed"),
        (lambda s: replace(s, evaluation=s.evaluation.assign(is_churned=False)), "evaluation rows churned"),
    ],
)
def test_refusals_say_why(snapshots: Snapshots, change, words: str):
    with pytest.raises(Refused, match=words):
        JOB.check(change(snapshots))


def test_constant_features_are_refused(snapshots):
    constant = model_frame(snapshots.training).iloc[[0]]
    flat = snapshots.training.assign(**{name: constant[name].iloc[0] for name in constant.columns})
    with pytest.raises(Refused, match="Every feature is constant"):
        JOB.check(replace(snapshots, training=flat))


def test_shop_without_repeat_orders_does_without_the_purchase_model(snapshots):
    once = {"repeat_order_count": 0, "first_to_last_order_days": 0, "order_count": 1, "mean_repeat_order_amount": None}
    changed = {part: getattr(snapshots, part).assign(**once) for part in ("training", "evaluation")}
    either = ("purchase_model", "logistic_regression")
    competition = JOB.compete(replace(snapshots, **changed), None, only=either)
    assert "ordered again" in competition.failures["purchase_model"]
    assert competition.decision.serving is not None
