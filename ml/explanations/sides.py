"""What each value may be a reason for: that a customer stays, or leaves; by the declarations of the features."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contributions.background import kept
from ml.data.features import UNKNOWN_CATEGORY, is_text
from ml.explanations.configuration import ReasonsConfiguration
from ml.explanations.wording import rounded
from warehouse.base.meanings import MEANINGS, Meaning
from warehouse.tables.feature_words import Wording

Sides = Mapping[Meaning, NDArray]


def sides(
    configuration: ReasonsConfiguration, features: pd.DataFrame, typical: pd.Series, others: pd.DataFrame
) -> Sides:
    """Meaning → mask of the values that may be said to mean it, shape (n_rows, n_features).

    A value that is shown like the typical one says nothing; where words do not name that one, because all values have
    words of their own, the average of the `others` stands in its place. Without a declared direction any other value
    may mean either.
    """
    other = kept(others, "sides", lambda: _others(configuration, others, typical))
    found = [_of_column(configuration.wording(name), features[name], other[name]) for name in features.columns]
    return {
        meaning: np.column_stack([one[meaning] for one in found]) if found else np.zeros((len(features), 0), dtype=bool)
        for meaning in MEANINGS
    }


def _others(configuration: ReasonsConfiguration, others: pd.DataFrame, typical: pd.Series) -> dict[str, object]:
    return {name: _other(others[name], configuration.choices(name), typical[name]) for name in others.columns}


def _other(column: pd.Series, choices: Collection[int], typical: object) -> object:
    """What values are compared with: the average where all have words of their own, else what the words name."""
    is_flag = not is_text(column) and set(column.dropna().unique()) <= set(choices)
    return column.mean() if is_flag else typical


def _of_column(wording: Wording | None, column: pd.Series, other: object) -> Sides:
    if is_text(column):
        differs = ((column != UNKNOWN_CATEGORY) & (column != other)).to_numpy(dtype=bool)
        missing, sides_of = (column == UNKNOWN_CATEGORY).to_numpy(dtype=bool), (differs, differs)
    else:
        kind = wording.shown_as if wording else "number"
        values = rounded(column.to_numpy(dtype=float), kind)
        lower, upper = (wording and wording.usual) or (rounded(np.array([other], dtype=float), kind)[0],) * 2
        missing, sides_of = np.isnan(values), (values > lower, values < upper)
    if wording is None or wording.more_means is None:
        either = sides_of[0] | sides_of[1]
        sides_of = (either, either)
    more = wording.more_means if wording and wording.more_means else MEANINGS[0]
    said = {meaning: sides_of[0] if meaning == more else sides_of[1] for meaning in MEANINGS}
    means_missing = wording.not_known_means if wording else None
    return {meaning: np.where(missing, meaning == means_missing, mask) for meaning, mask in said.items()}
