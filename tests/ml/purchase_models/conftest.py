"""CDNOW as the papers use it, and simulated customers whose parameters are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.purchase_models import NBD, BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD

CALIBRATION_END = pd.Timestamp("1997-09-30")
# In days. Typical of a shop: a repeat order every few months, many one-time customers.
TRUE_PARAMETERS = {
    BetaGeometricNBD: {"r": 0.5, "alpha": 30.0, "a": 0.8, "b": 2.5},
    ModifiedBetaGeometricNBD: {"r": 0.7, "alpha": 40.0, "a": 0.8, "b": 2.5},
    ParetoNBD: {"r": 0.6, "alpha": 40.0, "s": 0.7, "beta": 120.0},
    NBD: {"r": 0.6, "alpha": 60.0},
}


@pytest.fixture(scope="session")
def cdnow(real_data: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """The 1/10 sample: histories to 1997-09-30 and the orders of the 39 weeks after; same-day orders are one."""
    path = real_data / "cdnow_sample.txt"
    if not path.exists():
        pytest.skip("cdnow_sample.txt is absent from the folder of real data (set CLIENTELE_REAL_DATA)")
    columns = ["master_id", "customer_id", "order_date", "item_count", "order_amount"]
    lines = pd.read_csv(path, sep=r"\s+", header=None, names=columns, dtype={"customer_id": str, "order_date": str})
    lines["order_date"] = pd.to_datetime(lines["order_date"], format="%Y%m%d")
    days = lines.groupby(["customer_id", "order_date"], as_index=False)["order_amount"].sum()
    seen = days[days["order_date"] <= CALIBRATION_END]
    dates = seen.groupby("customer_id")["order_date"].agg(["min", "max", "count"])
    is_repeat = seen["order_date"] > seen.groupby("customer_id")["order_date"].transform("min")
    customers = pd.DataFrame(
        {
            "repeat_order_count": dates["count"] - 1,
            "first_to_last_order_days": (dates["max"] - dates["min"]).dt.days,
            "tenure_days": (CALIBRATION_END - dates["min"]).dt.days,
            "mean_repeat_order_amount": seen[is_repeat].groupby("customer_id")["order_amount"].mean(),
        }
    )
    later = days[days["order_date"] > CALIBRATION_END].groupby("customer_id").size()
    return customers, later.reindex(customers.index, fill_value=0).to_numpy()


def fitted(model_class, parameters: dict | None = None, **options):
    """An estimator with given parameters, as if fitted."""
    model = model_class(**options)
    for name, value in (parameters or TRUE_PARAMETERS[model_class]).items():
        setattr(model, f"{name}_", value)
    return model


@pytest.fixture
def with_parameters():
    """The function `fitted`, for tests."""
    return fitted


@pytest.fixture(params=list(TRUE_PARAMETERS), ids=lambda model_class: model_class.method_name)
def model_class(request):
    """Each purchase model in turn."""
    return request.param


@pytest.fixture(scope="session")
def simulate():
    """Return a simulator that follows the story of each model order by order, without its formulas."""

    def simulate_customers(model_class, count: int, seed: int, horizon_days: float = 90.0, parameters=None):
        parameters = parameters or TRUE_PARAMETERS[model_class]
        random = np.random.default_rng(seed)
        tenure = random.integers(60, 540, size=count).astype(float)
        rate = random.gamma(parameters["r"], 1 / parameters["alpha"], count)
        death = np.full(count, np.inf)
        dropout = np.zeros(count)
        if "s" in parameters:
            death = random.exponential(size=count) / random.gamma(parameters["s"], 1 / parameters["beta"], count)
        if "a" in parameters:
            dropout = random.beta(parameters["a"], parameters["b"], count)
        clock, last, orders, later = (np.zeros(count) for _ in range(4))
        active = np.arange(count)
        if model_class is ModifiedBetaGeometricNBD:
            active = active[random.random(count) >= dropout]
        while len(active):
            clock[active] += random.exponential(size=len(active)) / np.maximum(rate[active], 1e-300)
            active = active[clock[active] < np.minimum(tenure + horizon_days, death)[active]]
            seen = active[clock[active] <= tenure[active]]
            orders[seen] += 1
            last[seen] = clock[seen]
            later[active[clock[active] > tenure[active]]] += 1
            active = active[random.random(len(active)) >= dropout[active]]
        history = {"repeat_order_count": orders, "first_to_last_order_days": last, "tenure_days": tenure}
        return pd.DataFrame(history), later

    return simulate_customers
