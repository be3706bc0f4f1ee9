"""On customers simulated order by order, the models find the truth and say how sure they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml.purchase_models import (
    BetaGeometricNBD,
    GammaGamma,
    ShiftedBetaGeometric,
    prediction_interval,
    total_prediction_interval,
)

pytestmark = pytest.mark.filterwarnings("error")
SPEND = {"p": 6.0, "q": 4.0, "v": 15.0}


def with_amounts(customers: pd.DataFrame, later_orders: np.ndarray, seed: int):
    """Give simulated customers a mean repeat amount and a spend in the horizon."""
    random = np.random.default_rng(seed)
    rate = random.gamma(SPEND["q"], 1 / SPEND["v"], len(customers))
    count = customers["repeat_order_count"].to_numpy()
    mean = np.where(count > 0, random.gamma(SPEND["p"] * np.maximum(count, 1)) / rate / np.maximum(count, 1), np.nan)
    later = np.where(later_orders > 0, random.gamma(SPEND["p"] * np.maximum(later_orders, 1)) / rate, 0.0)
    return customers.assign(mean_repeat_order_amount=mean), later


def test_parameters_are_recovered_within_their_standard_errors(model_class, with_parameters, simulate):
    customers, _ = simulate(model_class, 20_000, seed=21)
    model = model_class().fit(customers)
    truth = with_parameters(model_class)._parameter_array()
    errors = (np.log(model._parameter_array()) - np.log(truth)) / np.sqrt(np.diag(model.log_parameter_covariance_))
    assert np.all(np.abs(errors) < 3.5)
    np.testing.assert_allclose(model._parameter_array(), truth, rtol=0.35)
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


def test_intervals_cover_what_they_say(model_class, simulate):
    customers, later = simulate(model_class, 12_000, seed=25)
    customers, later_spend = with_amounts(customers, later, seed=26)
    model, spend_model = model_class().fit(customers[:6000]), GammaGamma().fit(customers[:6000])
    held_out, orders, spend = customers[6000:], later[6000:], later_spend[6000:]
    for actual, interval in (
        (orders, prediction_interval(model, held_out, 90)),
        (spend, prediction_interval(model, held_out, 90, spend_model=spend_model)),
    ):
        inside = (actual >= interval["lower"]) & (actual <= interval["upper"])
        assert 0.89 <= inside.mean() <= 0.97
        assert np.all(interval["lower"] <= interval["upper"])
        # Those likely to order are covered too, not only the many certain zeros.
        busy = interval["mean"] > interval["mean"].quantile(0.9)
        assert 0.86 <= inside[busy].mean() <= 0.97


def test_intervals_do_not_depend_on_the_order_of_rows(with_parameters, simulate):
    customers, _ = simulate(BetaGeometricNBD, 500, seed=27)
    model = with_parameters(BetaGeometricNBD)
    interval = prediction_interval(model, customers, 90)
    shuffled = prediction_interval(model, customers.sample(frac=1, random_state=0), 90)
    pd.testing.assert_frame_equal(shuffled.loc[customers.index], interval)


# Of ten nine are expected, and fewer than seven happen once in eighty; of 40 fewer than 31 once in a hundred.
@pytest.mark.parametrize(("shop_count", "least"), [(10, 7), pytest.param(40, 31, marks=pytest.mark.campaign)])
def test_intervals_of_totals_cover_the_total(simulate, shop_count: int, least: int):
    hits = {"orders": 0, "spend": 0}
    for seed in range(shop_count):
        customers, later = simulate(BetaGeometricNBD, 1000, seed=1000 + seed)
        customers, spend = with_amounts(customers, later, seed=2000 + seed)
        model, spend_model = BetaGeometricNBD().fit(customers), GammaGamma().fit(customers)
        lower, _, upper = total_prediction_interval(model, customers, 90)
        hits["orders"] += lower <= later.sum() <= upper
        lower, _, upper = total_prediction_interval(model, customers, 90, spend_model=spend_model)
        hits["spend"] += lower <= spend.sum() <= upper
    assert least <= min(hits.values())


def test_amount_parameters_are_recovered(simulate):
    customers, later = simulate(BetaGeometricNBD, 20_000, seed=28)
    customers, _ = with_amounts(customers, later, seed=29)
    model = GammaGamma().fit(customers)
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
