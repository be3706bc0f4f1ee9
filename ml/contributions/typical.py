"""The typical customer: what a customer's values are held against."""

from __future__ import annotations

import pandas as pd

from ml.data.features import is_text


def typical_customer(features: pd.DataFrame) -> pd.Series:
    """Median of each number (one that occurs), commonest text of each category, whatever the order of rows.

    A number that nobody has stays missing; equally common texts go by the alphabet.
    """
    values = {}
    for name in features.columns:
        column = features[name]
        if is_text(column):
            values[name] = column.mode().min()
        else:
            values[name] = column.quantile(0.5, interpolation="lower")
    return pd.Series(values, dtype=object)


def background_sample(features: pd.DataFrame, row_count: int) -> pd.DataFrame:
    """Some rows, chosen by their content, so that the order of rows is no matter."""
    if len(features) <= row_count:
        return features
    by_content = pd.util.hash_pandas_object(features, index=False).sort_values(kind="stable").index
    return features.loc[by_content[:row_count]]
