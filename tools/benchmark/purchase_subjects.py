"""Measure the purchase models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tools.benchmark.measurement import Measurement

HORIZON_DAYS = 90
PURCHASE_MODELS = ("bg_nbd", "mbg_nbd", "pareto_nbd", "nbd", "gamma_gamma")


def measure_model(name: str, histories: Path, result: Measurement) -> None:
    """Fit one of the models; score all customers with and without intervals.

    The spend in `spend_interval` has the known parameters of the shop, so that no second fit is in the figures.
    """
    from ml.purchase_models import GammaGamma, prediction_interval

    customers = pd.read_parquet(histories)
    model = _classes()[name]()
    with result.step("fit"):
        model.fit(customers)
    if name == "gamma_gamma":
        with result.step("expected"):
            model.expected_order_amount(customers)
        return
    with result.step("expected"):
        model.expected_orders(customers, HORIZON_DAYS)
    with result.step("active_probability"):
        model.active_probability(customers, HORIZON_DAYS)
    with result.step("order_interval"):
        prediction_interval(model, customers, HORIZON_DAYS)
    with result.step("spend_interval"):
        prediction_interval(model, customers, HORIZON_DAYS, spend_model=_known_amounts(GammaGamma))


def _classes() -> dict[str, Callable]:
    from ml.purchase_models import NBD, BetaGeometricNBD, GammaGamma, ModifiedBetaGeometricNBD, ParetoNBD

    return {m.method_name: m for m in (BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD, NBD, GammaGamma)}


def _known_amounts(model_class: Callable):
    from tools.benchmark.shop import AMOUNT_SHAPE, LEVEL_SCALE_AMOUNT, LEVEL_SHAPE

    model = model_class()
    model.p_, model.q_, model.v_ = AMOUNT_SHAPE, LEVEL_SHAPE, LEVEL_SCALE_AMOUNT
    return model
