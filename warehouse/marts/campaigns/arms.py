"""One group of a campaign: means and variances from exact sums, and the adjustment for earlier spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

_DIGITS = 80  # differences of large sums stay exact


@dataclass(frozen=True)
class Arm:
    """Customers of one group: how many, and mean and sample variance of an outcome.

    Attributes
    ----------
    response_count
        Customers whose outcome is not zero.
    """

    count: int
    mean: float
    variance: float
    response_count: int = 0

    @property
    def squared_error(self) -> float:
        """Variance of the mean, in the square of the outcome's unit."""
        return self.variance / self.count


@dataclass(frozen=True)
class Measured:
    """An outcome beside spend before the touch, in one group: moments of both."""

    arm: Arm
    before_mean: float
    before_variance: float
    covariance: float


def measured(row: Mapping[str, Any], outcome: str) -> Measured | None:
    """Read the moments of an outcome from a row of sums (`int_campaign_moments`); None where it is not known."""
    if row[f"{outcome}_sum"] is None:
        return None
    count = int(row["customer_count"])
    with localcontext(prec=_DIGITS):
        total, before = _exact(row[f"{outcome}_sum"]), _exact(row["before_sum"])

        def spread(products: object, one: Decimal, other: Decimal) -> float:
            return float((_exact(products) - one * other / count) / (count - 1)) if count > 1 else 0.0

        return Measured(
            Arm(
                count=count,
                mean=float(total / count),
                variance=spread(row[f"{outcome}_square_sum"], total, total),
                response_count=int(row[f"{outcome}_count"]),
            ),
            before_mean=float(before / count),
            before_variance=spread(row["before_square_sum"], before, before),
            covariance=spread(row[f"{outcome}_before_sum"], total, before),
        )


def prior_spend_slope(treated: Measured, control: Measured) -> float:
    """Give how much of the outcome goes with a unit of earlier spend, within the groups, pooled over both.

    It is θ of Deng, Xu, Kohavi and Walker (2013), WSDM, section 3.2. Where nobody spent anything before, it is 0.
    """
    weights = treated.arm.count - 1, control.arm.count - 1
    before = weights[0] * treated.before_variance + weights[1] * control.before_variance
    together = weights[0] * treated.covariance + weights[1] * control.covariance
    return together / before if before > 0 else 0.0


def adjusted(group: Measured, slope: float, before_mean: float) -> Arm:
    """Take from the outcome what earlier spend explains: y − θ (x − the mean of x over both groups)."""
    variance = group.arm.variance - 2 * slope * group.covariance + slope**2 * group.before_variance
    return Arm(
        count=group.arm.count,
        mean=group.arm.mean - slope * (group.before_mean - before_mean),
        variance=max(variance, 0.0),
        response_count=group.arm.response_count,
    )


def _exact(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
