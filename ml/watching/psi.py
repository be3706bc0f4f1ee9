"""Population stability index over fixed bins, and its quantile if nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from warehouse.base.population_stability import population_stability

# Added to every bin's count, so that an empty bin gives a large PSI and not an infinite one.
_PSEUDO_COUNT = 0.5


@dataclass(frozen=True)
class Bins:
    """The bins of a column with their counts in the reference rows, as plain values for JSON.

    Attributes
    ----------
    edges
        Inner edges of a numeric column's bins, rising; a value on an edge belongs to the bin above it.
    categories
        Values with a bin of their own, for a text column; edges are then empty.
    counts
        Rows per bin: the numeric or named bins in order, then other categories, then missing.
    """

    edges: tuple[float, ...]
    categories: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def row_count(self) -> int:
        return sum(self.counts)

    def as_dict(self) -> dict[str, list]:
        return {name: list(value) for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, list]) -> Bins:
        return cls(*(tuple(stored[name]) for name in ("edges", "categories", "counts")))


def fit_bins(values: pd.Series, bin_count: int) -> Bins:
    """Fit bins to the values of a column: of equal counts for numbers (fewer with ties), one per common text."""
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna().to_numpy(dtype=float)
        inner = np.quantile(known, np.arange(1, bin_count) / bin_count) if len(known) else np.array([])
        # An edge at the minimum would leave the bin below it empty.
        edges = tuple(float(edge) for edge in np.unique(inner) if edge > known.min())
        empty = Bins(edges, (), ())
    else:
        common = values.dropna().astype(str).value_counts().head(bin_count).index
        empty = Bins((), tuple(sorted(common)), ())
    return Bins(empty.edges, empty.categories, tuple(int(count) for count in _counted(empty, values)))


def psi(bins: Bins, values: pd.Series) -> float:
    """The population stability index of the values of a column against those the bins were fitted on; near 0: alike."""
    return population_stability(_shares(_counted(bins, values)), _shares(np.asarray(bins.counts, dtype=float)))


def psi_by_chance(bins: Bins, row_count: int, confidence: float) -> float:
    """The quantile of PSI at this probability if nothing has changed.

    PSI is close to a chi-squared statistic over bins − 1 degrees of freedom, times 1/n + 1/m (Yurdakul 2018).
    """
    used = sum(count > 0 for count in bins.counts)
    return float(chi2.ppf(confidence, max(used - 1, 1)) * (1 / bins.row_count + 1 / row_count))


def _counted(bins: Bins, values: pd.Series) -> NDArray:
    missing = values.isna().to_numpy()
    if bins.categories or not pd.api.types.is_numeric_dtype(values):
        known = values[~missing].astype(str)
        named = [float((known == name).sum()) for name in bins.categories]
        return np.array([*named, len(known) - sum(named), float(missing.sum())])
    position = np.searchsorted(bins.edges, values[~missing].to_numpy(dtype=float), side="right")
    return np.array([*np.bincount(position, minlength=len(bins.edges) + 1), 0, missing.sum()], dtype=float)


def _shares(counts: NDArray) -> NDArray:
    smoothed = counts + _PSEUDO_COUNT
    return smoothed / smoothed.sum()
