"""Whether the two groups of a campaign were alike before it, as groups drawn at random are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from itertools import groupby
from math import nan, sqrt
from operator import itemgetter
from typing import Any

import numpy as np
from scipy import special

FIGURES = ("orders_before", "spend_before", "days_since_order")
_SHARE_STEP = 0.05  # control groups are planned in whole steps of it
_DIGITS = 80
_CAMPAIGN = itemgetter("campaign_id")


def campaign_balance(rows: Iterable[Mapping[str, Any]], planned_share: float | None) -> list[dict[str, Any]]:
    """Give a record for each campaign with two groups and each figure known before the touch.

    Parameters
    ----------
    rows
        Sums by campaign and group (`int_campaign_balance_moments`).
    planned_share
        Planned share of the control group; None: the whole step of 5 % nearest to the share found.
    """
    records = []
    for campaign_id, both in groupby(sorted(rows, key=_CAMPAIGN), key=_CAMPAIGN):
        groups = {bool(row["is_control"]): row for row in both}
        treated, control = groups.get(False), groups.get(True)
        if treated is None or control is None or 1 in (treated["customer_count"], control["customer_count"]):
            continue
        counts = int(treated["customer_count"]), int(control["customer_count"])
        planned = planned_share if planned_share is not None else plausible_share(*counts)
        means = np.array([_means(treated), _means(control)])
        covariances = [_covariance(treated), _covariance(control)]
        for position, figure in enumerate(FIGURES):
            records.append(
                {
                    "campaign_id": campaign_id,
                    "figure": figure,
                    "treated_count": counts[0],
                    "control_count": counts[1],
                    "treated_mean": float(means[0, position]),
                    "control_mean": float(means[1, position]),
                    "standardized_difference": standardized_difference(
                        *(float(group[position]) for group in means),
                        *(float(covariance[position, position]) for covariance in covariances),
                    ),
                    "chance_difference": float(special.ndtri(0.975)) * sqrt(1 / counts[0] + 1 / counts[1]),
                    "joint_p_value": joint_p_value(means[0] - means[1], covariances, counts),
                    "planned_control_share": planned,
                    "sample_ratio_p_value": sample_ratio_p_value(counts, planned),
                }
            )
    return records


def standardized_difference(treated: float, control: float, treated_variance: float, control_variance: float) -> float:
    """Give the difference of means in standard deviations (Austin 2009, Statistics in Medicine 28, section 2)."""
    spread = sqrt((treated_variance + control_variance) / 2)
    return (treated - control) / spread if spread > 0 else 0.0 if treated == control else nan


def joint_p_value(difference: np.ndarray, covariances: list[np.ndarray], counts: tuple[int, int]) -> float | None:
    """Test that no figure differs, all together: Hotelling's T², with figures that say the same counted once.

    Parameters
    ----------
    difference
        Of the means, shape (figures,).
    covariances
        Of the figures in each group, shape (figures, figures).
    """
    degrees = counts[0] + counts[1] - 2
    pooled = ((counts[0] - 1) * covariances[0] + (counts[1] - 1) * covariances[1]) / degrees
    spread = np.sqrt(np.diag(pooled))
    varies = spread > 0
    if not varies.any():
        return None
    correlation = pooled[np.ix_(varies, varies)] / np.outer(spread[varies], spread[varies])
    scaled = difference[varies] / spread[varies]
    rank = int(np.linalg.matrix_rank(correlation, tol=1e-9, hermitian=True))
    distance = float(scaled @ np.linalg.pinv(correlation, rcond=1e-9, hermitian=True) @ scaled)
    squared = distance * counts[0] * counts[1] / (counts[0] + counts[1])
    remaining = degrees - rank + 1
    return float(special.fdtrc(rank, remaining, squared * remaining / (degrees * rank))) if remaining > 0 else None


def plausible_share(treated_count: int, control_count: int) -> float:
    """Give the share of the control group that was probably planned.

    Examples
    --------
    >>> plausible_share(811, 189), plausible_share(1000, 3)
    (0.2, 0.05)
    """
    steps = round(control_count / (treated_count + control_count) / _SHARE_STEP)
    return round(min(max(steps, 1), 19) * _SHARE_STEP, 2)


def sample_ratio_p_value(counts: tuple[int, int], planned_share: float) -> float:
    """Test that the groups are as large as planned, by chi-square with one degree of freedom."""
    total = sum(counts)
    expected = total * planned_share
    return float(special.chdtrc(1, (counts[1] - expected) ** 2 / (expected * (1 - planned_share))))


def _means(row: Mapping[str, Any]) -> list[float]:
    return [float(row[f"{figure}_sum"]) / row["customer_count"] for figure in FIGURES]


def _covariance(row: Mapping[str, Any]) -> np.ndarray:
    """Sample covariances of the figures, from exact sums."""
    count = int(row["customer_count"])
    found = np.zeros((len(FIGURES), len(FIGURES)))
    with localcontext(prec=_DIGITS):
        for i, one in enumerate(FIGURES):
            for j, other in enumerate(FIGURES[i:], start=i):
                sums = [Decimal(str(row[f"{name}_sum"])) for name in (one, other, f"{one}_{other}")]
                found[i, j] = found[j, i] = float((sums[2] - sums[0] * sums[1] / count) / (count - 1))
    return found
