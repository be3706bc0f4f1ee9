"""Bad input, too little data, unhealthy fits and what serves instead."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from ml.purchase_models import (
    NBD,
    BetaGeometricNBD,
    GammaGamma,
    ShiftedBetaGeometric,
    TooLittleData,
    fit_spend_with_fallback,
    fit_with_fallback,
)
from ml.purchase_models.health import FitEvidence, health_reasons

pytestmark = pytest.mark.filterwarnings("error")
HISTORY = {"repeat_order_count": 2, "first_to_last_order_days": 30, "tenure_days": 90}


def repeated(count: int, **changes) -> pd.DataFrame:
    return pd.DataFrame([HISTORY | changes] * count)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tenure_days": -1}, "tenure_days: 1 row.* negative"),
        ({"repeat_order_count": -1}, "repeat_order_count: .* negative"),
        ({"repeat_order_count": 1.5}, "repeat_order_count: .* whole numbers"),
        ({"repeat_order_count": 0}, "first_to_last_order_days: .* repeat_order_count is 0"),
        ({"first_to_last_order_days": 0}, "first_to_last_order_days: .* merge same-day orders"),
        ({"first_to_last_order_days": 91}, "first_to_last_order_days: .* exceed tenure_days"),
        ({"tenure_days": np.nan}, "tenure_days: .* no value"),
        ({"tenure_days": np.inf}, "tenure_days: .* infinite"),
        ({"tenure_days": "long"}, "tenure_days holds values that are not numbers"),
    ],
)
def test_invalid_rows_are_named(model_class, with_parameters, changes, message):
    customers = pd.concat([repeated(3), repeated(1, **changes)])
    with pytest.raises(ValueError, match=message):
        model_class().fit(customers)
    with pytest.raises(ValueError, match=message):
        with_parameters(model_class).expected_orders(customers, 90)


def test_invalid_frames_are_named():
    with pytest.raises(ValueError, match="no rows"):
        BetaGeometricNBD().fit(repeated(1).iloc[:0])
    with pytest.raises(ValueError, match="tenure_days is missing"):
        BetaGeometricNBD().fit(repeated(3).drop(columns="tenure_days"))
    with pytest.raises(ValueError, match="pandas DataFrame"):
        BetaGeometricNBD().fit([[1, 2, 3]])
    with pytest.raises(ValueError, match="one weight for each"):
        BetaGeometricNBD().fit(repeated(3), sample_weight=[1.0])
    with pytest.raises(ValueError, match="time_unit_days"):
        BetaGeometricNBD(time_unit_days=0).fit(repeated(3))


@pytest.mark.parametrize("horizon", [-1, np.nan, np.inf, [30.0, 90.0]])
def test_invalid_horizons_are_named(model_class, with_parameters, horizon):
    with pytest.raises(ValueError, match="horizon_days"):
        with_parameters(model_class).active_probability(repeated(2), horizon)


@pytest.mark.parametrize(
    ("customers", "message"),
    [
        (repeated(1), "1 customer"),
        (repeated(500), "same history"),
        (repeated(500, repeat_order_count=0, first_to_last_order_days=0), "ordered again"),
    ],
)
def test_too_little_data_is_refused_with_a_reason(model_class, customers, message):
    with pytest.raises(TooLittleData, match=message):
        model_class().fit(customers)
    with pytest.raises(TooLittleData, match=message):
        fit_with_fallback(customers)


def test_values_of_the_warehouse_are_read(with_parameters):
    customers = repeated(2).astype("Int64").assign(mean_repeat_order_amount=[Decimal("12.50"), Decimal("9.99")])
    assert with_parameters(BetaGeometricNBD).expected_orders(customers, 90).dtype == float
    assert with_parameters(GammaGamma, {"p": 6.0, "q": 4.0, "v": 15.0}).predict(customers)[0] > 0


@pytest.mark.parametrize(
    ("amounts", "error", "message"),
    [
        ([10.0, -1.0] * 20, ValueError, r"mean_repeat_order_amount: 20 row.* negative"),
        ([10.0, np.nan] * 20, ValueError, "no value although repeat_order_count is above 0"),
        ([0.0] * 40, TooLittleData, "above 0 in value"),
        ([25.0] * 40, TooLittleData, "no spread"),
    ],
)
def test_amounts_that_cannot_be_fitted(amounts, error, message):
    with pytest.raises(error, match=message):
        GammaGamma().fit(repeated(40).assign(mean_repeat_order_amount=amounts))


def test_contracts_that_cannot_be_fitted():
    def contracts(rows):
        return pd.DataFrame(rows, columns=["renewal_count", "is_churned"])

    with pytest.raises(TooLittleData, match="no customer has churned"):
        ShiftedBetaGeometric().fit(contracts([(3, False)] * 50))
    with pytest.raises(TooLittleData, match="two renewals"):
        ShiftedBetaGeometric().fit(contracts([(0, True)] * 50))
    with pytest.raises(TooLittleData, match="at least 10"):
        ShiftedBetaGeometric().fit(contracts([(0, True), (2, True)]))
    with pytest.raises(ValueError, match=r"is_churned: .* neither true nor false"):
        ShiftedBetaGeometric().fit(contracts([(0, 2)] * 50))


def test_healthy_data_take_the_first_model(simulate):
    customers, _ = simulate(BetaGeometricNBD, 5000, seed=41)
    outcome = fit_with_fallback(customers)
    assert (outcome.method_name, outcome.refused) == ("bg_nbd", {})


def test_customers_who_never_leave_fall_back_to_nbd(simulate):
    # Without dropout the dropout parameters run to their bounds.
    customers, _ = simulate(NBD, 1500, seed=42)
    outcome = fit_with_fallback(customers, horizon_days=30)
    assert outcome.method_name == "nbd"
    assert list(outcome.refused) == ["bg_nbd", "pareto_nbd"]
    assert all("bound" in " ".join(reasons) for reasons in outcome.refused.values())
    assert outcome.model.horizon_days == 30


def test_clockwork_customers_fall_back_to_the_historic_rate():
    # One order every ten days from everybody: no model of random orders and differing rates applies.
    tenure = np.arange(20, 420)
    orders = tenure // 10
    customers = pd.DataFrame(
        {"repeat_order_count": orders, "first_to_last_order_days": orders * 10, "tenure_days": tenure}
    )
    outcome = fit_with_fallback(customers)
    assert outcome.method_name == "historic_rate"
    assert list(outcome.refused) == ["bg_nbd", "pareto_nbd", "nbd"]
    assert outcome.model.expected_orders(customers, 90).mean() == pytest.approx(9, rel=0.1)


def test_equal_amounts_fall_back_to_the_historic_amount():
    customers = repeated(40).assign(mean_repeat_order_amount=25.0)
    outcome = fit_spend_with_fallback(customers)
    assert outcome.method_name == "historic_order_amount"
    assert "no spread" in outcome.refused["gamma_gamma"][0]
    np.testing.assert_allclose(outcome.model.predict(customers), 25.0)


def test_each_fault_has_its_reason():
    sound = {
        "is_converged": True,
        "parameters_at_bound": [],
        "invalid_prediction_count": 0,
        "observed_repeat_orders": 1000.0,
        "expected_repeat_orders": 1010.0,
        "observed_one_time_share": 0.6,
        "expected_one_time_share": 0.61,
    }
    assert health_reasons(FitEvidence(**sound)) == []
    faults = {
        "is_converged": (False, "converge"),
        "parameters_at_bound": (["b"], "parameter b"),
        "invalid_prediction_count": (3, "3 predictions"),
        "expected_repeat_orders": (float("nan"), "times the observed"),
        "expected_one_time_share": (0.7, "without repeat order"),
    }
    for name, (value, message) in faults.items():
        (reason,) = health_reasons(FitEvidence(**(sound | {name: value})))
        assert message in reason
