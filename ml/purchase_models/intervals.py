"""How far the truth may lie from a prediction: for each customer and for a whole customer base."""

# ruff: noqa: N803 - X is what scikit-learn calls the frame of rows to learn from

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.stats import norm

from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.gamma_gamma import GammaGamma, read_amounts
from ml.purchase_models.inputs import distinct_rows

DRAWS_PER_CHUNK = 1_000_000
DELTA_STEP = 1e-3


def prediction_interval(
    model: PurchaseModel,
    X: pd.DataFrame,
    horizon_days: float,
    *,
    spend_model: GammaGamma | None = None,
    coverage: float = 0.9,
    draw_count: int = 200,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return each customer's interval for orders, or for spend with a `spend_model`.

    Simulated from the posterior of the customer's own rate, dropout and order value, given the fitted
    parameters. Customers with the same history get the same interval, whatever the order of rows.
    The chance of missing is split evenly between both sides, except where 0 is likely enough to be the
    lower bound: there it lies all above. As counts are whole, an interval of orders covers at least
    `coverage`.

    Parameters
    ----------
    draw_count : int, default=200
        Futures drawn per distinct customer, all of them for the case that the customer is alive.

    Returns
    -------
    DataFrame with columns lower, mean, upper and the index of ``X``
    """
    _check_coverage(coverage)
    tail = (1 - coverage) / 2
    alive, position, row_group = _distinct_customers(model, X, spend_model)
    bounds = np.zeros((len(position), 2))
    # Whoever is dead with probability `coverage` or more has an upper bound of 0.
    drawn = np.flatnonzero(1 - alive < coverage)
    begin = 0
    for draws in _draws_if_alive(model, X, position[drawn], horizon_days, spend_model, draw_count, random_state):
        rows = drawn[begin : begin + len(draws)]
        begin += len(draws)
        draws.sort(axis=1)
        lower = _quantile_with_dead(draws, alive[rows], tail)
        upper_level = np.where(lower == 0, coverage, 1 - tail)
        bounds[rows] = np.column_stack([lower, _quantile_with_dead(draws, alive[rows], upper_level)])
    mean = _expected(model, X, horizon_days, spend_model)
    columns = {"lower": bounds[row_group, 0], "mean": mean, "upper": bounds[row_group, 1]}
    return pd.DataFrame(columns, index=X.index)


def total_prediction_interval(
    model: PurchaseModel,
    X: pd.DataFrame,
    horizon_days: float,
    *,
    spend_model: GammaGamma | None = None,
    coverage: float = 0.9,
    draw_count: int = 200,
    random_state: int = 0,
) -> tuple[float, float, float]:
    """Return lower bound, mean and upper bound of the total orders or spend of all customers of ``X``.

    Adds the customers' own variances, as they act independently, and the uncertainty of the fitted
    parameters, from their asymptotic covariance. A change of the market, a season or a
    model that does not hold is not in it.
    """
    _check_coverage(coverage)
    alive, position, row_group = _distinct_customers(model, X, spend_model)
    moments = [
        (draws.mean(axis=1), (draws.astype(float) ** 2).mean(axis=1))
        for draws in _draws_if_alive(model, X, position, horizon_days, spend_model, draw_count, random_state)
    ]
    mean, square = (np.concatenate(part) for part in zip(*moments, strict=True))
    own_variance = float(np.bincount(row_group) @ (alive * square - (alive * mean) ** 2))
    variance = own_variance + _variance_by_parameters(model, lambda drawn: _total(drawn, X, horizon_days, spend_model))
    if spend_model is not None:
        orders = model.expected_orders(X, horizon_days)
        variance += _variance_by_parameters(spend_model, lambda drawn: float(orders @ drawn.expected_order_amount(X)))
    total = _total(model, X, horizon_days, spend_model)
    reach = float(norm.ppf((1 + coverage) / 2) * np.sqrt(variance))
    return max(total - reach, 0.0), total, total + reach


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


def _expected(model, X, horizon_days, spend_model) -> np.ndarray:
    orders = model.expected_orders(X, horizon_days)
    return orders if spend_model is None else orders * spend_model.expected_order_amount(X)


def _total(model, X, horizon_days, spend_model) -> float:
    return float(_expected(model, X, horizon_days, spend_model).sum())


def _quantile_with_dead(draws: np.ndarray, alive: np.ndarray, level) -> np.ndarray:
    """Quantile of a future that is 0 with probability 1 - alive and else one of the sorted draws."""
    level_if_alive = (level - (1 - alive)) / alive
    draw_count = draws.shape[1]
    index = np.clip(np.ceil(level_if_alive * draw_count).astype(int) - 1, 0, draw_count - 1)
    chosen = np.take_along_axis(draws, index[:, None], axis=1)[:, 0]
    return np.where(level_if_alive > 0, chosen, 0.0)


def _distinct_customers(model, X, spend_model) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return P(alive) and a row position per distinct customer, and every row's customer.

    Customers are distinct by history and, where spend is asked for, by mean amount.
    """
    history = model._history(X)
    columns = [history.row_group] + ([] if spend_model is None else [read_amounts(X)[1]])
    position, row_group = distinct_rows(*columns)
    return model._alive_probability(history)[history.row_group[position]], position, row_group


def _draws_if_alive(model, X, position, horizon_days, *simulation) -> Iterator[np.ndarray]:
    """Yield simulated futures of the customers at `position`, chunk by chunk, shape (n, draw_count)."""
    spend_model, draw_count, random_state = simulation
    history = model._history(X)
    horizon = float(model._horizon(horizon_days))
    random = np.random.default_rng(random_state)
    chunk_size = max(1, DRAWS_PER_CHUNK // draw_count)
    for begin in range(0, len(position), chunk_size):
        rows = position[begin : begin + chunk_size]
        draws = model._draw_orders_if_alive(history.part(history.row_group[rows]), horizon, draw_count, random)
        yield draws if spend_model is None else spend_model.draw_spend(X.iloc[rows], draws, random)
