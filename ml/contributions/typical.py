"""The typical customer, with whose values those of a customer are compared."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contributions.background import Background, kept
from ml.data.features import is_text

_MOST_VALUES_WITHOUT_MIDDLE = 4


def typical_customer(features: pd.DataFrame) -> pd.Series:
    """Lower median of each numeric column, most common value of each text column, indexed by feature.

    Rows are customers; their order does not matter. A column without values stays missing; of equally common texts the
    alphabetically first is taken.
    """
    return kept(features, "typical customer", lambda: _typical_customer(features))


def _typical_customer(features: pd.DataFrame) -> pd.Series:
    values = {}
    for name in features.columns:
        column = features[name]
        if is_text(column):
            values[name] = column.mode().min()
        else:
            values[name] = column.quantile(0.5, interpolation="lower")
    return pd.Series(values, dtype=object)


def typical_row(features: pd.DataFrame) -> pd.DataFrame:
    """The typical customer as a frame of one row, with the columns and types of the features."""
    values = typical_customer(features)
    return pd.DataFrame({name: pd.Series([values[name]], dtype=features[name].dtype) for name in features.columns})


def has_middle(features: pd.DataFrame) -> NDArray:
    """Whether each column has a middle that a value can be compared with, shape (n_features,).

    Texts, flags and other columns of a few values have none: the typical one is what most happen to have.
    """
    return kept(
        features,
        "has a middle",
        lambda: np.array(
            [
                not is_text(features[name]) and features[name].nunique() > _MOST_VALUES_WITHOUT_MIDDLE
                for name in features.columns
            ]
        ),
    )


def background_sample(features: pd.DataFrame, row_count: int) -> pd.DataFrame:
    """At most `row_count` rows with their index, chosen by a hash of their content: their order does not matter."""
    if len(features) <= row_count:
        return features

    def sample() -> pd.DataFrame:
        by_content = pd.util.hash_pandas_object(features, index=False).sort_values(kind="stable").index
        rows = features.loc[by_content[:row_count]]
        return Background(rows) if isinstance(features, Background) else rows

    return kept(features, f"{row_count} rows", sample)
