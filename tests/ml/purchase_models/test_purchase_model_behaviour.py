"""What must hold whatever the data: probabilities, directions, order of rows, extremes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from ml.purchase_models import (
    NBD,
    BetaGeometricNBD,
    GammaGamma,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
    ShiftedBetaGeometric,
)

pytestmark = pytest.mark.filterwarnings("error")
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
shape = st.floats(1e-4, 1e3)
scale = st.floats(1e-3, 1e6)


def frame(rows):
    return pd.DataFrame(rows, columns=["repeat_order_count", "first_to_last_order_days", "tenure_days"])


@st.composite
def histories(draw):
    tenure = draw(st.floats(0.0, 1e5))
    # Below a nanosecond the time of the last order would underflow to the first one's.
    count = draw(st.integers(0, 5000)) if tenure > 1e-14 else 0
    last = tenure * draw(st.floats(1e-6, 1.0)) if count else 0.0
    return (count, last, tenure)


def check_bounds(model, customers, horizon):
    alive = model.alive_probability(customers)
    active = model.active_probability(customers, horizon)
    orders = model.expected_orders(customers, horizon)
    assert np.all((alive >= 0) & (alive <= 1))
    assert np.all((active >= 0) & (active <= alive * (1 + 1e-9)))
    assert np.all(np.isfinite(orders) & (orders >= 0))
    # At least one order is expected at least as often as there is one.
    assert np.all(orders >= active * (1 - 1e-6) - 1e-12)
    # Nobody is expected to order more than at the posterior rate without dropout.
    k, waited = model.r_ + customers["repeat_order_count"], model.alpha_ + customers["tenure_days"]
    assert np.all(orders <= k / waited * horizon * (1 + 1e-6))
    assert np.isfinite(model.score(customers))


@quick
@given(
    st.lists(histories(), min_size=1, max_size=8),
    st.floats(0, 1e5),
    st.tuples(shape, scale, shape, shape),
    st.booleans(),
)
def test_bg_nbd_stays_in_bounds(with_parameters, rows, horizon, values, is_modified):
    model_class = ModifiedBetaGeometricNBD if is_modified else BetaGeometricNBD
    model = with_parameters(model_class, dict(zip(model_class.parameter_names, values, strict=True)))
    check_bounds(model, frame(rows), horizon)


@quick
@given(st.lists(histories(), min_size=1, max_size=8), st.floats(0, 1e5), st.tuples(shape, scale, shape, scale))
def test_pareto_nbd_stays_in_bounds(with_parameters, rows, horizon, values):
    model = with_parameters(ParetoNBD, dict(zip(ParetoNBD.parameter_names, values, strict=True)))
    check_bounds(model, frame(rows), horizon)


@quick
@given(st.lists(histories(), min_size=1, max_size=8), st.floats(0, 1e5), shape, scale)
def test_nbd_stays_in_bounds(with_parameters, rows, horizon, r, alpha):
    check_bounds(with_parameters(NBD, {"r": r, "alpha": alpha}), frame(rows), horizon)


def test_a_later_last_order_makes_alive_likelier(model_class, with_parameters):
    customers = frame([(6, last, 400.0) for last in np.linspace(10, 400, 40)])
    model = with_parameters(model_class)
    for values in (model.alive_probability(customers), model.expected_orders(customers, 90)):
        assert np.all(np.diff(values) >= -1e-12)
    if model_class is not NBD:
        assert model.alive_probability(customers)[-1] > model.alive_probability(customers)[0] + 0.2


def test_a_longer_horizon_brings_more(model_class, with_parameters):
    customers = frame([(0, 0, 300), (1, 40, 300), (9, 290, 300)])
    model = with_parameters(model_class)
    for method in (model.expected_orders, model.active_probability):
        values = np.array([method(customers, horizon) for horizon in (0, 1, 30, 90, 365, 5000)])
        assert np.all(values[0] == 0)
        assert np.all(np.diff(values, axis=0) > 0)


def test_rows_in_any_order_give_the_same_model_and_the_same_predictions(model_class, simulate):
    customers, _ = simulate(model_class, 800, seed=5)
    shuffled = customers.sample(frac=1, random_state=1)
    model, other = model_class().fit(customers), model_class().fit(shuffled)
    assert model.parameters_ == other.parameters_
    expected = pd.Series(model.predict(customers), index=customers.index).loc[shuffled.index]
    np.testing.assert_array_equal(expected, other.predict(shuffled))


def test_weights_are_copies(model_class, simulate):
    customers, _ = simulate(model_class, 600, seed=6)
    weight = np.arange(len(customers)) % 4
    weighted = model_class().fit(customers, sample_weight=weight)
    copied = model_class().fit(customers.loc[customers.index.repeat(weight)])
    assert weighted.log_likelihood_ == pytest.approx(copied.log_likelihood_, rel=1e-9)
    np.testing.assert_allclose(list(weighted.parameters_.values()), list(copied.parameters_.values()), rtol=1e-3)


def test_estimator_conventions(model_class, simulate):
    customers, _ = simulate(model_class, 400, seed=7)
    model = model_class(time_unit_days=7, horizon_days=30)
    assert model.get_params() == {"time_unit_days": 7, "horizon_days": 30}
    assert clone(model).fit(customers) is not model
    model.fit(customers)
    np.testing.assert_array_equal(model.predict(customers), model.expected_orders(customers, 30))


def test_skops_loads_every_model_with_nothing_to_trust_but_its_class(model_class, simulate, tmp_path):
    skops_io = pytest.importorskip("skops.io")
    customers, _ = simulate(model_class, 400, seed=8)
    model = model_class().fit(customers)
    skops_io.dump(model, tmp_path / "model.skops")
    own = f"{model_class.__module__}.{model_class.__qualname__}"
    assert skops_io.get_untrusted_types(file=tmp_path / "model.skops") == [own]
    loaded = skops_io.load(tmp_path / "model.skops", trusted=[own])
    np.testing.assert_array_equal(loaded.predict(customers), model.predict(customers))
    assert loaded.check_health() == model.check_health()


def test_order_amount_lies_between_own_and_common_mean(with_parameters):
    model = with_parameters(GammaGamma, {"p": 6.25, "q": 3.74, "v": 15.45})
    common = 6.25 * 15.45 / 2.74
    customers = pd.DataFrame(
        {"repeat_order_count": [0, 1, 20, 1, 1, 3], "mean_repeat_order_amount": [np.nan, 90.0, 90.0, 5.0, 1e9, 0.0]}
    )
    amount = model.expected_order_amount(customers)
    assert amount[0] == pytest.approx(common)
    assert common < amount[1] < amount[2] < 90
    assert 5 < amount[3] < common
    assert np.all(np.isfinite(amount) & (amount >= 0))


def test_retention_rises_and_survival_is_its_product(with_parameters):
    model = with_parameters(ShiftedBetaGeometric, {"alpha": 0.668, "beta": 3.806})
    rates = model.retention_rate(np.arange(1, 40))
    assert np.all(np.diff(rates) > 0)
    np.testing.assert_allclose(np.cumprod(rates), model.survival_probability(np.arange(1, 40)))


def test_contract_churn_follows_from_retention(with_parameters):
    model = with_parameters(ShiftedBetaGeometric, {"alpha": 0.668, "beta": 3.806})
    customers = pd.DataFrame({"renewal_count": [0, 5], "is_churned": [False, False]})
    np.testing.assert_allclose(model.predict(customers), 1 - model.retention_rate([1, 6]))
