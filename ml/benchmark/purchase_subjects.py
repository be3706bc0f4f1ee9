"""Measure the purchase models, and `lifetimes` on the same customers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from ml.benchmark.measurement import Measurement

HORIZON_DAYS = 90
COLUMNS = ["repeat_order_count", "first_to_last_order_days", "tenure_days"]
OUR_MODELS = ("bg_nbd", "mbg_nbd", "pareto_nbd", "nbd", "gamma_gamma")
LIFETIMES_MODELS = ("lifetimes_bg_nbd", "lifetimes_mbg_nbd", "lifetimes_pareto_nbd", "lifetimes_gamma_gamma")


def measure_ours(name: str, histories: Path, result: Measurement) -> None:
    """Fit one of our models; score all customers with and without intervals.

    The spend in `spend_interval` has the known parameters of the shop, so that no second fit is in the figures.
    """
    from ml.purchase_models import GammaGamma, prediction_interval

    customers = pd.read_parquet(histories)
    model = _our_classes()[name]()
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


def measure_lifetimes(name: str, histories: Path, result: Measurement) -> None:
    """Fit `lifetimes`' model of the same name and ask it for the same expectation."""
    customers = pd.read_parquet(histories)
    columns = [customers[column].to_numpy(float) for column in COLUMNS]
    if name == "lifetimes_gamma_gamma":
        from lifetimes import GammaGammaFitter

        repeaters = customers[customers["mean_repeat_order_amount"] > 0]
        amounts = GammaGammaFitter()
        with result.step("fit"):
            amounts.fit(repeaters[COLUMNS[0]], repeaters["mean_repeat_order_amount"])
        with result.step("expected"):
            amounts.conditional_expected_average_profit(
                customers[COLUMNS[0]], customers["mean_repeat_order_amount"].fillna(0)
            )
        return
    model = _lifetimes_classes()[name]()
    with result.step("fit"):
        model.fit(*columns)
    with result.step("expected"):
        model.conditional_expected_number_of_purchases_up_to_time(HORIZON_DAYS, *columns)


def _our_classes() -> dict[str, Callable]:
    from ml.purchase_models import NBD, BetaGeometricNBD, GammaGamma, ModifiedBetaGeometricNBD, ParetoNBD

    return {m.method_name: m for m in (BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD, NBD, GammaGamma)}


def _lifetimes_classes() -> dict[str, Callable]:
    from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter

    return {
        "lifetimes_bg_nbd": BetaGeoFitter,
        "lifetimes_mbg_nbd": ModifiedBetaGeoFitter,
        "lifetimes_pareto_nbd": ParetoNBDFitter,
    }


def _known_amounts(model_class: Callable):
    from ml.benchmark.shop import AMOUNT_SHAPE, LEVEL_SCALE_AMOUNT, LEVEL_SHAPE

    model = model_class()
    model.p_, model.q_, model.v_ = AMOUNT_SHAPE, LEVEL_SHAPE, LEVEL_SCALE_AMOUNT
    return model
