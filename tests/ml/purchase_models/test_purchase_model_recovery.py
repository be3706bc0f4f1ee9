"""On customers simulated order by order, the models find the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from ml.purchase_models import BetaGeometricNBD, GammaGamma, ShiftedBetaGeometric

pytestmark = pytest.mark.filterwarnings("error")
SPEND = {"p": 6.0, "q": 4.0, "v": 15.0}


def with_amounts(customers: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Give simulated customers a mean repeat amount."""
    random = np.random.default_rng(seed)
    rate = random.gamma(SPEND["q"], 1 / SPEND["v"], len(customers))
    count = customers["repeat_order_count"].to_numpy()
    mean = np.where(count > 0, random.gamma(SPEND["p"] * np.maximum(count, 1)) / rate / np.maximum(count, 1), np.nan)
    return customers.assign(mean_repeat_order_amount=mean)


def test_parameters_are_recovered_as_closely_as_chance_allows(model_class, with_parameters, simulate):
    customers, _ = simulate(model_class, 20_000, seed=21)
    model = model_class().fit(customers)
    truth = with_parameters(model_class)
    # Twice the gain of the estimates over the truth is distributed as chi-squared (Wilks 1938).
    gain = 2 * len(customers) * (model.score(customers) - truth.score(customers))
    assert 0 <= gain < chi2.isf(1e-3, len(model.parameter_names))
    np.testing.assert_allclose(model._parameter_array(), truth._parameter_array(), rtol=0.35)
    assert model.check_health() == []


def test_predictions_are_calibrated_in_groups(model_class, with_parameters, simulate):
    customers, later = simulate(model_class, 50_000, seed=22)
    model = with_parameters(model_class)
    for predicted, actual in (
        (model.active_probability(customers, 90), later > 0),
        (model.expected_orders(customers, 90), later),
    ):
        groups = pd.qcut(predicted, 8, labels=False, duplicates="drop")
        table = pd.DataFrame({"group": groups, "predicted": predicted, "actual": actual}).groupby("group")
        means, sizes = table.mean(), table.size()
        noise = table["actual"].std() / np.sqrt(sizes)
        assert np.all(np.abs(means["predicted"] - means["actual"]) < 4 * noise + 1e-4)


def test_active_probability_of_given_histories_is_the_simulated_share(model_class, with_parameters, simulate):
    customers, later = simulate(model_class, 100_000, seed=23, horizon_days=120)
    model = with_parameters(model_class)
    is_silent = (customers["repeat_order_count"] == 0) & (customers["tenure_days"] > 300)
    is_recent = (customers["repeat_order_count"] >= 3) & (
        customers["tenure_days"] - customers["first_to_last_order_days"] < 30
    )
    for chosen in (is_silent, is_recent):
        share = (later[chosen] > 0).mean()
        noise = np.sqrt(share * (1 - share) / chosen.sum())
        assert model.active_probability(customers[chosen], 120).mean() == pytest.approx(share, abs=4 * noise)


def test_amount_parameters_are_recovered(simulate):
    customers, _ = simulate(BetaGeometricNBD, 20_000, seed=28)
    model = GammaGamma().fit(with_amounts(customers, seed=29))
    np.testing.assert_allclose(list(model.parameters_.values()), list(SPEND.values()), rtol=0.1)
    assert model.check_health() == []


def test_contract_parameters_are_recovered_from_cohorts_of_mixed_age():
    random = np.random.default_rng(30)
    life = random.geometric(random.beta(0.7, 3.0, 30_000))
    age = random.integers(1, 12, 30_000)
    customers = pd.DataFrame({"renewal_count": np.minimum(life - 1, age), "is_churned": life <= age})
    model = ShiftedBetaGeometric().fit(customers)
    np.testing.assert_allclose([model.alpha_, model.beta_], [0.7, 3.0], rtol=0.1)
    assert model.check_health() == []
