"""Models to files and back with skops: loading a file builds listed types only and runs no code of its own."""

from __future__ import annotations

from pathlib import Path

from sklearn.base import BaseEstimator

from warehouse.base.errors import ModelUnavailable

# Every type, beyond numbers, arrays and what skops trusts itself, that a model of ours may contain.
# A type that is missing here makes saving fail, so the list cannot fall behind unnoticed.
TRUSTED_TYPES = (
    "ml.baselines.HiatusChurnRule",
    "ml.baselines.HiatusSpend",
    "ml.baselines.LastPeriodSpend",
    "ml.baselines.LevelledSpend",
    "ml.baselines.RecencyChurnRule",
    "ml.baselines.StatusQuoSpend",
    "ml.calibration.CalibratedByCustomer",
    "ml.classifiers.FixedEpochNetwork",
    "ml.contract_churn.model.ContractChurnModel",
    "ml.contract_churn.survival.ContractSurvival",
    "ml.intervals.SimilarPredictionInterval",
    "ml.lifetime_value_model.HorizonModel",
    "ml.lifetime_value_model.LifetimeValueModel",
    "ml.preprocessing.SignedLog",
    "ml.purchase_forecast.PurchaseChurnModel",
    "ml.purchase_forecast.PurchaseSpendModel",
    "ml.purchase_models.beta_geometric_nbd.BetaGeometricNBD",
    "ml.purchase_models.gamma_gamma.GammaGamma",
    "ml.purchase_models.historic_order_amount.HistoricOrderAmount",
    "ml.purchase_models.historic_rate.HistoricRate",
    "ml.purchase_models.nbd.NBD",
    "ml.purchase_models.pareto_nbd.ParetoNBD",
    "ml.segmentation.density.DensitySegments",
    "ml.segmentation.mixture.MixtureSegments",
    "ml.segmentation.model.GridSegments",
    "ml.segmentation.model.KMeansSegments",
    "ml.segmentation.scaling.Winsorizer",
    "ml.treatment.neighbours.NeighbourMean",
    "ml.treatment.transformer.FeatureTreatment",
    "ml.tweedie.TweedieSpendModel",
    "ml.two_stage.TwoStageSpendModel",
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
