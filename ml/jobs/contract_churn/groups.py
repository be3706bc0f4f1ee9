"""Groups by which figures of contracts are reported: attributes of the customers and of the contracts."""

from __future__ import annotations

import pandas as pd

from ml.data.contract_features import ATTRIBUTE_PREFIX, attributes_of
from ml.data.features import UNKNOWN_CATEGORY

_FLAGS = {0.0: "no", 1.0: "yes"}


def with_groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with their attributes as further columns, flags as yes and no; one row per row.

    An attribute with the name of a filled column is left out: the customer's own country has priority.
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
