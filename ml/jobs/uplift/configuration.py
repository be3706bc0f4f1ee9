"""Settings of the job, from `ml/conf/uplift.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen, load_configuration
from ml.estimators.uplift import UpliftParameters
from ml.jobs.resampled import ResampledConfiguration


class UpliftLimits(Frozen):
    minimum_row_count: int = Field(ge=2)
    minimum_response_count: int = Field(ge=1)


class UpliftConfiguration(ResampledConfiguration):
    limits: UpliftLimits
    origin_count: int = Field(ge=1)
    fold_count: int = Field(ge=2)
    unstated_contact_cost_amount: float = Field(ge=0)
    unstated_margin_share: float = Field(gt=0, le=1)
    prior_order_count: float = Field(gt=0)
    models: UpliftParameters


def configuration() -> UpliftConfiguration:
    """The settings."""
    return load_configuration(UpliftConfiguration, "uplift")
