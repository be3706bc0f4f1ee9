"""What two models find unusual among all orders and all customers: isolation forest and local outlier factor.

Isolation forest: Liu, Ting and Zhou (2008); local outlier factor: Breunig et al. (2000); both of scikit-learn.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from threadpoolctl import threadpool_limits

from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.findings import CUSTOMER, ORDER

FOREST, NEIGHBOURS = "isolation_share", "local_outlier_share"


def unusual(orders: pd.DataFrame, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    """For each order and customer the share of all that are less unusual, by both models.

    Parameters
    ----------
    orders
        As read from the ledger, in order of time.

    Returns
    -------
    pandas.DataFrame
        `subject_type`, `subject_id`, `customer_id`, `amount`, `happened_at`, `isolation_share`, `local_outlier_share`.
    """
    parts = []
    for about, (subjects, features) in {ORDER: _order_features(orders), CUSTOMER: _customer_features(orders)}.items():
        if len(subjects) > configuration.outliers.neighbour_count:
            parts.append(subjects.assign(subject_type=about, **_shares(features, configuration)))
    return pd.concat(parts, ignore_index=True)


def _shares(features: NDArray, configuration: AnomaliesConfiguration) -> dict[str, NDArray]:
    settings = configuration.outliers
    scaled = _scaled(features)
    forest = IsolationForest(
        n_estimators=settings.tree_count,
        max_samples=min(settings.sample_count, len(scaled)),
        random_state=configuration.random_seed,
    )
    with threadpool_limits(1):
        isolated = -forest.fit(scaled).score_samples(scaled)
        factor = _local_outlier_factor(scaled, settings.neighbour_count)
    return {
        FOREST: _share_below(isolated),
        NEIGHBOURS: _share_below(factor),
    }


def _local_outlier_factor(scaled: NDArray, neighbour_count: int) -> NDArray:
    """Of the distinct rows: many equal ones would be each other's neighbours, at no distance."""
    distinct, place = np.unique(np.round(scaled, 6), axis=0, return_inverse=True)
    if len(distinct) <= neighbour_count:
        return np.zeros(len(scaled))
    neighbours = LocalOutlierFactor(n_neighbors=neighbour_count).fit(distinct)
    return -neighbours.negative_outlier_factor_[place.ravel()]


def _share_below(values: NDArray) -> NDArray:
    return (rankdata(np.round(values, 9)) - 1) / max(len(values) - 1, 1)


def _scaled(features: NDArray) -> NDArray:
    """In units of the middle 80 %: far values stay far."""
    filled = np.nan_to_num(features, nan=0.0, posinf=0.0, neginf=0.0)
    low, middle, high = np.quantile(filled, [0.1, 0.5, 0.9], axis=0)
    return (filled - middle) / np.where(high > low, high - low, 1.0)


def _order_features(orders: pd.DataFrame) -> tuple[pd.DataFrame, NDArray]:
    log_amount = orders["amount"].map(np.log)
    own = log_amount.groupby(orders["customer_id"]).transform("median").fillna(log_amount.median())
    gap_s = orders.groupby("customer_id")["ordered_at"].diff().dt.total_seconds()
    taken = np.where(orders["cancelled_at"].notna(), 1.0, (orders["taken_amount"] / orders["amount"]).clip(0, 1))
    features = np.column_stack(
        [
            log_amount,
            log_amount - own,
            orders["log_quantity_ratio"],
            orders["log_price_ratio"],
            np.log(orders["line_count"]),
            taken,
            np.log1p(gap_s.fillna(gap_s.median())),
        ]
    )
    subjects = orders[["order_id", "customer_id", "amount", "ordered_at"]]
    return subjects.set_axis(["subject_id", "customer_id", "amount", "happened_at"], axis=1), features


def _customer_features(orders: pd.DataFrame) -> tuple[pd.DataFrame, NDArray]:
    undone = np.where(
        orders["cancelled_at"].notna(), orders["amount"], orders["taken_amount"].clip(upper=orders["amount"])
    )
    gap_s = orders.groupby("customer_id")["ordered_at"].diff().dt.total_seconds()
    table = orders.assign(undone=undone, gap_s=gap_s).dropna(subset="customer_id").groupby("customer_id", sort=True)
    sums = table.agg(
        amount=("amount", "sum"),
        count=("order_id", "size"),
        largest=("amount", "max"),
        undone=("undone", "sum"),
        quantity=("log_quantity_ratio", "max"),
        price=("log_price_ratio", "max"),
        shortest_s=("gap_s", "min"),
        happened_at=("ordered_at", "max"),
    ).reset_index()
    features = np.column_stack(
        [
            np.log(sums["count"]),
            np.log(sums["amount"]),
            np.log(sums["largest"]),
            sums["undone"] / sums["amount"],
            sums["quantity"],
            sums["price"],
            np.log1p(sums["shortest_s"].fillna(sums["shortest_s"].median())),
        ]
    )
    subjects = sums.assign(subject_id=sums["customer_id"])[["subject_id", "customer_id", "amount", "happened_at"]]
    return subjects, features
