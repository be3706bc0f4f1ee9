"""Every figure of the literature that the models must give again.

CDNOW: Fader, Hardie & Lee (2005), Schmittlein, Morrison & Colombo (1987) as refitted there, Fader &
Hardie (2013). Contract cohorts: Fader & Hardie (2007). Times in weeks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ml.purchase_models import (
    NBD,
    BetaGeometricNBD,
    GammaGamma,
    ParetoNBD,
    ShiftedBetaGeometric,
)

pytestmark = pytest.mark.filterwarnings("error")
HOLDOUT_DAYS = 39 * 7


def holdout_figures(predicted, actual):
    error = predicted - actual
    return [
        predicted.sum(),
        np.abs(error).mean(),
        np.sqrt((error**2).mean()),
        np.corrcoef(predicted, actual)[0, 1],
    ]


def assert_holdout(predicted, actual, *, total, mae, rmse, correlation):
    figures = holdout_figures(predicted, actual)
    assert figures[0] == pytest.approx(total, abs=1)
    assert figures[1:] == pytest.approx([mae, rmse, correlation], abs=6e-4)


def by_repeat_count(values, customers):
    """Mean by calibration count 0 … 6, 7 and more."""
    group = np.minimum(customers["repeat_order_count"].to_numpy(), 7)
    return [values[group == count].mean() for count in range(8)]


def test_cdnow_is_the_published_sample(cdnow):
    customers, actual = cdnow
    assert len(customers) == 2357
    assert (customers["repeat_order_count"] > 0).sum() == 946
    assert actual.sum() == 1882
    expected = [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
    assert by_repeat_count(actual, customers) == pytest.approx(expected, abs=6e-4)


def test_bg_nbd_on_cdnow(cdnow):
    customers, actual = cdnow
    model = BetaGeometricNBD(time_unit_days=7).fit(customers)
    assert list(model.parameters_.values()) == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=6e-4)
    assert model.log_likelihood_ == pytest.approx(-9582.43, abs=6e-3)
    predicted = model.expected_orders(customers, HOLDOUT_DAYS)
    assert_holdout(predicted, actual, total=1653, mae=0.7855, rmse=1.608, correlation=0.6256)
    expected = [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]
    assert by_repeat_count(predicted, customers) == pytest.approx(expected, abs=6e-4)
    assert model.check_health() == []


def test_pareto_nbd_on_cdnow(cdnow):
    customers, actual = cdnow
    model = ParetoNBD(time_unit_days=7).fit(customers)
    assert list(model.parameters_.values()) == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=6e-4)
    assert model.log_likelihood_ == pytest.approx(-9594.98, abs=6e-3)
    predicted = model.expected_orders(customers, HOLDOUT_DAYS)
    assert_holdout(predicted, actual, total=1666, mae=0.7545, rmse=1.603, correlation=0.6302)
    expected = [0.138, 0.599, 1.196, 1.714, 2.398, 2.907, 3.819, 6.403]
    assert by_repeat_count(predicted, customers) == pytest.approx(expected, abs=6e-4)
    assert model.check_health() == []


def test_nbd_on_cdnow(cdnow):
    customers, actual = cdnow
    model = NBD(time_unit_days=7).fit(customers)
    assert_holdout(
        model.expected_orders(customers, HOLDOUT_DAYS), actual, total=2930, mae=1.041, rmse=1.860, correlation=0.583
    )


def test_historic_rate_of_the_literature_on_cdnow(cdnow):
    customers, actual = cdnow
    rate = (customers["repeat_order_count"] / customers["tenure_days"]).to_numpy()
    assert_holdout(rate * HOLDOUT_DAYS, actual, total=2930, mae=1.024, rmse=2.212, correlation=0.584)


def test_predicting_nothing_has_a_mae_close_to_the_best(cdnow):
    assert np.abs(cdnow[1]).mean() == pytest.approx(0.799, abs=6e-4)


def test_expected_orders_rank_cdnow_better_than_alive_probability(cdnow):
    customers, actual = cdnow
    model = ParetoNBD().fit(customers)
    by_orders = roc_auc_score(actual > 0, model.expected_orders(customers, HOLDOUT_DAYS))
    by_alive = roc_auc_score(actual > 0, model.alive_probability(customers))
    assert [by_orders, by_alive] == pytest.approx([0.779, 0.726], abs=6e-4)


def test_alive_probability_of_bg_nbd_ranks_cdnow_upside_down(cdnow):
    # One-time buyers cannot have dropped out in this model, so they rank first.
    customers, actual = cdnow
    model = BetaGeometricNBD().fit(customers)
    assert roc_auc_score(actual > 0, model.alive_probability(customers)) < 0.5
    assert roc_auc_score(actual > 0, model.active_probability(customers, HOLDOUT_DAYS)) > 0.75


def test_gamma_gamma_on_cdnow(cdnow):
    customers, _ = cdnow
    model = GammaGamma().fit(customers)
    assert list(model.parameters_.values()) == pytest.approx([6.25, 3.74, 15.45], abs=1e-2)
    assert model.excluded_customer_count_ == 0
    assert model.check_health() == []


def test_time_unit_changes_nothing_but_scales(cdnow):
    customers, _ = cdnow
    weeks, days = BetaGeometricNBD(time_unit_days=7).fit(customers), BetaGeometricNBD().fit(customers)
    assert days.alpha_ == pytest.approx(7 * weeks.alpha_, rel=1e-4)
    jacobian = customers["repeat_order_count"].sum() * np.log(7)
    assert days.log_likelihood_ == pytest.approx(weeks.log_likelihood_ - jacobian, abs=1e-4)
    np.testing.assert_allclose(days.expected_orders(customers, 90), weeks.expected_orders(customers, 90), rtol=1e-4)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "log_likelihood"),
    [
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806, -1611.16),
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182, -1680.27),
    ],
    ids=["high end", "regular"],
)
def test_shifted_beta_geometric_on_the_published_cohorts(survivors, alpha, beta, log_likelihood):
    periods = len(survivors) - 1
    # Who left in each period, and who is still there.
    contracts = pd.DataFrame({"renewal_count": range(periods + 1), "is_churned": [*[True] * periods, False]})
    model = ShiftedBetaGeometric().fit(contracts, sample_weight=[*-np.diff(survivors), survivors[-1]])
    assert model.alpha_ == pytest.approx(alpha, abs=6e-4)
    assert model.beta_ == pytest.approx(beta, abs=6e-4)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=6e-3)
    assert model.check_health() == []
