"""What those who left had complained about: who did not buy again after a text, by the theme of the complaint."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest, fisher_exact

from warehouse.base.dbt_macros import dbt_macro

# As in marts.satisfaction_and_churn: a purchase on the days after the text, as it stood when the window closed.
_RETURNED = """
select distinct texts.feedback_id
from texts
inner join intermediate.int_customer_movements as movements
    on texts.customer_id = movements.customer_id
    and movements.is_demand
    and movements.order_date > texts.given_date
    and {held}
"""


def judged_customers(
    connection: duckdb.DuckDBPyConnection, texts: pd.DataFrame, as_of_date: date, horizon_days: int
) -> pd.DataFrame:
    """The newest text of each customer whose horizon had passed before the date, with `has_left`.

    One text of each customer, so that they are independent of each other.
    """
    window_end = pd.to_datetime(texts["given_date"]) + timedelta(days=horizon_days + 1)
    judged = texts[(window_end <= pd.Timestamp(as_of_date)) & texts["customer_id"].notna()].assign(
        window_end=window_end
    )
    judged = judged.sort_values(["given_date", "feedback_id"]).drop_duplicates("customer_id", keep="last")
    held = dbt_macro("held_at")("texts.window_end", "movements.counts_from_at", "movements.counts_until_at")
    connection.register("texts", judged[["feedback_id", "customer_id", "given_date", "window_end"]])
    try:
        returned = set(connection.execute(_RETURNED.format(held=held)).df()["feedback_id"])
    finally:
        connection.unregister("texts")
    return judged.assign(has_left=~judged["feedback_id"].isin(returned))


def complaints_of_leavers(judged: pd.DataFrame, theme_ids: list[str]) -> pd.DataFrame:
    """For each theme, whether customers who complained of it left more often than all others who wrote.

    Returns
    -------
    DataFrame
        Indexed by theme: `complaining_customer_count`, `left_share` (of them) with the ends of its 95 % interval
        (Wilson), `left_share_of_others`, `left_p_value` (Fisher's exact test, raised by Holm's method) and
        `comparison_count`, the themes with a complaint.
    """
    is_complaint = (judged["sentiment_label"] == "negative").to_numpy()
    has_left = judged["has_left"].to_numpy(dtype=bool)
    rows = {}
    for theme in theme_ids:
        complains = is_complaint & (judged["theme_id"] == theme).to_numpy()
        left, count = int((complains & has_left).sum()), int(complains.sum())
        others_left, others = int((~complains & has_left).sum()), int((~complains).sum())
        row: dict[str, float] = {"complaining_customer_count": count, "left_p_value": np.nan}
        row["left_share_of_others"] = others_left / others if others else np.nan
        if count:
            ends = binomtest(left, count).proportion_ci(method="wilson")
            row |= {"left_share": left / count, "lower_left_share": ends.low, "upper_left_share": ends.high}
        if count and others:
            row["left_p_value"] = float(fisher_exact([[left, count - left], [others_left, others - others_left]])[1])
        rows[theme] = row
    columns = ["left_share", "lower_left_share", "upper_left_share"]
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame = frame.reindex(columns=list(dict.fromkeys([*frame.columns, *columns])))
    tested = frame["left_p_value"].notna()
    if tested.any():
        frame.loc[tested, "left_p_value"] = holm(frame.loc[tested, "left_p_value"].to_numpy())
    return frame.assign(comparison_count=int(tested.sum()))


def holm(p_values: NDArray) -> NDArray:
    """P-values raised for their number, so that one false alarm among all is as rare as promised (S. Holm 1979).

    In the order of `p_values`, shape (n_tests,), at most 1.
    """
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    raised = np.empty(len(p_values))
    raised[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return raised
