"""Names for segments, by the rule table of `ml/conf/segmentation.yml` from their profiles; never two alike."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml.jobs.segmentation.configuration import MEDIAN_SUFFIX, PROFILE_COLUMNS, Naming

# Segments that differ by less than this (standard deviations) in a column are not told apart by it.
_WORTH_SAYING = 0.1
_WORDS_BY_COUNT = {2: (0, 2), 3: (0, 1, 2)}


def segment_profiles(features: pd.DataFrame, segment: np.ndarray) -> pd.DataFrame:
    """One row per segment: mean standardised log of each profile column, its median, and the share.

    Returns
    -------
    DataFrame
        Columns `<feature>`, `<feature>__median` and `share`, indexed by segment id.
    """
    values = features[list(PROFILE_COLUMNS)].fillna(0).reset_index(drop=True)
    logs = np.sign(values) * np.log1p(values.abs())
    spread = logs.std(ddof=0).replace(0, 1)
    profile = ((logs - logs.mean()) / spread).groupby(segment).mean()
    medians = values.groupby(segment).median().add_suffix(MEDIAN_SUFFIX)
    share = pd.Series(segment).value_counts(normalize=True).rename("share")
    return profile.join(medians).join(share)


def name_segments(profiles: pd.DataFrame, naming: Naming) -> dict[int, str]:
    """Name every segment; segments of one kind are told apart by what differs most between them."""
    kinds = {segment: _kind(row, naming) for segment, row in profiles.iterrows()}
    names: dict[int, str] = {}
    for kind in dict.fromkeys(kinds.values()):
        alike = [segment for segment, other in kinds.items() if other == kind]
        names |= _told_apart(kind, profiles.loc[alike], naming)
    return {int(segment): names[segment] for segment in profiles.index}


def _kind(profile: pd.Series, naming: Naming) -> str:
    return next(
        rule.name for rule in naming.kinds if all(bound.holds(profile[column]) for column, bound in rule.when.items())
    )


def _told_apart(name: str, profiles: pd.DataFrame, naming: Naming) -> dict[int, str]:
    if len(profiles) == 1:
        return {profiles.index[0]: name}
    left = [column for column in naming.qualifiers if column in profiles]
    spread = {column: np.ptp(profiles[column]) for column in left}
    column = max(spread, key=lambda name: spread[name]) if spread else None
    if column is None or spread[column] < _WORTH_SAYING:
        return {segment: f"{name}, group {number}" for number, segment in enumerate(profiles.index, start=1)}
    order = profiles[column].sort_values(ascending=False, kind="stable").index
    words = naming.qualifiers[column]
    if len(order) in _WORDS_BY_COUNT:
        chosen = (words[place] for place in _WORDS_BY_COUNT[len(order)])
        return {segment: f"{name}, {word}" for segment, word in zip(order, chosen, strict=True)}
    # More than there are words: the upper and the lower half, each told apart by another column.
    rest, middle = profiles.drop(columns=column), len(order) // 2
    halves = ((order[:middle], words[0]), (order[middle:], words[2]))
    return {
        segment: told
        for half, word in halves
        for segment, told in _told_apart(f"{name}, {word}", rest.loc[half], naming).items()
    }
