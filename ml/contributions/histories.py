"""Contributions to scores that may come from purchase models, from purchase histories with some values replaced.

The purchase models read repeat orders, the time from first to last order, and tenure. Replaced one by one these may
contradict each other (a last order before the first). So repeat orders, days since the last order and tenure are
replaced, and a consistent history is computed from them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contributions.background import kept, like
from ml.contributions.general import FrameSubstitution, general_contributions
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.contributions.typical import typical_customer
from ml.purchase_models.inputs import AMOUNT_COLUMN, COUNT_COLUMN, LAST_ORDER_COLUMN, TENURE_COLUMN

RECENCY = "days_since_last_order"
HISTORY_FEATURES = (RECENCY, COUNT_COLUMN, TENURE_COLUMN)
SPEND_FEATURES = (*HISTORY_FEATURES, AMOUNT_COLUMN)
# What purchase models read, and what is computed for them.
PURCHASE_COLUMNS = (*SPEND_FEATURES, LAST_ORDER_COLUMN, "net_amount")


def possible(frame: pd.DataFrame, typical: pd.Series) -> pd.DataFrame:
    """Adapt tenure and time to the last order, one row per customer, to repeat orders and days since the last order.

    The tenure of customers with one order starts with that order. Others have at least a day between first and last
    order, and an amount per repeat order: the typical one where it is missing. A consistent history stays unchanged.
    """
    count = np.floor(np.maximum(frame[COUNT_COLUMN].to_numpy(dtype=float), 0))
    away = np.maximum(frame[RECENCY].to_numpy(dtype=float), 0)
    tenure = np.where(count == 0, away, np.maximum(frame[TENURE_COLUMN].to_numpy(dtype=float), away + 1))
    changed: dict[str, Any] = {
        COUNT_COLUMN: count,
        TENURE_COLUMN: tenure,
        LAST_ORDER_COLUMN: np.where(count == 0, 0, tenure - away),
    }
    if AMOUNT_COLUMN in frame and not pd.isna(typical[AMOUNT_COLUMN]):
        amount = frame[AMOUNT_COLUMN]
        changed[AMOUNT_COLUMN] = amount.where(amount.notna() | (count == 0), typical[AMOUNT_COLUMN])
    return frame.assign(**changed)


def by_replacing(
    score_of: Callable[[pd.DataFrame], NDArray], features: pd.DataFrame, background: pd.DataFrame, orders: Orders
) -> Contributions:
    """Shapley values of any score of `features`, one row per row, against the typical customer of `background`.

    Parameters
    ----------
    score_of
        Gives the score of rows of features on the scale of `Contributions`, shape (n_rows,).
    """
    return history_contributions(score_of, features, background, orders, list(features.columns))


def history_contributions(
    score_of: Callable[[pd.DataFrame], NDArray],
    features: pd.DataFrame,
    background: pd.DataFrame,
    orders: Orders,
    players: Sequence[str],
    *,
    reads: Collection[str] | None = None,
) -> Contributions:
    """Shapley values of a score over the features it reads (exact if they are few), one row per customer.

    Parameters
    ----------
    players
        Those features: `HISTORY_FEATURES` or `SPEND_FEATURES` of a purchase model.
    reads
        All columns that the score is computed from; by default all features.
    """
    typical = typical_customer(background)
    read = list(features.columns) if reads is None else [name for name in reads if name in features]
    has_history = {*HISTORY_FEATURES, LAST_ORDER_COLUMN} <= set(read)

    def score(mixed: pd.DataFrame) -> NDArray:
        return score_of(possible(mixed, typical) if has_history else mixed)

    substitution = FrameSubstitution(score, features[read], typical)
    return general_contributions(substitution, players, features.columns, orders)


def all_orders_contributions(
    score_of: Callable[[pd.DataFrame], NDArray],
    features: pd.DataFrame,
    background: pd.DataFrame,
    orders: Orders,
) -> Contributions:
    """As `history_contributions`, of a model that takes the net amount of all order days, the first included.

    The amount per order day is replaced, and the net amount follows from it.
    """

    def score(mixed: pd.DataFrame) -> NDArray:
        return score_of(mixed.assign(net_amount=mixed[AMOUNT_COLUMN] * (mixed[COUNT_COLUMN] + 1)))

    others = kept(background, "by day", lambda: like(background, _by_day(background)))
    found = history_contributions(score, _by_day(features), others, orders, SPEND_FEATURES, reads=PURCHASE_COLUMNS)
    told_as = next(name for name in ("average_order_amount", "net_amount") if name in features)
    parts = found.values.assign(**{told_as: found.values[AMOUNT_COLUMN], AMOUNT_COLUMN: 0.0})
    return replace(found, values=parts)


def _by_day(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the amount per order day in place of that per repeat order."""
    return frame.assign(**{AMOUNT_COLUMN: frame["net_amount"] / (frame[COUNT_COLUMN] + 1)})
