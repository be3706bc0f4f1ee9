"""The rule `drop`: rows without a value of a required feature are neither used for training nor scored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.dated_rows import DatedRows
from ml.data.features import RULE_COLUMNS, UNKNOWN_CATEGORY, as_number, is_text
from ml.treatment.configuration import missing_rule
from warehouse.tables.features import Subject

_LEARNED_FROM = ("training", "evaluation", "histories")
_Rows = TypeVar("_Rows", bound=DatedRows)


def refusals(rows: pd.DataFrame, columns: Collection[str], subject: Subject) -> pd.Series:
    """Why a model cannot score each row, for users; null where it can. Has the index of `rows`.

    Parameters
    ----------
    rows
        Rows of a features mart, or a model frame.
    columns
        The features that the model takes; those that the rows do not have are ignored.
    """
    missing = {name: _is_missing(rows[name]) for name in _needed(rows, columns, subject)}
    missing = {name: mask for name, mask in missing.items() if mask.any()}
    reason = pd.Series(None, index=rows.index, dtype=object)
    if not missing:
        return reason
    table = pd.DataFrame(missing, index=rows.index)
    concerned = table[table.any(axis=1)]
    reason[concerned.index] = [
        f"not known: {', '.join(str(name) for name, is_missing in row.items() if is_missing)}"
        for row in concerned.to_dict("records")
    ]
    return reason


def complete(rows: pd.DataFrame, columns: Collection[str], subject: Subject) -> pd.DataFrame:
    """The rows on which a model may be trained or used; the same object if that is all of them."""
    is_known = refusals(rows, columns, subject).isna()
    return rows if is_known.all() else rows[is_known].reset_index(drop=True)


def with_complete_rows(data: _Rows, subject: Subject, also: Collection[str] = ()) -> _Rows:
    """The rows of a job that models are fitted or evaluated on, without those that the rule drops.

    A feature without any value in the training rows is required of none: models do without it.

    Parameters
    ----------
    also
        Further fields of `data` with rows that models are fitted on.
    """
    learned_from = data.evaluation if data.training.empty else data.training
    asked = [name for name in learned_from.columns if learned_from[name].notna().any() or name in RULE_COLUMNS]
    names = {field.name for field in fields(data)} & {*_LEARNED_FROM, *also}
    return replace(data, **{name: complete(getattr(data, name), asked, subject) for name in names})


def _needed(rows: pd.DataFrame, columns: Collection[str], subject: Subject) -> list[str]:
    return [name for name in columns if name in rows and missing_rule(subject, name) == "drop"]


def _is_missing(column: pd.Series) -> NDArray:
    if is_text(column):
        return (column.isna() | (column == UNKNOWN_CATEGORY)).to_numpy()
    return np.isnan(as_number(column))
