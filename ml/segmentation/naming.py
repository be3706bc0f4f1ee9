"""Names for segments, by rule from their profiles, in words a marketer uses; never two alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

# What a profile shows, whatever the clustering used.
PROFILE_COLUMNS = ("days_since_last_order", "order_day_count", "net_amount", "tenure_days")
# Standard deviations on the log scale above which a segment stands out.
_STANDS_OUT = 0.75
_QUALIFIERS = {
    "net_amount": ("higher spend", "medium spend", "lower spend"),
    "order_day_count": ("more orders", "some orders", "fewer orders"),
    "tenure_days": ("long-standing", "established", "newer"),
    "days_since_last_order": ("longer quiet", "quiet for a while", "more recent"),
}


def segment_profiles(features: pd.DataFrame, segment: np.ndarray) -> pd.DataFrame:
    """One row per segment: mean standardised log of each profile column, its median, and the share.

    Returns
    -------
    DataFrame
        Columns `<feature>`, `<feature>__median` and `share`, indexed by segment id.
    """
    values = features[list(PROFILE_COLUMNS)].fillna(0)
    logs = np.sign(values) * np.log1p(values.abs())
    spread = logs.std(ddof=0).replace(0, 1)
    profile = ((logs - logs.mean()) / spread).groupby(segment).mean()
    medians = values.groupby(segment).median().add_suffix("__median")
    share = pd.Series(segment).value_counts(normalize=True).rename("share")
    return profile.join(medians).join(share)


def name_segments(profiles: pd.DataFrame) -> dict[int, str]:
    """Name every segment; segments of one kind are told apart by what differs most between them."""
    kinds = {segment: _kind(row) for segment, row in profiles.iterrows()}
    names: dict[int, str] = {}
    for kind in dict.fromkeys(kinds.values()):
        alike = [segment for segment, other in kinds.items() if other == kind]
        names |= {alike[0]: kind} if len(alike) == 1 else _told_apart(kind, profiles.loc[alike])
    return {int(segment): names[segment] for segment in profiles.index}


def _kind(profile: Mapping[str, float]) -> str:
    is_recent = profile["days_since_last_order"] <= 0
    if profile["order_day_count__median"] <= 1:
        return _one_time_kind(profile, is_recent)
    if profile["net_amount"] >= _STANDS_OUT:
        return "Loyal big spenders" if is_recent else "Big spenders slipping away"
    if profile["net_amount"] >= 0 or profile["order_day_count"] >= 0:
        return "Active regulars" if is_recent else "Regulars slipping away"
    return "Occasional buyers" if is_recent else "Occasional buyers gone quiet"


def _one_time_kind(profile: Mapping[str, float], is_recent: bool) -> str:
    if is_recent or profile["tenure_days"] <= -_STANDS_OUT:
        return "New customers"
    return "Big one-time buyers gone quiet" if profile["net_amount"] >= 0 else "One-time buyers gone quiet"


def _told_apart(kind: str, profiles: pd.DataFrame) -> dict[int, str]:
    spread = {column: np.ptp(profiles[column]) for column in _QUALIFIERS}
    column = max(spread, key=spread.get)
    order = profiles[column].sort_values(ascending=False, kind="stable").index
    high, middle, low = _QUALIFIERS[column]
    by_count = {2: [high, low], 3: [high, middle, low]}
    words = by_count.get(len(order)) or [f"{high}, group {n}" for n in range(1, len(order) + 1)]
    return {segment: f"{kind}, {word}" for segment, word in zip(order, words, strict=True)}
