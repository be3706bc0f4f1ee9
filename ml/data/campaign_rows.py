"""Customers of campaigns with what was known of them on the touch, as the jobs that learn from campaigns take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.campaign_customers import campaign_customers
from ml.data.moments import features_at, moments_of, moments_on
from ml.data.preprocessing import linear_preprocessor

CATEGORIES = ("last_channel", "acquisition_channel")
_KEY = ["customer_id", "known_at"]


@dataclass(frozen=True)
class CampaignRows:
    """What campaigns did, and whom one may ask about now.

    Attributes
    ----------
    past
        One row per campaign and customer chosen, as of `campaign_customers`, with the features on the touch.
    now
        One row per customer: `customer_id` and the features at the beginning of the date.
    features
        Names of their columns.
    """

    past: pd.DataFrame
    now: pd.DataFrame
    features: tuple[str, ...]

    def prepared(self, fitted_on: pd.DataFrame, *others: pd.DataFrame) -> tuple[NDArray, ...]:
        """Standardised features of the rows that a model is fitted on, then of others, by the first ones' measures.

        Each is of shape (n_rows, n_prepared): a text column becomes one column per value.

        What lies beyond the first ones' range is taken to their least or largest value: of who is unlike all who were
        chosen nothing was learned, and a line drawn further would tell too much.
        """
        columns = list(self.features)
        preprocessor = linear_preprocessor(self.features, CATEGORIES).fit(fitted_on[columns])
        known, *further = (
            np.asarray(preprocessor.transform(rows[columns]), dtype=float) for rows in (fitted_on, *others)
        )
        least, largest = known.min(axis=0), known.max(axis=0)
        return known, *(np.clip(rows, least, largest) for rows in further)


def read_campaign_rows(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> CampaignRows:
    """Read campaigns that were over on the date, and all customers as they are known on it."""
    chosen = campaign_customers(connection, as_of_date).rename(columns={"touched_at": "known_at"})
    now = moments_on(connection, as_of_date)
    moments = pd.concat([moments_of(chosen, "known_at"), now], ignore_index=True)
    known = features_at(connection, moments)
    features = tuple(name for name in known.columns if name not in _KEY)
    return CampaignRows(
        chosen.merge(known, on=_KEY, how="left", validate="many_to_one"),
        now.merge(known, on=_KEY, how="left").drop(columns="known_at"),
        features,
    )


def order_values(past: pd.DataFrame, rows: pd.DataFrame, *, margin_share: float, prior_order_count: float) -> NDArray:
    """What it leaves if a customer buys in the window, in the reporting currency, shape (n_rows,).

    The mean of the buyers of past campaigns, times how much larger the customer's orders are than theirs, which is
    drawn to 1 as if there were `prior_order_count` orders of the usual size: known before the touch, so that single
    large orders do not decide.

    Parameters
    ----------
    margin_share
        Of spend, 0 to 1, where the cost of goods is not known.
    """
    buyers = past[past["has_bought"] == 1]
    margin = buyers["response_margin_amount"].fillna(buyers["response_net_amount"] * margin_share)
    usual = past["average_order_amount"].clip(lower=0).mean()
    amount = rows["average_order_amount"].clip(lower=0)
    relative = (amount / usual if usual > 0 else amount * 0).fillna(1.0)
    orders = rows["order_count"].where(amount.notna(), 0.0)
    factor = (orders * relative + prior_order_count) / (orders + prior_order_count)
    return (max(float(margin.mean()), 0.0) * factor).to_numpy(dtype=float)


def contact_costs(past: pd.DataFrame, unstated_amount: float) -> float:
    """What a contact costs, in the reporting currency: the mean of the stated costs; without any, the given amount."""
    stated = past.loc[past["is_treated"] == 1, "contact_cost_amount"].dropna()
    return float(stated.mean()) if len(stated) else unstated_amount


def per_customer(values: NDArray, customers: Sequence[str] | pd.Series) -> NDArray:
    """Values of rows, shape (n_rows,), as one per customer, shape (n_customers,), sorted by customer.

    Their mean is that of the rows: who was chosen often is one unit.
    """
    sums = pd.Series(values).groupby(pd.Series(customers).to_numpy()).sum()
    return sums.to_numpy() * (len(sums) / len(values))
