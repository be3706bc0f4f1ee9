"""Contributions to the score of any estimator, from scores in which features have the typical customer's values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contributions.background import FEW_ROWS
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders, shapley_values

# Rows evaluated at a time, so that memory stays bounded.
_ROWS_AT_A_TIME = 50_000


Names = Sequence[str] | pd.Index


class Substitution(Protocol):
    """Scores of customers with some of their features replaced by the typical customer's."""

    @property
    def row_count(self) -> int: ...

    def scores(self, rows: slice, teams: Sequence[Collection[str]]) -> list[NDArray]:
        """Scores of some rows that keep only the features of each team, one of shape (n_rows,) for each."""


@dataclass(frozen=True)
class FrameSubstitution:
    """Replaces columns of the features themselves, for estimators of unknown structure."""

    score_of: Callable[[pd.DataFrame], NDArray]
    features: pd.DataFrame
    typical: pd.Series

    @property
    def row_count(self) -> int:
        return len(self.features)

    def scores(self, rows: slice, teams: Sequence[Collection[str]]) -> list[NDArray]:
        frame = self.features.iloc[rows]
        if len(frame) > FEW_ROWS:
            return [self.score_of(self._mixed(frame, [own])) for own in teams]
        return np.split(self.score_of(self._mixed(frame, teams)), len(teams))

    def _mixed(self, frame: pd.DataFrame, teams: Sequence[Collection[str]]) -> pd.DataFrame:
        """The rows once for each team, one team below the other."""
        several = frame.iloc[np.tile(np.arange(len(frame)), len(teams))].reset_index(drop=True)
        replaced = {}
        for name in frame.columns:
            is_own = np.array([name in own for own in teams])
            if not is_own.all():
                typical = pd.Series(self.typical[name], index=several.index, dtype=frame[name].dtype)
                replaced[name] = typical.where(~np.repeat(is_own, len(frame)), several[name])
        return several.assign(**replaced)


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

    def scores(self, rows: slice, teams: Sequence[Collection[str]]) -> list[NDArray]:
        matrix = self.matrix[rows]
        if len(matrix) > FEW_ROWS:
            return [self.score_of(self._mixed(matrix, own)) for own in teams]
        return np.split(self.score_of(np.concatenate([self._mixed(matrix, own) for own in teams])), len(teams))

    def _mixed(self, matrix: NDArray, own: Collection[str]) -> NDArray:
        mixed = np.repeat(self.reference[None, :], len(matrix), axis=0)
        for name in own:
            mixed[:, self.columns[name]] = matrix[:, self.columns[name]]
        return mixed


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

        def value(masks: NDArray, rows: slice = rows) -> NDArray:
            teams = [{name for name, is_own in zip(names, mask, strict=True) if is_own} for mask in masks]
            return np.array(substitution.scores(rows, teams))

        values, bases, own = shapley_values(value, len(names), orders)
        parts.append(values)
        scores.append(own)
        base = float(bases[0])
    frame = pd.DataFrame(0.0, index=range(substitution.row_count), columns=list(columns))
    frame[names] = np.concatenate(parts)
    return Contributions(frame, base, np.concatenate(scores), "shapley")
