"""Groups of people by whose contracts figures are told: what the customers say, and flags among the attributes."""

from __future__ import annotations

import pandas as pd

from ml.data.contract_features import ATTRIBUTE_PREFIX, attributes_of
from ml.data.features import UNKNOWN_CATEGORY

_FLAGS = {0.0: "no", 1.0: "yes"}


def with_groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with their attributes as further columns of text, flags as yes and no.

    An attribute that has the name of a column there is left out: the customer's own country comes first.
    """
    if "attributes" not in rows:
        return rows
    found = {}
    for name, values in attributes_of(rows["attributes"]).items():
        column, plain = pd.Series(values, index=rows.index), name.removeprefix(ATTRIBUTE_PREFIX)
        if plain in rows and rows[plain].notna().any():
            continue
        if plain.startswith(("is_", "has_")) and pd.api.types.is_numeric_dtype(column):
            column = column.map(_FLAGS).fillna(UNKNOWN_CATEGORY)
        found[plain] = column
    return rows.assign(**found)
