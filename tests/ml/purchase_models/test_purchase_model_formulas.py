"""Formulas against independent computation: quadrature, series, differences and the lifetimes package."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.stats import beta as beta_distribution
from scipy.stats import nbinom

from ml.purchase_models import BetaGeometricNBD, GammaGamma, ModifiedBetaGeometricNBD, ParetoNBD
from ml.purchase_models.inputs import PurchaseHistory
from ml.purchase_models.integrals import beta_quadrature, double_power_integral, expected_orders_before_dropout


@pytest.mark.parametrize(
    ("first_scale", "second_scale", "first_power", "second_power", "length"),
    [
        (10, 12, 0.5, 1.6, 40),
        (0.01, 500, 0.3, 2, 700),
        (500, 0.01, 3, 1.01, 700),
        (5, 5, 4, 4, 1),
        (100, 80, 300, 1.5, 600),
        (70, 5e6, 5, 1000, 600),
    ],
)
def test_double_power_integral(first_scale, second_scale, first_power, second_power, length):
    def integrand(u):
        return (1 + u / first_scale) ** -first_power * (1 + u / second_scale) ** -second_power

    # In pieces, for the sake of the reference: it would miss a narrow peak at 0.
    edges = np.concatenate([[0], length * np.logspace(-8, 0, 30)])
    expected = sum(quad(integrand, *pair, epsabs=0, epsrel=1e-12)[0] for pair in pairwise(edges))
    arguments = (first_scale, second_scale, first_power, second_power, length)
    assert double_power_integral(*arguments)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(0.8, 2.4), (0.01, 300.0), (1.0, 1.0), (50.0, 2.0), (900.0, 1000.0)])
def test_beta_quadrature_has_the_moments_of_the_distribution(a, b):
    nodes, weights = beta_quadrature(a, b)
    for power in (0, 1, 2, 7):
        assert weights @ nodes**power == pytest.approx(beta_distribution.moment(power, a, b), rel=1e-9)


@pytest.mark.parametrize("a", [0.05, 0.8, 1.0, 1.0 + 1e-9, 3.0, 800.0])
@pytest.mark.parametrize(
    ("shape", "scale", "b", "horizon"), [(0.24, 4.4, 2.4, 39), (12, 300, 14, 90), (3, 60, 900, 365)]
)
def test_orders_before_dropout_against_the_series_of_positive_terms(a, shape, scale, b, horizon):
    # E = sum over j of P(more than j orders without dropout) * E[(1 - p)^j].
    j = np.arange(20_000)
    stays = np.concatenate([[1.0], np.cumprod((b + j[:-1]) / (a + b + j[:-1]))])
    expected = nbinom.sf(j, shape, scale / (scale + horizon)) @ stays
    result = expected_orders_before_dropout(np.array([shape]), np.array([scale]), a, np.array([b]), np.array([horizon]))
    assert result[0] == pytest.approx(expected, rel=1e-7)


def test_gradients_match_differences(model_class, with_parameters, simulate):
    customers, _ = simulate(model_class, 200, seed=3)
    history = PurchaseHistory.from_frame(customers, 1.0)
    model = with_parameters(model_class)
    parameters = model._parameter_array() * 1.3
    analytic = model._likelihood(parameters, history)[1] @ history.weight

    def total(log_parameters):
        return model._likelihood(np.exp(log_parameters), history)[0] @ history.weight

    numeric = approx_fprime(np.log(parameters), total, 1e-6)
    np.testing.assert_allclose(analytic * parameters, numeric, rtol=1e-4, atol=1e-2)


def test_gamma_gamma_gradient_matches_differences():
    count, amount = np.array([1.0, 3.0, 40.0]), np.array([12.0, 0.5, 90.0])
    parameters = np.array([6.0, 3.5, 15.0])
    analytic = GammaGamma._likelihood(parameters, count, amount)[1].sum(axis=1)
    numeric = approx_fprime(parameters, lambda p: GammaGamma._likelihood(p, count, amount)[0].sum(), 1e-6)
    np.testing.assert_allclose(analytic, numeric, rtol=1e-4)


def test_likelihood_of_a_silent_customer_is_a_probability(model_class, with_parameters):
    history = PurchaseHistory.without_orders(np.array([0.0, 1.0, 100.0, 1e5]))
    probability = np.exp(with_parameters(model_class)._history_log_likelihood(history))
    assert probability[0] == pytest.approx(1.0)
    assert np.all(np.diff(probability) < 0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("model_class", "reference_name"),
    [
        (BetaGeometricNBD, "BetaGeoFitter"),
        (ModifiedBetaGeometricNBD, "ModifiedBetaGeoFitter"),
        (ParetoNBD, "ParetoNBDFitter"),
    ],
)
def test_lifetimes_agrees(model_class, reference_name, simulate):
    lifetimes = pytest.importorskip("lifetimes", reason="the reference package lifetimes is not installed")
    customers, _ = simulate(model_class, 3000, seed=11)
    columns = customers.to_numpy().T
    np.random.seed(0)  # it starts its search at random, and may end elsewhere
    reference = getattr(lifetimes, reference_name)().fit(*columns)
    model = model_class().fit(customers)
    np.testing.assert_allclose(list(model.parameters_.values()), reference.params_.to_numpy(), rtol=5e-3)
    # With the reference's own parameters formulas must agree closely.
    for name, value in reference.params_.items():
        setattr(model, f"{name}_", float(value))
    orders = reference.conditional_expected_number_of_purchases_up_to_time(90, *columns)
    np.testing.assert_allclose(model.expected_orders(customers, 90), orders, rtol=1e-6)
    alive = reference.conditional_probability_alive(*columns)
    np.testing.assert_allclose(model.alive_probability(customers), alive, rtol=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_lifetimes_agrees_on_gamma_gamma(cdnow):
    lifetimes = pytest.importorskip("lifetimes", reason="the reference package lifetimes is not installed")
    customers, _ = cdnow
    repeaters = customers[customers["repeat_order_count"] > 0]
    columns = (repeaters["repeat_order_count"], repeaters["mean_repeat_order_amount"])
    reference = lifetimes.GammaGammaFitter().fit(*columns)
    model = GammaGamma().fit(customers)
    np.testing.assert_allclose(list(model.parameters_.values()), reference.params_.to_numpy(), rtol=5e-3)
    expected = reference.conditional_expected_average_profit(*columns)
    np.testing.assert_allclose(model.expected_order_amount(repeaters), expected, rtol=1e-3)
