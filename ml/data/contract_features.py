"""The features of contracts: columns of `marts.subscription_features` and the contracts' JSON attributes.

Ids, dates and eligibility are never features. Texts become categories, everything else floating-point numbers;
missing values stay missing.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from ml.data.features import as_number, as_text, check_columns, is_text
from warehouse.tables.features import declared_features

ATTRIBUTE_PREFIX = "attribute_"


def contract_frame(rows: pd.DataFrame, columns: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Convert rows of `marts.subscription_features` to a model frame, as `ml.data.features.model_frame` does.

    Raises
    ------
    ModelUnavailable
        If a requested column of the mart, or attribute, is not in the rows.
    """
    known = {
        name: as_text(rows[name]).to_numpy(dtype=object) if feature.is_text else as_number(rows[name])
        for name, feature in declared_features("contracts").items()
        if name in rows
    }
    if "attributes" in rows:
        known |= attributes_of(rows["attributes"])
    wanted = tuple(known) if columns is None else tuple(columns)
    check_columns(
        known,
        wanted,
        "marts.subscription_features",
        "Load the source with these attributes again, or train again with --force so that the model does without.",
    )
    return pd.DataFrame({name: known[name] for name in wanted}, index=range(len(rows)))


def categories(frame: pd.DataFrame) -> list[str]:
    """The text columns of a model frame."""
    return [name for name in frame.columns if is_text(frame[name])]


def attributes_of(texts: pd.Series) -> dict[str, NDArray]:
    """Columns of shape (n_rows,), one per key of the JSON objects, named `attribute_…`, in alphabetical order."""
    distinct = {text: _object(text) for text in texts.dropna().unique()}
    keys = sorted({key for parsed in distinct.values() for key in parsed})
    values = [distinct.get(text, {}) for text in texts]
    columns = {}
    for key in keys:
        column = pd.Series([value.get(key) for value in values], dtype="object")
        texted = column.map(lambda value: isinstance(value, str)).any()
        name = ATTRIBUTE_PREFIX + re.sub(r"[^a-z0-9]+", "_", key.lower()).strip("_")
        columns[name] = as_text(column).to_numpy(dtype=object) if texted else as_number(column)
    return columns


def _object(text: str) -> dict[str, Any]:
    """The scalar values of a JSON object; empty if the text is not one."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(parsed, dict):
        return {}
    return {str(key): value for key, value in parsed.items() if isinstance(value, str | int | float | bool)}
