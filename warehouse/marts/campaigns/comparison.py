"""Two groups compared: difference and ratio of means, and difference of shares, with intervals and p-values."""

from __future__ import annotations

from dataclasses import dataclass
from math import acos, cos, inf, isfinite, pi, sqrt

from scipy import special

from warehouse.marts.campaigns.arms import Arm

CONFIDENCE = 0.95
_TAIL = (1 + CONFIDENCE) / 2
_HALVINGS = 40  # of an interval of shares: to a billionth of a percent point


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; an end is None where there is none."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Comparison:
    """What the treated group has beyond the control group.

    Attributes
    ----------
    effect
        Difference of the means.
    relative_effect
        The difference as a share of the control group's mean.
    p_value
        Probability of a difference as large, either way, if there were no effect.
    quantile
        By which the standard error was multiplied for the interval.
    """

    effect: Estimate
    relative_effect: Estimate
    p_value: float | None
    standard_error: float
    quantile: float


def compare_means(treated: Arm, control: Arm, lost_degrees: int = 0) -> Comparison:
    """Compare means of groups with different variances (Welch 1947, Biometrika 34).

    Parameters
    ----------
    lost_degrees
        Degrees of freedom used up elsewhere: one if the adjustment for earlier spend was estimated.
    """
    difference = treated.mean - control.mean
    error = sqrt(treated.squared_error + control.squared_error)
    if error == 0:
        return Comparison(Estimate(difference), Estimate(), None, 0.0, 0.0)
    degrees = max(_welch_degrees(treated, control) - lost_degrees, 1.0)
    quantile = float(special.stdtrit(degrees, _TAIL))
    p_value = 2 * float(special.stdtr(degrees, -abs(difference) / error))
    effect = Estimate(difference, difference - quantile * error, difference + quantile * error)
    return Comparison(effect, ratio_less_one(treated, control, quantile), p_value, error, quantile)


def ratio_less_one(treated: Arm, control: Arm, quantile: float) -> Estimate:
    """Give the relative difference of two means; its interval after Fieller (1954), JRSS B 16.

    Where the control group's mean is not told from 0, the ratio may be anything: there is no interval. Where it is 0 or
    less, there is no ratio.
    """
    if control.mean <= 0:
        return Estimate()
    value = treated.mean / control.mean - 1
    squared = quantile**2
    bottom = control.mean**2 - squared * control.squared_error
    if bottom <= 0:
        return Estimate(value)
    middle = treated.mean * control.mean
    top = treated.mean**2 - squared * treated.squared_error
    half_width = sqrt(max(middle**2 - bottom * top, 0.0))
    return Estimate(value, (middle - half_width) / bottom - 1, (middle + half_width) / bottom - 1)


def compare_shares(treated: Arm, control: Arm) -> Comparison:
    """Compare shares by the score test, whose inversion is the interval (Miettinen and Nurminen 1985, Stat. Med. 4).

    It stays right where few respond or nobody does in one of the groups.
    """
    means = compare_means(treated, control)
    quantile = float(special.ndtri(_TAIL))
    hits = treated.response_count, control.response_count
    counts = treated.count, control.count
    shares = hits[0] / counts[0], hits[1] / counts[1]
    difference = shares[0] - shares[1]
    score = _score(hits, counts, 0.0)
    if not isfinite(score):
        return Comparison(Estimate(difference), Estimate(), None, 0.0, 0.0)
    effect = Estimate(
        difference,
        _crossing(hits, counts, (-1.0, difference), quantile),
        _crossing(hits, counts, (1.0, difference), -quantile),
    )
    return Comparison(
        effect,
        ratio_less_one(treated, control, quantile),
        2 * float(special.ndtr(-abs(score))),
        means.standard_error,
        quantile,
    )


def _welch_degrees(treated: Arm, control: Arm) -> float:
    errors = treated.squared_error, control.squared_error
    return (errors[0] + errors[1]) ** 2 / (errors[0] ** 2 / (treated.count - 1) + errors[1] ** 2 / (control.count - 1))


def _score(hits: tuple[int, int], counts: tuple[int, int], difference: float) -> float:
    """Give the score statistic for a supposed difference of the shares; not finite where nothing varies."""
    found = hits[0] / counts[0] - hits[1] / counts[1] - difference
    first, second = _likeliest_shares(hits, counts, difference)
    total = counts[0] + counts[1]
    variance = (first * (1 - first) / counts[0] + second * (1 - second) / counts[1]) * total / (total - 1)
    if variance <= 0:
        return inf if found > 0 else -inf if found < 0 else float("nan")
    return found / sqrt(variance)


def _likeliest_shares(hits: tuple[int, int], counts: tuple[int, int], difference: float) -> tuple[float, float]:
    """Give the likeliest shares whose difference is the supposed one: the root of a cubic in closed form."""
    (n1, n2), (x1, x2), d = counts, hits, difference
    total = n1 + n2
    a, b = total, (n1 + 2 * n2) * d - total - (x1 + x2)
    c, e = (n2 * d - total - 2 * x2) * d + x1 + x2, x2 * d * (1 - d)
    third = b / (3 * a)
    q = third**3 - b * c / (6 * a**2) + e / (2 * a)
    p = (1 if q >= 0 else -1) * sqrt(max(third**2 - c / (3 * a), 0.0))
    ratio = min(max(q / p**3, -1.0), 1.0) if p != 0 else 0.0
    angle = (pi + acos(ratio)) / 3
    second = min(max(2 * p * cos(angle) - third, 0.0, -d), 1.0, 1 - d)
    return second + d, second


def _crossing(hits: tuple[int, int], counts: tuple[int, int], ends: tuple[float, float], level: float) -> float:
    """Find between the ends the difference at which the score statistic is at the level; it falls as that rises."""
    outer, inner = ends
    for _ in range(_HALVINGS):
        middle = (outer + inner) / 2
        score = _score(hits, counts, middle)
        if abs(score) < abs(level):
            inner = middle
        else:
            outer = middle
    return (outer + inner) / 2
