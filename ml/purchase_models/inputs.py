"""Validation of purchase histories, and their compression to distinct rows with weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

COUNT_COLUMN = "repeat_order_count"
LAST_ORDER_COLUMN = "first_to_last_order_days"
TENURE_COLUMN = "tenure_days"
AMOUNT_COLUMN = "mean_repeat_order_amount"

MINIMUM_CUSTOMER_COUNT = 30
MINIMUM_REPEATER_COUNT = 10


class TooLittleData(ValueError):
    """The data are valid but too few, or vary too little, to fit a model."""


def numeric_column(frame: pd.DataFrame, column: str, *, allow_missing: bool = False) -> np.ndarray:
    """Return a column as floats, shape (n_rows,); ValueError with the first bad row if it is not valid."""
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"expected a pandas DataFrame with a column {column}, got {type(frame).__name__}")
    if column not in frame.columns:
        raise ValueError(f"column {column} is missing; add it to the frame")
    if len(frame) == 0:
        raise ValueError(f"column {column} has no rows; pass at least one customer")
    try:
        values = pd.to_numeric(frame[column]).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {column} holds values that are not numbers; convert or drop them") from error
    if not allow_missing:
        refuse_rows(np.isnan(values), column, "have no value; fill or drop them")
    refuse_rows(np.isinf(values), column, "are infinite; replace or drop them")
    refuse_rows(values < 0, column, "are negative; correct or drop them")
    return values


def refuse_rows(is_bad: np.ndarray, column: str, advice: str) -> None:
    """Raise ValueError with the column, the number of bad rows and the first of them, if any is marked in `is_bad`."""
    count = int(np.count_nonzero(is_bad))
    if count:
        first = int(np.flatnonzero(is_bad)[0])
        raise ValueError(f"column {column}: {count} row(s) {advice} (first at position {first})")


def checked_weights(sample_weight: ArrayLike | None, row_count: int) -> np.ndarray:
    """Return weights as floats, shape (row_count,); ones if none are given.

    Raises
    ------
    ValueError
        If they have another shape, or one is negative or not finite.
    """
    if sample_weight is None:
        return np.ones(row_count)
    weights = np.asarray(sample_weight, dtype=float)
    if weights.shape != (row_count,):
        raise ValueError(f"sample_weight has shape {weights.shape}; pass one weight for each of {row_count} rows")
    refuse_rows(~np.isfinite(weights) | (weights < 0), "sample_weight", "are negative or not finite")
    return weights


def checked_duration(name: str, value: ArrayLike, *, allow_zero: bool = True) -> np.ndarray:
    """Return a duration (number or array) in days as floats; ValueError if it is negative or not finite."""
    duration = np.asarray(value, dtype=float)
    if not np.all(np.isfinite(duration)) or np.any(duration < 0) or (not allow_zero and np.any(duration == 0)):
        raise ValueError(f"{name} must be a finite number of days, {'0 or more' if allow_zero else 'above 0'}")
    return duration


def distinct_rows(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of one row per distinct combination, in sorted order, and each row's group.

    Far quicker than ``numpy.unique(axis=0)``: every column becomes an integer code first.
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        group, values = pd.factorize(column, sort=True)
        if len(values) and code.max(initial=0) > np.iinfo(np.int64).max // (len(values) + 1):
            code = pd.factorize(code, sort=True)[0].astype(np.int64)
        code = code * len(values) + group
    group, _ = pd.factorize(code, sort=True)
    position = np.empty(group.max(initial=-1) + 1, dtype=np.int64)
    position[group[::-1]] = np.arange(len(group) - 1, -1, -1)
    return position, group


@dataclass(frozen=True)
class PurchaseHistory:
    """Distinct purchase histories, in model time units.

    Attributes
    ----------
    repeat_count, last_order_time, tenure : ndarray of shape (n_distinct,)
        x, t_x and T of the literature; times count from the first order.
    weight : ndarray of shape (n_distinct,)
        How many customers share the history.
    row_group : ndarray of shape (n_rows,)
        Position of each input row's history, by which results are expanded to rows.
    """

    repeat_count: np.ndarray
    last_order_time: np.ndarray
    tenure: np.ndarray
    weight: np.ndarray
    row_group: np.ndarray

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, time_unit_days: float, sample_weight: ArrayLike | None = None
    ) -> PurchaseHistory:
        """Validate a frame with one row per customer, and compress it."""
        unit = float(checked_duration("time_unit_days", time_unit_days, allow_zero=False))
        count = numeric_column(frame, COUNT_COLUMN)
        last = numeric_column(frame, LAST_ORDER_COLUMN)
        tenure = numeric_column(frame, TENURE_COLUMN)
        weight = checked_weights(sample_weight, len(frame))
        refuse_rows(count != np.floor(count), COUNT_COLUMN, "are not whole numbers; count orders")
        refuse_rows(last > tenure, LAST_ORDER_COLUMN, f"exceed {TENURE_COLUMN}; drop orders after the as-of date")
        refuse_rows((count == 0) & (last > 0), LAST_ORDER_COLUMN, f"are above 0 although {COUNT_COLUMN} is 0; recount")
        refuse_rows(
            (count > 0) & (last == 0), LAST_ORDER_COLUMN, f"are 0 although {COUNT_COLUMN} is not; merge same-day orders"
        )
        position, group = distinct_rows(count, last, tenure)
        summed = np.bincount(group, weights=weight, minlength=len(position))
        return cls(count[position], last[position] / unit, tenure[position] / unit, summed, group)

    @classmethod
    def without_orders(cls, tenure: np.ndarray, weight: np.ndarray | None = None) -> PurchaseHistory:
        """Histories of customers who have not ordered again; with tenure 0, new customers."""
        tenure = np.atleast_1d(np.asarray(tenure, dtype=float))
        zeros = np.zeros_like(tenure)
        weight = np.ones_like(tenure) if weight is None else weight
        return cls(zeros, zeros, tenure, weight, np.arange(len(tenure)))

    def part(self, positions) -> PurchaseHistory:
        """Return some of the distinct histories (a slice or an index array)."""
        arrays = (self.repeat_count, self.last_order_time, self.tenure, self.weight)
        return PurchaseHistory(*(array[positions] for array in arrays), row_group=np.arange(0))

    def require_enough(self) -> None:
        """Raise TooLittleData when no purchase model can be fitted."""
        used = self.weight > 0
        customer_count = self.weight.sum()
        repeater_count = self.weight[self.repeat_count > 0].sum()
        if customer_count < MINIMUM_CUSTOMER_COUNT:
            raise TooLittleData(f"{customer_count:g} customer(s); at least {MINIMUM_CUSTOMER_COUNT} are needed")
        if repeater_count < MINIMUM_REPEATER_COUNT:
            raise TooLittleData(
                f"{repeater_count:g} customer(s) ordered again; at least {MINIMUM_REPEATER_COUNT} are needed"
            )
        if np.count_nonzero(used) == 1:
            raise TooLittleData("all customers have the same history; there is no variation to fit")
