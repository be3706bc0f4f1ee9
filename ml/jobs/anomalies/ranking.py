"""From findings to a list: evidence added up, weighed by the money, states of people beside."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml.jobs.anomalies.states import COLUMNS as STATE_COLUMNS
from ml.jobs.anomalies.states import DISMISSED, NEW

SUBJECT = ["subject_type", "subject_id"]
SCORE_SCALE = 10.0  # evidence × money at which the score is 0.63
NOT_FOUND = "No rule finds it any more."


def subjects(findings: pd.DataFrame, usual_order_amount: float) -> pd.DataFrame:
    """One row per subject with its score by the rules, reasons and money, in no order.

    The score is 1 − exp(−v / 10), with v the sum of the strengths times 1 + ln(1 + money at stake / usual order): a
    hundred times the money weighs some five times as much.
    """
    ordered = findings.sort_values([*SUBJECT, "strength", "code"], ascending=[True, True, False, True])
    listed = ordered.groupby(SUBJECT, sort=True)
    table = listed.agg(
        customer_id=("customer_id", "first"),
        evidence=("strength", "sum"),
        amount_at_stake=("amount_at_stake", "max"),
        anomaly_reasons=("words", "; ".join),
        anomaly_codes=("code", ",".join),
        happened_at=("happened_at", "max"),
    ).reset_index()
    money = 1 + np.log1p(table["amount_at_stake"].astype(float) / usual_order_amount)
    table["score"] = 1 - np.exp(-table["evidence"].astype(float) * money / SCORE_SCALE)
    return table


def with_states(table: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """The subjects with what people said of them; what they spoke of and no rule finds any more is there as well."""
    table = table.merge(states[STATE_COLUMNS], how="outer", on=SUBJECT)
    table["state"] = table["state"].fillna(NEW)
    return table.fillna({"score": 0.0, "amount_at_stake": 0.0, "anomaly_reasons": NOT_FOUND, "anomaly_codes": ""})


def ranked(table: pd.DataFrame, listed_maximum: int) -> pd.DataFrame:
    """The first of them with their rank, by score and money; what was dismissed follows without one."""
    ordered = table.sort_values(["score", "amount_at_stake", *SUBJECT], ascending=[False, False, True, True])
    is_open = ordered["state"] != DISMISSED
    listed = ordered[is_open & ((np.cumsum(is_open) <= listed_maximum) | (ordered["state"] != NEW))].copy()
    listed["anomaly_rank"] = np.arange(1, len(listed) + 1)
    return pd.concat([listed, ordered[~is_open]], ignore_index=True).astype({"anomaly_rank": "Int64"})
