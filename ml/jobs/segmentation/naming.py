"""Unique names of segments, by the rules of `ml/conf/segmentation.yml` and the segments' profiles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml.jobs.segmentation.configuration import MEDIAN_SUFFIX, PROFILE_COLUMNS, Naming

# Columns in which segments differ by less than this (standard deviations) do not distinguish them.
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
    """Name every segment of `segment_profiles`; segments of one kind get qualifiers by the column that differs most."""
    kinds = {segment: _kind(row, naming) for segment, row in profiles.iterrows()}
    names: dict[int, str] = {}
    for kind in dict.fromkeys(kinds.values()):
        alike = [segment for segment, other in kinds.items() if other == kind]
        names |= _distinguished(kind, profiles.loc[alike], naming)
    return {int(segment): names[segment] for segment in profiles.index}


def _kind(profile: pd.Series, naming: Naming) -> str:
    return next(
        rule.name for rule in naming.kinds if all(bound.holds(profile[column]) for column, bound in rule.when.items())
    )


def _distinguished(name: str, profiles: pd.DataFrame, naming: Naming) -> dict[int, str]:
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
    # More segments than words: an upper and a lower half, each distinguished by another column.
    rest, middle = profiles.drop(columns=column), len(order) // 2
    halves = ((order[:middle], words[0]), (order[middle:], words[2]))
    return {
        segment: full_name
        for half, word in halves
        for segment, full_name in _distinguished(f"{name}, {word}", rest.loc[half], naming).items()
    }
