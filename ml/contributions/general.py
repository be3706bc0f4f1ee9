"""Contributions to the score of any estimator, from scores in which features have the typical customer's values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders, shapley_values

# Rows evaluated at a time, so that memory stays bounded.
_ROWS_AT_A_TIME = 50_000


Names = Sequence[str] | pd.Index


class Substitution(Protocol):
    """Scores of customers with some of their features replaced by the typical customer's."""

    @property
    def row_count(self) -> int: ...

    def score(self, rows: slice, own: Collection[str]) -> NDArray:
        """Scores of some rows that keep only the features `own`, shape (n_rows,)."""


@dataclass(frozen=True)
class FrameSubstitution:
    """Replaces columns of the features themselves, for estimators of unknown structure."""

    score_of: Callable[[pd.DataFrame], NDArray]
    features: pd.DataFrame
    typical: pd.Series

    @property
    def row_count(self) -> int:
        return len(self.features)

    def score(self, rows: slice, own: Collection[str]) -> NDArray:
        frame = self.features.iloc[rows]
        replaced = {
            name: pd.Series(self.typical[name], index=frame.index, dtype=frame[name].dtype)
            for name in frame.columns
            if name not in own
        }
        return self.score_of(frame.assign(**replaced))


@dataclass(frozen=True)
class PreparedSubstitution:
    """Replaces columns after a pipeline's preparation, which is then done once.

    Attributes
    ----------
    matrix
        The customers, prepared, shape (n_customers, n_prepared).
    reference
        The typical customer, prepared, shape (n_prepared,).
    columns
        Feature → positions of its prepared columns.
    """

    score_of: Callable[[NDArray], NDArray]
    matrix: NDArray
    reference: NDArray
    columns: Mapping[str, NDArray]

    @property
    def row_count(self) -> int:
        return len(self.matrix)

    def score(self, rows: slice, own: Collection[str]) -> NDArray:
        mixed = np.repeat(self.reference[None, :], len(self.matrix[rows]), axis=0)
        for name in own:
            mixed[:, self.columns[name]] = self.matrix[rows][:, self.columns[name]]
        return self.score_of(mixed)


def general_contributions(
    substitution: Substitution,
    players: Names,
    columns: Names,
    orders: Orders,
) -> Contributions:
    """Shapley values against the typical customer.

    Parameters
    ----------
    players
        The features to replace; the contributions of the others are 0.
    columns
        All features, in order.
    """
    names, parts, scores, base = list(players), [], [], 0.0
    for start in range(0, substitution.row_count, _ROWS_AT_A_TIME):
        rows = slice(start, start + _ROWS_AT_A_TIME)

        def value(mask: NDArray, rows: slice = rows) -> NDArray:
            return substitution.score(rows, {name for name, is_own in zip(names, mask, strict=True) if is_own})

        values, bases, own = shapley_values(value, len(names), orders)
        parts.append(values)
        scores.append(own)
        base = float(bases[0])
    frame = pd.DataFrame(0.0, index=range(substitution.row_count), columns=list(columns))
    frame[names] = np.concatenate(parts)
    return Contributions(frame, base, np.concatenate(scores), "shapley")
