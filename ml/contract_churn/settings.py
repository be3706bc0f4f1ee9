"""The settings of the job, read from `ml/conf/contract_churn.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import (
    BoostingParameters,
    Bootstrap,
    DecisionTreeParameters,
    Frozen,
    Limits,
    LinearSvmParameters,
    LogisticRegressionParameters,
    NeuralNetworkParameters,
    RandomForestParameters,
    RiskBands,
    SupervisedGate,
)


class Folds(Frozen):
    fold_count: int = Field(ge=2)
    repetition_count: int = Field(ge=1)


class SurvivalParameters(Frozen):
    penalty: float = Field(ge=0)
    minimum_own_variance_share: float = Field(ge=0, lt=1)
    horizon_months: int = Field(ge=12)
    minimum_yearly_contract_count: int = Field(ge=10)


class Gates(Frozen):
    cross_section: SupervisedGate
    snapshots: SupervisedGate


class ContractChurnConfiguration(Frozen):
    random_seed: int
    retrain_after_days: int = Field(ge=1)
    limits: Limits
    bootstrap: Bootstrap
    folds: Folds
    logistic_regression: LogisticRegressionParameters
    decision_tree: DecisionTreeParameters
    random_forest: RandomForestParameters
    linear_svm: LinearSvmParameters
    neural_network: NeuralNetworkParameters
    gradient_boosting: BoostingParameters
    survival: SurvivalParameters
    risk_bands: RiskBands
    gates: Gates
