"""The settings of the anomalies (`ml/conf/anomalies.yml`)."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen
from ml.jobs.resampled import ResampledConfiguration


class Ratio(Frozen):
    """Times the usual."""

    minimum_ratio: float = Field(gt=1)


class Within(Frozen):
    within_minutes: int = Field(gt=0)


class Reversal(Frozen):
    within_minutes: int = Field(gt=0)
    minimum_ratio: float = Field(ge=1)


class Burst(Frozen):
    within_minutes: int = Field(gt=0)
    minimum_order_count: int = Field(ge=2)
    maximum_share: float = Field(gt=0, lt=1)


class Returns(Frozen):
    minimum_order_count: int = Field(ge=1)
    minimum_share: float = Field(gt=0, le=1)
    overdispersion: float = Field(ge=1)


class Sharing(Frozen):
    minimum_account_count: int = Field(ge=2)
    maximum_account_count: int
    opened_within_days: int = Field(ge=0)


class Outliers(Frozen):
    tree_count: int = Field(ge=1)
    sample_count: int = Field(ge=2)
    neighbour_count: int = Field(ge=1)


class Stability(Frozen):
    days: int = Field(ge=1)
    first_count: int = Field(ge=1)
    still_among: int = Field(ge=1)


class AnomaliesConfiguration(ResampledConfiguration):
    """All of it; the comments stand in the file."""

    listed_maximum: int = Field(ge=1)
    minimum_order_count: int = Field(ge=1)
    quantity: Ratio
    price: Ratio
    usual_minimum_line_count: int = Field(ge=1)
    usual_minimum_customer_count: int = Field(ge=1)
    own_minimum_count: int = Field(ge=1)
    amount: Ratio
    book_keeping: Ratio
    gift: Ratio
    double_booking: Within
    reversal: Reversal
    velocity: Burst
    guest_burst: Burst
    returns: Returns
    sharing: Sharing
    maximum_strength: float = Field(ge=1)
    outliers: Outliers
    minimum_decided_count: int = Field(ge=1)
    stability: Stability
