"""What the models see of a contract: the columns of `marts.subscription_features` and its JSON attributes.

Ids, dates and eligibility are never features. Texts are categories, all else floating-point numbers in which
missing stays missing.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd

from ml.features import UNKNOWN_CATEGORY
from warehouse.errors import ModelUnavailable

CATEGORY_COLUMNS = ("plan_name", "payment_method")
NUMERIC_COLUMNS = (
    "tenure_months",
    "term_months",
    "monthly_amount",
    "total_charges_amount",
    "renewal_count",
    "months_to_term_end",
)
# Known of ended contracts only at the run's date, not at their end: no features where ended ones are learned from.
CUSTOMER_COLUMNS = ("customer_order_count_365d", "customer_days_since_last_order")
# They grow with the time a contract has lasted, which is what a survival model predicts.
DURATION_COLUMNS = ("tenure_months", "total_charges_amount", "renewal_count", "months_to_term_end", *CUSTOMER_COLUMNS)
ATTRIBUTE_PREFIX = "attribute_"


def contract_frame(rows: pd.DataFrame, columns: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Bring rows of `marts.subscription_features` into the form the models take.

    Parameters
    ----------
    rows
        Rows of the mart; further columns are left out.
    columns
        The features wanted, in order; by default all.

    Returns
    -------
    DataFrame
        Float64 and text columns, index 0…n−1.

    Raises
    ------
    ModelUnavailable
        If a column that is asked for is not in the rows.
    """
    known = {name: _number(rows[name]) for name in (*NUMERIC_COLUMNS, *CUSTOMER_COLUMNS) if name in rows}
    known |= {name: _text(rows[name]) for name in CATEGORY_COLUMNS if name in rows}
    if "attributes" in rows:
        known |= _attributes(rows["attributes"])
    wanted = tuple(known) if columns is None else tuple(columns)
    missing = [name for name in wanted if name not in known]
    if missing:
        raise ModelUnavailable(
            f"marts.subscription_features does not give {', '.join(missing)}, which the model needs.",
            "Load the source with these attributes again, or train anew with --force so that the model does without.",
        )
    return pd.DataFrame({name: known[name] for name in wanted}, index=range(len(rows)))


def categories(frame: pd.DataFrame) -> list[str]:
    """The text columns of a frame."""
    return [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]


def _attributes(texts: pd.Series) -> dict[str, np.ndarray]:
    distinct = {text: _object(text) for text in texts.dropna().unique()}
    keys = sorted({key for parsed in distinct.values() for key in parsed})
    values = [distinct.get(text, {}) for text in texts]
    columns = {}
    for key in keys:
        column = pd.Series([value.get(key) for value in values], dtype="object")
        is_text = column.map(lambda value: isinstance(value, str)).any()
        name = ATTRIBUTE_PREFIX + re.sub(r"[^a-z0-9]+", "_", key.lower()).strip("_")
        columns[name] = _text(column) if is_text else _number(column)
    return columns


def _object(text: str) -> dict[str, object]:
    """The object a JSON text holds; what is none, and values that are no single ones, say nothing."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(parsed, dict):
        return {}
    return {str(key): value for key, value in parsed.items() if isinstance(value, str | int | float | bool)}


def _number(column: pd.Series) -> np.ndarray:
    number = pd.to_numeric(
        column.map(lambda value: float(value) if isinstance(value, bool) else value), errors="coerce"
    )
    return number.astype("float64").replace([np.inf, -np.inf], np.nan).to_numpy()


def _text(column: pd.Series) -> np.ndarray:
    return column.astype("object").where(column.notna(), UNKNOWN_CATEGORY).astype(str).to_numpy(dtype=object)
