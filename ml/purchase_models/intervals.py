"""Prediction intervals of purchase models, for each customer and for the total of all customers."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import norm

from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.gamma_gamma import GammaGamma
from ml.purchase_models.order_distribution import OrderDistribution
from ml.purchase_models.spend_distribution import SpendDistribution

DELTA_STEP = 1e-3
# Counts of orders that a customer exceeds less often than this add nothing to a variance.
NEGLIGIBLE_PROBABILITY = 1e-9


def prediction_interval(
    model: PurchaseModel,
    X: pd.DataFrame,
    horizon_days: float,
    *,
    spend_model: GammaGamma | None = None,
    coverage: float = 0.9,
) -> pd.DataFrame:
    """Return each customer's interval for orders, or for spend with a `spend_model`.

    Quantiles of the posterior of the customer's own rate, dropout and order value, given the fitted
    parameters: exact for orders, within two thousandths for spend. Customers with the same history get the
    same interval. The probability outside is divided equally between both sides, except where 0 is likely enough
    to be the lower bound: there all of it is above. As counts are whole, an interval of orders covers at
    least `coverage`.

    Returns
    -------
    DataFrame with columns lower, mean, upper and the index of ``X``
    """
    _check_coverage(coverage)
    tail = (1 - coverage) / 2
    history = model._history(X)
    orders = OrderDistribution(model, history, float(model._one_horizon(horizon_days)))
    upper_level = np.where(orders.silent_probability >= tail, coverage, 1 - tail)
    levels = np.column_stack([np.full(len(upper_level), tail), upper_level])
    if spend_model is None:
        bounds = np.column_stack([orders.quantile(level) for level in levels.T])[history.row_group]
    else:
        multiples = SpendDistribution(orders, spend_model).quantile(levels)
        bounds = multiples[history.row_group] * spend_model.amount_scale(X)[:, None]
    mean = _expected(model, X, horizon_days, spend_model)
    return pd.DataFrame({"lower": bounds[:, 0], "mean": mean, "upper": bounds[:, 1]}, index=X.index)


def total_prediction_interval(
    model: PurchaseModel,
    X: pd.DataFrame,
    horizon_days: float,
    *,
    spend_model: GammaGamma | None = None,
    coverage: float = 0.9,
) -> tuple[float, float, float]:
    """Return lower bound, mean and upper bound of the total orders or spend of all customers of ``X``.

    Adds the variances of the customers, who are independent, and the uncertainty of the fitted parameters, from their
    asymptotic covariance. Changes of the market, seasons and misspecification of the model are not included.
    """
    _check_coverage(coverage)
    variance = _own_variance(model, X, horizon_days, spend_model)
    variance += _variance_by_parameters(model, lambda drawn: _total(drawn, X, horizon_days, spend_model))
    if spend_model is not None:
        orders = model.expected_orders(X, horizon_days)
        variance += _variance_by_parameters(spend_model, lambda drawn: float(orders @ drawn.expected_order_amount(X)))
    total = _total(model, X, horizon_days, spend_model)
    reach = float(norm.ppf((1 + coverage) / 2) * np.sqrt(variance))
    return max(total - reach, 0.0), total, total + reach


def _own_variance(model: PurchaseModel, X: pd.DataFrame, horizon_days: float, spend_model: GammaGamma | None) -> float:
    """Sum of the variances of the customers' orders or spend, given the fitted parameters."""
    history = model._history(X)
    orders = OrderDistribution(model, history, float(model._one_horizon(horizon_days)))
    if spend_model is None:
        mean, square = orders.moments_if_alive(NEGLIGIBLE_PROBABILITY)
    else:
        mean, square = SpendDistribution(orders, spend_model).moments_if_alive(NEGLIGIBLE_PROBABILITY)
    alive, group = orders.alive, orders.group
    variance = (alive * square[group] - (alive * mean[group]) ** 2)[history.row_group]
    scale = 1.0 if spend_model is None else spend_model.amount_scale(X)
    return float((variance * np.square(scale)).sum())


def _variance_by_parameters(model, total: Callable) -> float:
    """Variance of a total by the uncertainty of the fitted parameters (delta method); 0 where it is unknown."""
    covariance = model.log_parameter_covariance_
    if not np.all(np.isfinite(covariance)):
        return 0.0
    slopes = []
    for name in model.parameter_names:
        sides = []
        for step in (DELTA_STEP, -DELTA_STEP):
            moved = copy.copy(model)
            setattr(moved, f"{name}_", getattr(model, f"{name}_") * float(np.exp(step)))
            sides.append(total(moved))
        slopes.append((sides[0] - sides[1]) / (2 * DELTA_STEP))
    return float(np.array(slopes) @ covariance @ np.array(slopes))


def _check_coverage(coverage: float) -> None:
    if not 0 < coverage < 1:
        raise ValueError("coverage must lie between 0 and 1, for example 0.9")


def _expected(model: PurchaseModel, X: pd.DataFrame, horizon_days: float, spend_model: GammaGamma | None) -> np.ndarray:
    orders = model.expected_orders(X, horizon_days)
    return orders if spend_model is None else orders * spend_model.expected_order_amount(X)


def _total(model: PurchaseModel, X: pd.DataFrame, horizon_days: float, spend_model: GammaGamma | None) -> float:
    return float(_expected(model, X, horizon_days, spend_model).sum())
