"""Probabilistic purchase models as scikit-learn-style estimators."""

from ml.purchase_models.beta_geometric_nbd import BetaGeometricNBD
from ml.purchase_models.fallback import FallbackOutcome, fit_spend_with_fallback, fit_with_fallback
from ml.purchase_models.gamma_gamma import GammaGamma
from ml.purchase_models.historic_order_amount import HistoricOrderAmount
from ml.purchase_models.historic_rate import HistoricRate
from ml.purchase_models.inputs import TooLittleData
from ml.purchase_models.modified_beta_geometric_nbd import ModifiedBetaGeometricNBD
from ml.purchase_models.nbd import NBD
from ml.purchase_models.pareto_nbd import ParetoNBD
from ml.purchase_models.shifted_beta_geometric import ShiftedBetaGeometric

__all__ = [
    "NBD",
    "BetaGeometricNBD",
    "FallbackOutcome",
    "GammaGamma",
    "HistoricOrderAmount",
    "HistoricRate",
    "ModifiedBetaGeometricNBD",
    "ParetoNBD",
    "ShiftedBetaGeometric",
    "TooLittleData",
    "fit_spend_with_fallback",
    "fit_with_fallback",
]
