"""Intervals from the errors of the trial: split conformal prediction (Vovk et al. 2005), by level and step.

Errors are those of the reconciled forecasts, as a share of the forecast, so a busy week may miss by more. Each level
(total, countries, categories) has quantiles of its own, each tail for itself. Errors grow with the step, so those of
neighbouring steps are compared after the mean size of errors of their step is taken out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.jobs.sales_forecast.trial import Trial

LEVELS = (0.8, 0.95)
_FEWEST_TO_LEAVE_OUT = 3  # origins of which one can be left out

Bands = dict[float, tuple[NDArray, NDArray]]


@dataclass(frozen=True)
class Errors:
    """Errors of a way at all origins, as shares of the forecast: shape (n_origins, horizon, n_series).

    Attributes
    ----------
    groups
        Columns that have quantiles in common.
    """

    shares: NDArray
    groups: tuple[NDArray, ...]

    def bands(self) -> Bands:
        """Lower and upper end by level, as shares of the forecast, each of shape (horizon, n_series).

        Made wider by what errors of an origin need that the others did not know: those of one origin are alike.
        """
        found = self._quantiles()
        if len(self.shares) < _FEWEST_TO_LEAVE_OUT:
            return found
        needed: dict[float, list[NDArray]] = {level: [] for level in LEVELS}
        for origin, share in enumerate(self.shares):
            for level, (lower, upper) in self.without(origin)._quantiles().items():
                needed[level].append(np.where(share >= 0, share / upper, share / lower))
        for level, (lower, upper) in found.items():
            for columns in self.groups:
                wider = max(1.0, float(np.quantile(np.stack(needed[level])[:, :, columns], level)))
                lower[:, columns] *= wider
                upper[:, columns] *= wider
        return found

    def without(self, origin: int) -> Errors:
        """Those of the other origins."""
        return replace(self, shares=np.delete(self.shares, origin, axis=0))

    def _quantiles(self) -> Bands:
        found = {level: (np.zeros(self.shares.shape[1:]), np.zeros(self.shares.shape[1:])) for level in LEVELS}
        for columns in self.groups:
            growth = _growth(self.shares[:, :, columns])
            freed = (self.shares[:, :, columns] / growth[:, None]).ravel()
            for level, (lower, upper) in found.items():
                low, high = _tails(freed, level)
                lower[:, columns] = (low * growth)[:, None]
                upper[:, columns] = (high * growth)[:, None]
        return found


def errors_of(trial: Trial, way: str, smallest_share: float) -> Errors:
    """The errors of a way in the trial; `smallest_share` as in `sizes`."""
    forecasts = trial.forecasts[way]
    shares = (trial.actual - forecasts) / sizes(forecasts, trial, smallest_share)
    groups = tuple(columns for level in ("total", "country", "category") if len(columns := trial.panel.parts(level)))
    return Errors(shares, groups)


def sizes(forecasts: NDArray, trial: Trial, smallest_share: float) -> NDArray:
    """What errors are shares of, in the shape of `forecasts`: the forecast, or a share of the series' mean if more.

    Parameters
    ----------
    forecasts
        Shape (…, horizon, n_series), in the unit of the series.
    smallest_share
        Of the mean of the last two horizons, 0 to 1.
    """
    mean = trial.panel.values[-trial.actual.shape[1] * 2 :].mean(axis=0)
    return np.maximum(np.maximum(forecasts, smallest_share * mean), 1e-9)


def coverage(trial: Trial, way: str, smallest_share: float) -> dict[float, NDArray]:
    """Whether each value lay inside an interval made from the other origins: shape (n_origins, horizon, n_series)."""
    errors = errors_of(trial, way, smallest_share)
    inside: dict[float, list[NDArray]] = {level: [] for level in LEVELS}
    for origin, share in enumerate(errors.shares):
        said = trial.forecasts[way][origin]
        floor = -said / sizes(said, trial, smallest_share)  # no interval reaches below zero
        for level, (lower, upper) in errors.without(origin).bands().items():
            inside[level].append((share >= np.maximum(lower, floor)) & (share <= upper))
    return {level: np.stack(found) for level, found in inside.items()}


def _growth(shares: NDArray) -> NDArray:
    """Mean size of errors by step, shape (horizon,): the running mean over three steps, never falling."""
    size = np.abs(shares).mean(axis=(0, 2))
    padded = np.pad(size, 1, mode="edge")
    smooth = np.convolve(padded, np.ones(3) / 3, mode="valid")
    return np.maximum(np.maximum.accumulate(smooth), 1e-9)


def _tails(freed: NDArray, level: float) -> tuple[float, float]:
    """Quantiles of both tails, on either side of zero; one more error is expected beyond the known ones."""
    outside = (1 - level) / 2
    rank = max(0.0, outside * (1 + 1 / len(freed)) - 1 / len(freed))
    low, high = np.quantile(freed, [rank, 1 - rank])
    return min(float(low), -1e-9), max(float(high), 1e-9)
