"""Settings of the job, from `ml/conf/next_best_action.yml`; costs and values are those of the uplift job."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen, load_configuration
from ml.estimators.bandit import BanditParameters
from ml.estimators.parameters import Bootstrap
from ml.evaluation.bootstrap import Resamples


class ActionConfiguration(Frozen):
    random_seed: int
    minimum_row_count: int = Field(ge=50)
    origin_count: int = Field(ge=1)
    bootstrap: Bootstrap
    contacting_actions: frozenset[str]
    bandit: BanditParameters

    @property
    def resamples(self) -> Resamples:
        """The resamples behind the comparison with the rules."""
        return Resamples(self.bootstrap.repetition_count, self.bootstrap.confidence, self.random_seed)


def configuration() -> ActionConfiguration:
    """The settings."""
    return load_configuration(ActionConfiguration, "next_best_action")
