"""The columns of the score tables of lifetime value: amounts and margins."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml.estimators.lifetime_value import LifetimeValueModel
from ml.jobs.lifetime_value.margin import MarginShares
from ml.jobs.lifetime_value.shorter_horizons import LEAST_AMOUNTS


def predicted_columns(
    estimator: LifetimeValueModel, features: pd.DataFrame, rows: pd.DataFrame, margins: MarginShares | None = None
) -> pd.DataFrame:
    """Amounts, interval and margins, one row per row of `marts.customer_features`, with their index.

    Money is rounded, so that the written parts add up to the written totals.

    Parameters
    ----------
    margins
        Those of all customers; by default of the rows.
    """
    detail = _no_less_than_in_fewer_days(estimator.details(features).set_index(rows.index), rows)
    detail["predicted_margin_amount"] = detail["predicted_amount"] * (margins or MarginShares.of(rows)).expected(rows)
    amounts = [name for name in detail.columns if name.endswith("_amount")]
    detail[amounts] = detail[amounts].round(2)
    return detail.assign(
        **historic_columns(rows),
        total_amount=(rows["net_amount"].astype(float) + detail["predicted_amount"]).round(2),
        total_margin_amount=lambda all_: (all_["historic_margin_amount"] + all_["predicted_margin_amount"]).round(2),
    )


def _no_less_than_in_fewer_days(detail: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Amounts that are at least those of the shorter horizons, where these were scored; orders go with the amount."""
    told = [name for name, least in LEAST_AMOUNTS.items() if least in rows]
    raised = detail.assign(**{name: np.fmax(detail[name], rows[LEAST_AMOUNTS[name]]) for name in told})
    if told:
        raised["expected_order_count"] = raised["predicted_amount"] / raised["expected_order_amount"]
        raised["value_at_stake_amount"] = np.fmax(raised["value_at_stake_amount"], raised["predicted_amount"])
    return raised


def historic_columns(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns that need no model, with the index of the rows."""
    margin = rows["net_margin_amount"].astype(float) if "net_margin_amount" in rows else np.nan
    return {
        "historic_amount": rows["net_amount"].astype(float),
        "historic_margin_amount": pd.Series(margin, index=rows.index, dtype=float),
    }
