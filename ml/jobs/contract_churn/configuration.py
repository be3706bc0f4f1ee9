"""The settings of the job, read from `ml/conf/contract_churn.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.competition.thresholds import SupervisedGate
from ml.configuration import Frozen
from ml.jobs.configuration import ClassifierConfiguration


class Folds(Frozen):
    fold_count: int = Field(ge=2)
    repetition_count: int = Field(ge=1)


class Pooling(Frozen):
    maximum_date_count: int = Field(ge=1)
    enough_class_count: int = Field(ge=1)
    minimum_class_count: int = Field(ge=1)


class SurvivalParameters(Frozen):
    penalty: float = Field(ge=0)
    minimum_own_variance_share: float = Field(ge=0, lt=1)
    horizon_months: int = Field(ge=12)
    minimum_yearly_contract_count: int = Field(ge=10)


class Gates(Frozen):
    cross_section: SupervisedGate
    snapshots: SupervisedGate


class ContractChurnConfiguration(ClassifierConfiguration):
    folds: Folds
    pooling: Pooling
    survival: SurvivalParameters
    gates: Gates
