"""Models to files and back with skops: loading a file builds listed types only and runs no code of its own."""

from __future__ import annotations

from pathlib import Path

from sklearn.base import BaseEstimator

from warehouse.base.errors import ModelUnavailable

# Every type, beyond numbers, arrays and what skops trusts itself, that a model of ours may contain.
# A type that is missing here makes saving fail, so the list cannot fall behind unnoticed.
TRUSTED_TYPES = (
    "ml.estimators.baselines.HiatusChurnRule",
    "ml.estimators.baselines.HiatusSpend",
    "ml.estimators.baselines.LastPeriodSpend",
    "ml.estimators.baselines.LevelledSpend",
    "ml.estimators.baselines.RecencyChurnRule",
    "ml.estimators.baselines.StatusQuoSpend",
    "ml.estimators.calibration.CalibratedByCustomer",
    "ml.estimators.classifiers.FixedEpochNetwork",
    "ml.estimators.contract_churn.ContractChurnModel",
    "ml.estimators.contract_survival.ContractSurvival",
    "ml.estimators.intervals.SimilarPredictionInterval",
    "ml.estimators.lifetime_value.HorizonModel",
    "ml.estimators.lifetime_value.LifetimeValueModel",
    "ml.data.preprocessing.SignedLog",
    "ml.estimators.purchase_forecast.PurchaseChurnModel",
    "ml.estimators.purchase_forecast.PurchaseSpendModel",
    "ml.purchase_models.beta_geometric_nbd.BetaGeometricNBD",
    "ml.purchase_models.gamma_gamma.GammaGamma",
    "ml.purchase_models.historic_order_amount.HistoricOrderAmount",
    "ml.purchase_models.historic_rate.HistoricRate",
    "ml.purchase_models.nbd.NBD",
    "ml.purchase_models.pareto_nbd.ParetoNBD",
    "ml.estimators.segments.density.DensitySegments",
    "ml.estimators.segments.mixture.MixtureSegments",
    "ml.estimators.segments.model.GridSegments",
    "ml.estimators.segments.model.KMeansSegments",
    "ml.estimators.segments.scaling.Winsorizer",
    "ml.treatment.neighbours.NeighbourMean",
    "ml.treatment.transformer.FeatureTreatment",
    "ml.estimators.tweedie.TweedieSpendModel",
    "ml.estimators.two_stage.TwoStageSpendModel",
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.tree._tree.Tree",
)


def untrusted_types(model: BaseEstimator) -> list[str]:
    """Types in a model that are not listed."""
    from skops.io import dumps, get_untrusted_types

    return sorted(set(get_untrusted_types(data=dumps(model))) - set(TRUSTED_TYPES))


def load_model_file(path: Path) -> BaseEstimator:
    """Load a model; refuse files that are missing, damaged or contain types that are not listed.

    Raises
    ------
    ModelUnavailable
        With what is wrong with the file.
    """
    from skops.io import get_untrusted_types, load

    advice = "Train anew: python -m ml train --force."
    if not path.exists():
        raise ModelUnavailable(f"The model file {path.name} is missing from MLflow's artifacts.", advice)
    try:
        foreign = sorted(set(get_untrusted_types(file=path)) - set(TRUSTED_TYPES))
        if foreign:
            raise ModelUnavailable(f"The model file contains types we do not load: {', '.join(foreign)}.", advice)
        return load(path, trusted=list(TRUSTED_TYPES))
    except ModelUnavailable:
        raise
    except Exception as error:  # a damaged file can fail anywhere inside the reader
        raise ModelUnavailable(
            f"The model file {path.name} cannot be read ({type(error).__name__}: {error}).", advice
        ) from error
