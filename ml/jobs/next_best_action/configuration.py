"""Settings of the job, from `ml/conf/next_best_action.yml`; costs and values are those of the uplift job."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import load_configuration
from ml.estimators.bandit import BanditParameters
from ml.jobs.resampled import ResampledConfiguration


class ActionConfiguration(ResampledConfiguration):
    minimum_row_count: int = Field(ge=50)
    origin_count: int = Field(ge=1)
    contacting_actions: frozenset[str]
    bandit: BanditParameters


def configuration() -> ActionConfiguration:
    """The settings."""
    return load_configuration(ActionConfiguration, "next_best_action")
