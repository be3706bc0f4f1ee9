"""Which campaigns are learned together, and what is predicted from what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.uplift.configuration import UpliftConfiguration, UpliftLimits

ANY_CAMPAIGN = "any campaign"


@dataclass(frozen=True)
class Fold:
    """Rows to learn from, and rows that are predicted from them: masks of the shape (n_rows,)."""

    name: str
    learned: NDArray
    predicted: NDArray


def offers(past: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """What can be offered, with the rows that tell of it.

    Campaigns that follow each other are learned together, as a contact of whatever kind: each alone is small. Campaigns
    that all began on one day are offers of their own, which cannot be told from a later time.
    """
    if past["started_at"].nunique() > 1:
        yield ANY_CAMPAIGN, past.reset_index(drop=True)
        return
    for _, rows in past.groupby("campaign_id", sort=True):
        yield str(rows["campaign_name"].iloc[0]), rows.reset_index(drop=True)


def folds(rows: pd.DataFrame, outcome: str, settings: UpliftConfiguration) -> list[Fold]:
    """Later campaigns from earlier ones that were over before; on a single day, customers from others.

    Those whose learned rows are too few are left out.
    """
    dates = np.sort(rows["started_at"].unique())
    if len(dates) > 1:
        found = [
            Fold(
                str(pd.Timestamp(start).date()),
                (rows["window_end_at"] <= start).to_numpy(),
                (rows["started_at"] == start).to_numpy(),
            )
            for start in dates[1:][-settings.origin_count :]
        ]
    else:
        part = np.array([_part(customer, settings.fold_count) for customer in rows["customer_id"]])
        found = [Fold(f"customers {n + 1}", part != n, part == n) for n in range(settings.fold_count)]
    return [fold for fold in found if is_enough(rows[fold.learned], outcome, settings.limits)]


def is_enough(rows: pd.DataFrame, outcome: str, limits: UpliftLimits) -> bool:
    """Whether a model can be fitted on rows of campaigns."""
    treated = rows["is_treated"] == 1
    fewest = min(rows.loc[treated, outcome].sum(), rows.loc[~treated, outcome].sum())
    return len(rows) >= limits.minimum_row_count and bool(fewest >= limits.minimum_response_count)


def _part(customer_id: str, count: int) -> int:
    """The part of a customer: always the same, whoever else there is."""
    return int(hashlib.md5(customer_id.encode(), usedforsecurity=False).hexdigest(), 16) % count
