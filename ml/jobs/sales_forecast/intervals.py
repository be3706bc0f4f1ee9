"""Intervals from the errors of the trial: split conformal prediction (Vovk et al. 2005), by level and step.

Errors are those of the reconciled forecasts, as a share of the forecast, so a busy week may miss by more. Each level
(total, countries, categories) has quantiles of its own, each tail for itself. Errors grow with the step, so those of
neighbouring steps are compared after the mean size of errors of their step is taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.jobs.sales_forecast.trial import Trial

LEVELS = (0.8, 0.95)


@dataclass(frozen=True)
class Errors:
    """Errors of a way at all origins, as shares of the forecast: shape (n_origins, horizon, n_series).

    Attributes
    ----------
    size
        What they are shares of, for the forecasts of the trial.
    """

    shares: NDArray
    groups: tuple[NDArray, ...]

    def bands(self, left_out: int | None = None) -> dict[float, tuple[NDArray, NDArray]]:
        """Lower and upper end by level, as shares of the forecast: each of shape (horizon, n_series).

        Parameters
        ----------
        left_out
            An origin whose errors are not used.
        """
        used = np.ones(len(self.shares), dtype=bool)
        if left_out is not None:
            used[left_out] = False
        shares = self.shares[used]
        found = {level: (np.zeros(shares.shape[1:]), np.zeros(shares.shape[1:])) for level in LEVELS}
        for columns in self.groups:
            growth = _growth(shares[:, :, columns])
            freed = (shares[:, :, columns] / growth[:, None]).ravel()
            for level, (lower, upper) in found.items():
                low, high = _tails(freed, level, len(shares))
                lower[:, columns] = (low * growth)[:, None]
                upper[:, columns] = (high * growth)[:, None]
        return found


def errors_of(trial: Trial, way: str, smallest_share: float) -> Errors:
    """The errors of a way in the trial."""
    forecasts = trial.forecasts[way]
    shares = (trial.actual - forecasts) / sizes(forecasts, trial, smallest_share)
    groups = tuple(columns for level in ("total", "country", "category") if len(columns := trial.panel.parts(level)))
    return Errors(shares, groups)


def sizes(forecasts: NDArray, trial: Trial, smallest_share: float) -> NDArray:
    """What errors are shares of: the forecast, or a share of the series' mean where that is more."""
    mean = trial.panel.values[-trial.actual.shape[1] * 2 :].mean(axis=0)
    return np.maximum(np.maximum(forecasts, smallest_share * mean), 1e-9)


def coverage(trial: Trial, way: str, smallest_share: float) -> dict[float, NDArray]:
    """Whether each value lay inside an interval made from the other origins: shape (n_origins, horizon, n_series)."""
    errors = errors_of(trial, way, smallest_share)
    inside: dict[float, list[NDArray]] = {level: [] for level in LEVELS}
    for origin in range(len(trial.origins)):
        for level, (lower, upper) in errors.bands(left_out=origin).items():
            share = errors.shares[origin]
            floor = -trial.forecasts[way][origin] / sizes(trial.forecasts[way][origin], trial, smallest_share)
            inside[level].append((share >= np.maximum(lower, floor)) & (share <= upper))
    return {level: np.stack(found) for level, found in inside.items()}


def _growth(shares: NDArray) -> NDArray:
    """Mean size of errors by step, shape (horizon,): the running mean over three steps, never falling."""
    size = np.abs(shares).mean(axis=(0, 2))
    padded = np.pad(size, 1, mode="edge")
    smooth = np.convolve(padded, np.ones(3) / 3, mode="valid")
    return np.maximum(np.maximum.accumulate(smooth), 1e-9)


def _tails(freed: NDArray, level: float, origin_count: int) -> tuple[float, float]:
    """Quantiles of both tails; few origins count for what they are, so the share outside is smaller."""
    outside = (1 - level) / 2
    rank = max(0.0, outside * (1 + 1 / len(freed)) - 1 / len(freed))
    low, high = np.quantile(freed, [rank, 1 - rank])
    return min(float(low), 0.0), max(float(high), 0.0)
