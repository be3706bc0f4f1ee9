"""Blends: the mean of two models, explained as it is served."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from skops.io import dump

from ml.contributions.pipelines import contributions_of
from ml.contributions.scales import log_odds
from ml.contributions.shapley import Orders
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots
from ml.estimators.baselines import LastPeriodSpend, OrderCountChurnRule, RecencyChurnRule, StatusQuoSpend
from ml.estimators.blend import BlendedAmount, BlendedClassifier
from ml.tracking.serialisation import load_model_file
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import HORIZON_DAYS

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def rows(snapshots: Snapshots) -> pd.DataFrame:
    return eligible(snapshots.evaluation).head(300)


def test_odds_are_the_geometric_mean_and_amounts_the_mean(rows: pd.DataFrame) -> None:
    frame = model_frame(rows)
    rules = [rule.fit(frame, rows["is_churned"]) for rule in (RecencyChurnRule(), OrderCountChurnRule())]
    first, second = (np.clip(rule.predict_proba(frame)[:, 1], 1e-6, 1 - 1e-6) for rule in rules)
    blended = BlendedClassifier(*rules).predict_proba(frame)[:, 1]
    odds = np.sqrt(first / (1 - first) * second / (1 - second))
    np.testing.assert_allclose(blended, odds / (1 + odds))
    amounts = [rule.fit(frame) for rule in (StatusQuoSpend(90), LastPeriodSpend(90))]
    mean = (amounts[0].predict(frame) + amounts[1].predict(frame)) / 2
    np.testing.assert_allclose(BlendedAmount(*amounts).predict(frame), mean)


def test_contributions_add_up_and_the_file_serves_the_same(rows: pd.DataFrame, tmp_path: Path) -> None:
    frame = model_frame(rows)[["days_since_last_order", "order_count_365d", "net_amount_365d", "tenure_days"]]
    frame = frame.assign(net_amount_90d=frame["net_amount_365d"] / 4)
    rules = [rule.fit(frame, rows["is_churned"]) for rule in (RecencyChurnRule(), OrderCountChurnRule())]
    blends = {
        "churn": (BlendedClassifier(*rules), lambda each: log_odds(each.predict_proba(frame)[:, 1])),
        "spend": (
            BlendedAmount(StatusQuoSpend(90).fit(frame), LastPeriodSpend(90).fit(frame)),
            lambda each: np.log1p(each.predict(frame)),
        ),
    }
    for name, (blend, score) in blends.items():
        found = contributions_of(blend, frame, frame, Orders(1, 0))
        np.testing.assert_allclose(found.base + found.values.sum(axis=1), score(blend), atol=1e-6)
        dump(blend, tmp_path / f"{name}.skops")
        np.testing.assert_array_equal(score(load_model_file(tmp_path / f"{name}.skops")), score(blend))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("churn", ("purchase_model", "logistic_regression")),
        ("clv", ("purchase_model_all_orders", "two_stage_boosting")),
    ],
)
def test_a_job_offers_the_blend_of_two_of_its_candidates(snapshots: Snapshots, name: str, parts: tuple[str, str]):
    job = job_at(name, HORIZON_DAYS)
    makers = dict(job.candidate_makers(snapshots, job.usable(snapshots)[0]))
    holdout = model_frame(eligible(snapshots.evaluation))
    first, second = (makers[part]() for part in parts)
    blend = makers["blend"]()
    assert blend.parameters["blend_of"] == f"{first.name}, {second.name}"
    predicted, one, other = (job.predicted(each.estimator, holdout) for each in (blend, first, second))
    wanted = (one + other) / 2 if name == "clv" else 1 / (1 + np.exp(-(log_odds(one) + log_odds(other)) / 2))
    np.testing.assert_allclose(predicted, wanted)
