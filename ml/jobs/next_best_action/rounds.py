"""Campaigns as rounds of a bandit: who could get which action, with which probability, and who learns from whom."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NO_CONTACT = "no_contact"
_HALF = 0.5


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to judge by, masks of the shape (n_rows,)."""

    name: str
    learned: NDArray
    judged: NDArray


def logged_rounds(past: pd.DataFrame) -> pd.DataFrame:
    """Each customer of each round once, with the action drawn and its probability.

    Campaigns of one day with the same control group are one round, in which the lot drew between all of them. Actions
    have the name of the campaign where names recur or there is one day only, else that of the channel.

    Returns
    -------
    DataFrame
        The columns of `past`, and `round`, `action` (empty without a contact), `actions` (a tuple: what else could have
        been drawn) and `action_propensity`.
    """
    named = past.assign(label=_labels(past), round=_rounds(past))
    rows = named.assign(action=np.where(named["is_treated"] == 1, named["label"], ""))
    rows = rows.sort_values(["round", "customer_id", "is_treated"], ascending=[True, True, False], kind="stable")
    rows = rows.drop_duplicates(["round", "customer_id"]).reset_index(drop=True)
    sizes = rows.groupby("round")["customer_id"].transform("size")
    drawn = rows.groupby(["round", "action"])["customer_id"].transform("size")
    available = rows.groupby("round")["action"].agg(lambda found: tuple(sorted(set(found) - {""})))
    return rows.assign(action_propensity=drawn / sizes, actions=rows["round"].map(available))


def splits(rows: pd.DataFrame, origin_count: int, minimum_row_count: int) -> list[Split]:
    """Later rounds by earlier ones that were over; a single day by halves of its customers."""
    dates = np.sort(rows["started_at"].unique())
    if len(dates) > 1:
        found = [
            Split(
                str(pd.Timestamp(start).date()),
                (rows["window_end_at"] <= start).to_numpy(),
                (rows["started_at"] == start).to_numpy(),
            )
            for start in dates[1:][-origin_count:]
        ]
    else:
        judged = np.array([share_of(customer, "half") < _HALF for customer in rows["customer_id"]])
        found = [Split("half of the customers", ~judged, judged)]
    return [split for split in found if split.learned.sum() >= minimum_row_count and split.judged.any()]


def share_of(customer_id: str, salt: str) -> float:
    """A number from 0 to 1 that is the customer's own, always the same."""
    return int(hashlib.md5(f"{salt}:{customer_id}".encode(), usedforsecurity=False).hexdigest(), 16) / 16**32


def _labels(past: pd.DataFrame) -> pd.Series:
    campaigns = past.drop_duplicates("campaign_id")
    by_name = campaigns["campaign_name"].nunique() < len(campaigns) or campaigns["started_at"].nunique() == 1
    return past["campaign_name"] if by_name else past["campaign_channel"]


def _rounds(past: pd.DataFrame) -> pd.Series:
    """One number per round, in the order of time."""
    first_of: dict[str, str] = {}
    for _, of_day in past.groupby("started_at"):
        held_back = {
            str(campaign): frozenset(rows.loc[rows["is_treated"] == 0, "customer_id"])
            for campaign, rows in of_day.groupby("campaign_id")
        }
        is_one = len(set(held_back.values())) == 1
        first_of |= {campaign: min(held_back) if is_one else campaign for campaign in held_back}
    return past.assign(first=past["campaign_id"].map(first_of)).groupby(["started_at", "first"]).ngroup()
