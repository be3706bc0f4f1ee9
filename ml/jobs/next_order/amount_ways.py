"""Ways to say for how much customers order next: rules, Gamma-Gamma, and a normal model of logarithms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv

from ml.purchase_models import GammaGamma, TooLittleData
from ml.purchase_models.inputs import AMOUNT_COLUMN, COUNT_COLUMN

RULES = ("everybody_alike", "own_mean")
# Order days with an amount needed for any of it.
_FEWEST_AMOUNTS = 50

# Middles of equally likely strata, over which a mean is taken.
_STRATA = (np.arange(100) + 0.5) / 100


@dataclass(frozen=True)
class Amounts:
    """A way fitted to amounts.

    Attributes
    ----------
    expected
        Mean amount of the next order for histories, shape (n_customers,), in the reporting currency.
    quantiles
        Quantiles of it for histories and levels (0 to 1), shape (n_customers, n_levels).
    """

    expected: Callable[[pd.DataFrame], NDArray]
    quantiles: Callable[[pd.DataFrame, tuple[float, ...]], NDArray]


def amount_ways(order_days: pd.DataFrame, rows: pd.DataFrame) -> Iterator[tuple[str, Amounts]]:
    """Name and fitted way, rules first; none if amounts are known of too few orders.

    Parameters
    ----------
    order_days
        Those known.
    rows
        The histories made of them.
    """
    paid = order_days[order_days["order_amount"] > 0]
    if len(paid) < _FEWEST_AMOUNTS:
        return
    amounts = paid["order_amount"].to_numpy()
    yield "everybody_alike", _everybody(amounts)
    earlier = _after_earlier_ones(paid)
    if len(earlier) >= _FEWEST_AMOUNTS:
        yield "own_mean", _own_mean(earlier, float(amounts.mean()))
    gamma = _gamma_gamma(rows)
    if gamma is not None:
        yield "gamma_gamma", gamma
    logs = _log_normal(paid)
    if logs is not None:
        yield "log_amounts", logs


def _everybody(amounts: NDArray) -> Amounts:
    return Amounts(
        lambda rows: np.full(len(rows), amounts.mean()),
        lambda rows, levels: np.tile(np.quantile(amounts, levels), (len(rows), 1)),
    )


def _after_earlier_ones(paid: pd.DataFrame) -> NDArray:
    """Amounts over the mean of the customer's earlier ones, shape (n_repeat_orders,)."""
    by = paid.groupby("customer_id")["order_amount"]
    before = by.cumcount()
    earlier = (by.cumsum() - paid["order_amount"]) / before.where(before > 0)
    return (paid["order_amount"] / earlier).dropna().to_numpy()


def _own_mean(ratios: NDArray, overall: float) -> Amounts:
    """The own mean, scattered as everybody's amounts are about the mean of the earlier ones."""

    def expected(rows: pd.DataFrame) -> NDArray:
        return rows["mean_order_amount"].fillna(overall).to_numpy()

    return Amounts(expected, lambda rows, levels: expected(rows)[:, None] * np.quantile(ratios, levels))


def _gamma_gamma(rows: pd.DataFrame) -> Amounts | None:
    """The next amount given x amounts of mean m is (v + x m) times a beta-prime variable of p and p x + q.

    All order days count, the first among them: a customer with one order has an amount as well.
    """
    frame = _amount_frame(rows)
    try:
        model = GammaGamma().fit(frame)
    except TooLittleData:
        return None
    if model.check_health():
        return None

    def quantiles(rows: pd.DataFrame, levels: tuple[float, ...]) -> NDArray:
        frame = _amount_frame(rows)
        shape = (model.p_ * frame[COUNT_COLUMN].to_numpy() + model.q_)[:, None]
        share = betaincinv(model.p_, shape, np.array(levels))
        return model.amount_scale(frame)[:, None] * share / (1 - share)

    return Amounts(lambda rows: model.expected_order_amount(_amount_frame(rows)), quantiles)


def _amount_frame(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {COUNT_COLUMN: rows["amount_count"], AMOUNT_COLUMN: rows["mean_order_amount"].fillna(0.0)}, index=rows.index
    )


def _log_normal(paid: pd.DataFrame) -> Amounts | None:
    """Logarithms vary about each customer's own mean, and means between customers; their spread is as observed.

    Variances by analysis of variance with unequal group sizes (Searle, Casella & McCulloch 1992, ch. 3); the
    customer's mean is drawn to the overall one as they say, and what later amounts were
    about it, over the spread to be expected after so many orders, gives the quantiles.
    """
    logs = pd.Series(np.log(paid["order_amount"].to_numpy()), paid.index)
    by = logs.groupby(paid["customer_id"])
    sizes, means = by.size().to_numpy(), by.mean().to_numpy()
    total, groups = sizes.sum(), len(sizes)
    if total <= groups or groups == 1:
        return None
    within = float(((logs - by.transform("mean")) ** 2).sum() / (total - groups))
    overall = float(logs.mean())
    between_mean = float((sizes * np.square(means - overall)).sum() / (groups - 1))
    size = (total - np.square(sizes).sum() / total) / (groups - 1)
    between = max((between_mean - within) / size, 1e-9)

    def middle(count: NDArray, mean: NDArray) -> NDArray:
        weight = count * between / (count * between + within)
        return overall + weight * (np.nan_to_num(mean) - overall)

    before = by.cumcount().to_numpy()
    earlier = (by.cumsum() - logs).to_numpy() / np.maximum(before, 1)
    residuals = logs.to_numpy() - middle(before, np.where(before > 0, earlier, overall))

    def spread(count: NDArray) -> NDArray:
        return np.sqrt(within + between * within / (count * between + within))

    scores = residuals / spread(before)

    def centre(rows: pd.DataFrame) -> NDArray:
        return middle(rows["amount_count"].to_numpy(float), rows["mean_log_amount"].to_numpy(float))

    def expected(rows: pd.DataFrame) -> NDArray:
        spreads = spread(rows["amount_count"].to_numpy(float))[:, None]
        return np.exp(centre(rows)) * np.exp(spreads * np.quantile(scores, _STRATA)).mean(axis=1)

    return Amounts(
        expected,
        lambda rows, levels: np.exp(
            centre(rows)[:, None] + spread(rows["amount_count"].to_numpy(float))[:, None] * np.quantile(scores, levels)
        ),
    )
