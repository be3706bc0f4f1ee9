"""Model frames: the declared features of `marts.customer_features` in the types that models take.

Labels are in another table. Categories are texts, everything else floating-point numbers; missing values stay missing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warehouse.base.errors import ModelUnavailable
from warehouse.base.meanings import Meaning
from warehouse.tables.features import declared_features

# Columns that the rules and the purchase models read; every model takes them, even where they do not vary.
RULE_COLUMNS = (
    "days_since_last_order",
    "tenure_days",
    "first_to_last_order_days",
    "repeat_order_count",
    "mean_repeat_order_amount",
    "net_amount_90d",
    "net_amount_365d",
    "order_count_365d",
)
KEY_COLUMNS = ("customer_id", "as_of_date")
UNKNOWN_CATEGORY = "unknown"


def model_frame(rows: pd.DataFrame, columns: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Convert rows of `marts.customer_features` to the frame that every model takes.

    Parameters
    ----------
    rows
        One row per customer and date; columns that are not features are left out.
    columns
        The features, in order; by default all declared ones that the rows have.

    Returns
    -------
    DataFrame
        Float64 and text columns, one row per row, index 0…n−1.

    Raises
    ------
    ModelUnavailable
        If a requested column is not in the rows.
    """
    known = tuple(name for name in declared_features("customers") if name in rows.columns or name in RULE_COLUMNS)
    wanted = known if columns is None else tuple(columns)
    check_columns(
        rows.columns,
        wanted,
        "marts.customer_features",
        "Build the marts again, or train again with --force so that the model does without it.",
    )
    texts = category_columns()
    prepared = {name: (as_text if name in texts else as_number)(rows[name]) for name in wanted}
    return pd.DataFrame(prepared, index=range(len(rows)))


def category_columns() -> tuple[str, ...]:
    """The names of customers' features that are texts."""
    return tuple(feature.name for feature in declared_features("customers").values() if feature.is_text)


def directions_of(columns: Sequence[str], rises_with: Meaning) -> list[int]:
    """How a score may move with each feature of customers, by what more of it is declared to mean.

    Parameters
    ----------
    rises_with
        What a higher score says.

    Returns
    -------
    list of int
        1: it may only rise, −1: only fall, 0: either, for a feature without a declared meaning or one whose meaning
        turns within its range (`usual`); one per column.
    """
    declared = declared_features("customers")
    meanings = [
        declared[name].more_means if name in declared and not declared[name].usual else None for name in columns
    ]
    return [0 if meaning is None else 1 if meaning == rises_with else -1 for meaning in meanings]


def check_columns(
    known: Sequence[str] | Mapping[str, object] | pd.Index, wanted: Sequence[str], mart: str, advice: str
) -> None:
    """Raise ModelUnavailable, naming the columns, if features that a model needs are missing."""
    if missing := [name for name in wanted if name not in known]:
        raise ModelUnavailable(f"{mart} has no column {', '.join(missing)}, which the model needs.", advice)


def as_number(column: pd.Series) -> NDArray:
    """Float64 values, shape (n_rows,); NaN for infinities and for anything that is not a number."""
    is_number = isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf"
    number = (column if is_number else pd.to_numeric(column, errors="coerce")).to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(number), number, np.nan)


def as_text(column: pd.Series) -> pd.Series:
    """Texts with `UNKNOWN_CATEGORY` for missing ones, index 0…n−1."""
    # Few texts in many rows: each is converted once. Missing ones have the code −1, the last place.
    codes, texts = pd.factorize(column.astype("object"))
    return pd.Series(np.array([*map(str, texts), UNKNOWN_CATEGORY], dtype=object)[codes])


def is_text(column: pd.Series) -> bool:
    """Whether a column of a model frame holds categories."""
    return not pd.api.types.is_numeric_dtype(column)


def usable_columns(frame: pd.DataFrame, barred: Collection[str] = ()) -> tuple[tuple[str, ...], dict[str, str]]:
    """Split the columns of a model frame into those that vary and those without information.

    Parameters
    ----------
    barred
        Names of personal traits that models may not use.

    Returns
    -------
    usable
        Names, in the order of the columns.
    dropped
        Name → why: "empty" (all null or unknown), "constant" or "personal".
    """
    dropped = {}
    for name in frame.columns:
        is_empty = frame[name] == UNKNOWN_CATEGORY if is_text(frame[name]) else frame[name].isna()
        if is_empty.all():
            dropped[name] = "empty"
        elif (frame[name] == frame[name].iloc[0]).all():
            dropped[name] = "constant"
        elif name in barred:
            dropped[name] = "personal"
    return tuple(name for name in frame.columns if name not in dropped), dropped
