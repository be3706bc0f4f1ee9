"""The columns of `scores.customer_clv`: amounts of every horizon that agree with each other, and their margin."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml.data.features import model_frame
from ml.estimators.lifetime_value import HorizonModel, LifetimeValueModel
from ml.jobs.lifetime_value.margin import expected_margin_share

_ENDS = ("lower_amount", "amount", "upper_amount")
SCORED, REFUSED = "scored", "refused"


def predicted_columns(estimator: LifetimeValueModel, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Amounts, intervals and margins of all horizons for rows of `marts.customer_features`, with their index.

    Money is rounded, so that the written parts add up to the written totals.
    """
    detail = estimator.details(features)
    further = estimator.further_horizons()
    for horizon in further:
        detail = detail.assign(**_further_columns(horizon, rows))
    told = ["predicted", *(prefix_of(horizon) for horizon in further if horizon.amount is not None)]
    detail = carry_the_larger(detail, told).set_index(rows.index)
    share = expected_margin_share(rows)
    for prefix in told:
        detail[f"{prefix}_margin_amount"] = detail[f"{prefix}_amount"] * share
    amounts = [name for name in detail.columns if name.endswith("_amount")]
    detail[amounts] = detail[amounts].round(2)
    return detail.assign(
        **historic_columns(rows),
        total_amount=(rows["net_amount"].astype(float) + detail["predicted_amount"]).round(2),
        total_margin_amount=lambda all_: (all_["historic_margin_amount"] + all_["predicted_margin_amount"]).round(2),
    )


def historic_columns(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """What is known without a model."""
    margin = rows["net_margin_amount"].astype(float) if "net_margin_amount" in rows else np.nan
    return {
        "historic_amount": rows["net_amount"].astype(float),
        "historic_margin_amount": pd.Series(margin, index=rows.index, dtype=float),
    }


def carry_the_larger(detail: pd.DataFrame, prefixes: list[str]) -> pd.DataFrame:
    """Let no horizon expect less than a shorter one: the amount, and each end of its interval, is the larger.

    The horizons are predicted by models of their own, which may contradict each other; what is spent in 90 days is
    spent in 180. Lower end ≤ amount ≤ upper end stays true, being true of both.

    Parameters
    ----------
    prefixes
        Of the columns, shortest horizon first.
    """
    raised = {}
    for end in _ENDS:
        columns = [f"{prefix}_{end}" for prefix in prefixes]
        values = np.maximum.accumulate(detail[columns].to_numpy(dtype=float), axis=1)
        raised |= dict(zip(columns, values.T, strict=True))
    return detail.assign(**raised)


def prefix_of(horizon: HorizonModel) -> str:
    """What the columns of a further horizon begin with."""
    return f"predicted_{horizon.horizon_days}d"


def _further_columns(horizon: HorizonModel, rows: pd.DataFrame) -> dict[str, object]:
    prefix = prefix_of(horizon)
    if horizon.amount is None:
        return {f"{prefix}_status": REFUSED, f"{prefix}_reason": horizon.reason}
    features = model_frame(rows, tuple(horizon.columns))
    amount, (lower, upper) = horizon.predict(features), horizon.bounds(features)
    return {
        **dict(zip((f"{prefix}_{end}" for end in _ENDS), (lower, amount, upper), strict=True)),
        f"{prefix}_status": SCORED,
        f"{prefix}_method": horizon.candidate,
    }
