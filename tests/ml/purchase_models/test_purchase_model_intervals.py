"""The quick way to intervals against the slow ones: drawn futures, plain sums, root search for each customer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import betainc

from ml.purchase_models import (
    BetaGeometricNBD,
    GammaGamma,
    ParetoNBD,
    prediction_interval,
    total_prediction_interval,
)
from ml.purchase_models.inputs import PurchaseHistory
from ml.purchase_models.integrals import arrival_before_dropout_probability
from ml.purchase_models.order_distribution import OrderDistribution, bin_edges

pytestmark = pytest.mark.filterwarnings("error")
HORIZON_DAYS = 90
SPEND = {"p": 6.0, "q": 4.0, "v": 15.0}
EVERY_COUNT = np.arange(1.0, 501.0)


def drawn_orders_if_alive(model, repeat_count: int, tenure: float, count: int, random) -> np.ndarray:
    """Order counts in the horizon drawn from the posterior, by the story of the model."""
    rate = random.gamma(model.r_ + repeat_count, size=count) / (model.alpha_ + tenure)
    time = np.full(count, float(HORIZON_DAYS))
    if isinstance(model, ParetoNBD):
        death_rate = random.gamma(model.s_, size=count) / (model.beta_ + tenure)
        time = np.minimum(random.exponential(size=count) / np.maximum(death_rate, 1e-300), HORIZON_DAYS)
    orders = random.poisson(rate * time)
    if isinstance(model, BetaGeometricNBD):
        dropout = random.beta(model.a_, model.b_ + repeat_count + model._dropouts_at_first_order, size=count)
        orders = np.minimum(orders, random.geometric(np.maximum(dropout, 1e-12)))
    return orders


def customers(seed: int, count: int) -> pd.DataFrame:
    """Histories of all kinds, a few of them of customers who order nearly every day."""
    random = np.random.default_rng(seed)
    tenure = random.integers(1, 700, count).astype(float)
    repeats = np.minimum(random.geometric(0.3, count) - 1, tenure)
    repeats[: count // 10] = np.floor(tenure[: count // 10] * random.uniform(0.1, 0.9, count // 10))
    last = np.where(repeats > 0, np.maximum(np.ceil(tenure * random.uniform(0.3, 1.0, count)), repeats), 0)
    amount = np.where(repeats > 0, np.round(random.lognormal(3.5, 1.0, count), 2), np.nan)
    return pd.DataFrame(
        {
            "repeat_order_count": repeats,
            "first_to_last_order_days": np.minimum(last, tenure),
            "tenure_days": tenure,
            "mean_repeat_order_amount": amount,
        }
    )


def survivors(model, history: PurchaseHistory, row: int) -> np.ndarray:
    """P(at least 1, 2, … orders | alive) of one history."""
    alike = history.part(np.full(len(EVERY_COUNT), row))
    return model._survivor_if_alive(alike, float(HORIZON_DAYS), EVERY_COUNT)


@pytest.mark.parametrize(("repeat_count", "tenure"), [(0, 20.0), (2, 300.0), (25, 200.0)])
def test_order_counts_are_distributed_as_drawn_ones(model_class, with_parameters, repeat_count, tenure):
    model, count = with_parameters(model_class), 200_000
    drawn = drawn_orders_if_alive(model, repeat_count, tenure, count, np.random.default_rng(31))
    history = PurchaseHistory(*(np.array([value]) for value in (repeat_count, tenure, tenure, 1.0, 0)))
    expected = survivors(model, history, 0)[:60]
    share = (drawn[:, None] >= EVERY_COUNT[:60]).mean(axis=0)
    assert np.all(np.abs(share - expected) < 4.5 * np.sqrt(expected * (1 - expected) / count) + 1e-4)


def test_order_counts_agree_with_the_other_formulas_of_the_model(model_class, with_parameters):
    model = with_parameters(model_class)
    history = model._history(customers(32, 60))
    active = model._active_probability_if_alive(history, np.float64(HORIZON_DAYS))
    expected = model._expected_orders_if_alive(history, np.float64(HORIZON_DAYS))
    for row in range(len(history.tenure)):
        at_least = survivors(model, history, row)
        assert np.all(np.diff(at_least) <= 1e-6)
        assert at_least[0] == pytest.approx(active[row], abs=1e-5)
        assert at_least.sum() == pytest.approx(expected[row], rel=1e-3)


def test_arrivals_before_dropout_as_integrated_over_the_lifetime():
    random = np.random.default_rng(33)
    for _ in range(60):
        number = float(random.choice([1, 2, 5, 20, 100]))
        k, rate_scale, s, scale, horizon = 10 ** random.uniform([-2, 0, -1, 0, 0], [2.5, 2.5, 1, 3, 3])

        def arrived(time, number=number, k=k, rate_scale=rate_scale):
            return betainc(number, k, time / (rate_scale + time))

        def density(x, s=s, scale=scale, arrived=arrived):
            return arrived(scale * np.expm1(x)) * s * np.exp(-s * x)

        edges = np.linspace(0, np.log1p(horizon / scale), 20)
        died = sum(quad(density, *edges[i : i + 2], epsabs=1e-9, limit=200)[0] for i in range(19))
        exact = died + (1 + horizon / scale) ** -s * arrived(horizon)
        found = arrival_before_dropout_probability(
            number, k, rate_scale, dropout_shape=s, dropout_scale=scale, horizon=horizon
        )
        assert found[0] == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("coverage", [0.5, 0.95])
def test_bounds_of_orders_are_the_exact_quantiles(model_class, with_parameters, coverage):
    model, frame = with_parameters(model_class), customers(34, 80)
    interval = prediction_interval(model, frame, HORIZON_DAYS, coverage=coverage).to_numpy()
    history, tail = model._history(frame), (1 - coverage) / 2
    for position, row in enumerate(history.row_group):
        alive = model._alive_probability(history)[row]
        below = 1 - alive * np.append(survivors(model, history, row), 0.0)  # P(N <= 0), P(N <= 1), …
        upper_level = coverage if below[0] >= tail else 1 - tail
        expected = [np.argmax(below >= level - 1e-12) for level in (tail, upper_level)]
        np.testing.assert_array_equal(interval[position, [0, 2]], expected)


@pytest.mark.parametrize("coverage", [0.5, 0.95])
def test_bounds_of_spend_are_the_exact_quantiles_within_two_thousandths(model_class, with_parameters, coverage):
    model, spend_model = with_parameters(model_class), with_parameters(GammaGamma, SPEND)
    frame = customers(35, 30)
    interval = prediction_interval(model, frame, HORIZON_DAYS, spend_model=spend_model, coverage=coverage).to_numpy()
    scales = spend_model.amount_scale(frame)
    history, tail = model._history(frame), (1 - coverage) / 2
    for position, row in enumerate(history.row_group):
        alive = model._alive_probability(history)[row]
        chance = -np.diff(np.append(survivors(model, history, row), 0.0))
        count = history.repeat_count[row]
        shape = SPEND["p"] * count + SPEND["q"]

        def below(spend, alive=alive, chance=chance, shape=shape, scale=scales[position]):
            ratio = spend / scale
            return 1 - alive * (chance @ betainc(shape, SPEND["p"] * EVERY_COUNT, 1 / (1 + ratio)))

        upper_level = coverage if below(0.0) >= tail else 1 - tail
        for level, found in zip((tail, upper_level), interval[position, [0, 2]], strict=True):
            exact = 0.0 if below(0.0) >= level else brentq(lambda s, at=level: below(s) - at, 0, 1e7, rtol=1e-6)
            assert found == pytest.approx(exact, rel=2e-3, abs=1e-6)


def test_a_customer_s_interval_depends_on_nobody_else(model_class, with_parameters):
    model, spend_model = with_parameters(model_class), with_parameters(GammaGamma, SPEND)
    frame = customers(36, 400)
    together = prediction_interval(model, frame, HORIZON_DAYS, spend_model=spend_model)
    alone = prediction_interval(model, frame.iloc[[300]], HORIZON_DAYS, spend_model=spend_model)
    np.testing.assert_allclose(together.iloc[[300]], alone, rtol=2e-3)


def test_bins_hold_the_whole_distribution(model_class, with_parameters):
    model = with_parameters(model_class)
    history = model._history(customers(37, 300))
    orders = OrderDistribution(model, history, float(HORIZON_DAYS))
    seen = []
    for bins in orders.bins(1e-6):
        seen += list(bins.groups)
        np.testing.assert_allclose(bins.probability.sum(axis=1), orders.active_if_alive[bins.groups], atol=1e-4)
    assert sorted(seen) == list(range(len(orders.group_repeat_count)))
    mean, square = orders.moments_if_alive(1e-9)
    expected = model._expected_orders_if_alive(history, np.float64(HORIZON_DAYS))
    np.testing.assert_allclose(mean[orders.group], expected, rtol=1e-3)
    assert np.all(square >= mean**2)


@pytest.mark.parametrize("reach", [1, 2, 33, 64, 1000, 100_000])
def test_bin_edges_grow_and_reach_far_with_few(reach):
    edges = bin_edges(float(reach))
    assert edges[0] == 1
    assert edges[-1] >= reach
    assert np.all(np.diff(edges) >= 1)
    assert len(edges) < 350


def test_variance_of_a_total_is_that_of_drawn_orders(model_class, with_parameters):
    model = with_parameters(model_class)
    size = len(model.parameter_names)
    model.log_parameter_covariance_ = np.full((size, size), np.nan)  # parameters known: own variances only
    frame = customers(38, 1).iloc[[0] * 100]
    lower, total, upper = total_prediction_interval(model, frame, HORIZON_DAYS)
    row = frame.iloc[0]
    random = np.random.default_rng(39)
    orders = drawn_orders_if_alive(model, row["repeat_order_count"], row["tenure_days"], 400_000, random)
    orders = orders * (random.random(400_000) < model.alive_probability(frame.iloc[[0]])[0])
    assert total == pytest.approx(100 * orders.mean(), rel=0.02)
    assert upper - total == pytest.approx(1.645 * np.sqrt(100 * orders.var()), rel=0.02)
    assert lower == pytest.approx(max(2 * total - upper, 0))
