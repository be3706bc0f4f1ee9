"""Fit the best model that is healthy, and keep a record of those refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ml.purchase_models.beta_geometric_nbd import BetaGeometricNBD
from ml.purchase_models.gamma_gamma import GammaGamma
from ml.purchase_models.historic_order_amount import HistoricOrderAmount
from ml.purchase_models.historic_rate import HistoricRate
from ml.purchase_models.inputs import TooLittleData
from ml.purchase_models.nbd import NBD
from ml.purchase_models.pareto_nbd import ParetoNBD


@dataclass(frozen=True)
class FallbackOutcome:
    """A fitted model and how it came to be chosen.

    Attributes
    ----------
    model : PurchaseModel or GammaGamma
    method_name : str
        For the score rows: ``bg_nbd``, ``pareto_nbd``, ``nbd``, ``historic_rate``, ``gamma_gamma`` or
        ``historic_order_amount``.
    refused : dict of str to list of str
        Methods tried before, each with the reasons against it.
    cautions : list of str
        What to know about the model used.
    """

    model: Any
    method_name: str
    refused: dict[str, list[str]] = field(default_factory=dict)
    cautions: list[str] = field(default_factory=list)


def fit_with_fallback(
    X: pd.DataFrame, *, time_unit_days: float = 1.0, horizon_days: float = 90.0, sample_weight=None
) -> FallbackOutcome:
    """Fit BG/NBD, else Pareto/NBD, else NBD, else the historic rate: the first that is healthy.

    Raises
    ------
    TooLittleData
        Too few customers or repeat orders for any of them.
    ValueError
        Invalid data.
    """
    options = {"time_unit_days": time_unit_days, "horizon_days": horizon_days}
    candidates = [model(**options) for model in (BetaGeometricNBD, ParetoNBD, NBD, HistoricRate)]
    return first_healthy(candidates, X, sample_weight)


def fit_spend_with_fallback(X: pd.DataFrame, *, sample_weight=None) -> FallbackOutcome:
    """Fit Gamma-Gamma, else the historic order amount; raises as `fit_with_fallback` does."""
    return first_healthy([GammaGamma(), HistoricOrderAmount()], X, sample_weight)


def first_healthy(candidates: Sequence, X: pd.DataFrame, sample_weight=None) -> FallbackOutcome:
    """Return the first healthy candidate; the last one serves whatever its health, with its reasons as cautions."""
    refused: dict[str, list[str]] = {}
    for candidate in candidates[:-1]:
        reasons = _reasons_against(candidate, X, sample_weight)
        if not reasons:
            return FallbackOutcome(candidate, candidate.method_name, refused, candidate.cautions())
        refused[candidate.method_name] = reasons
    last = candidates[-1].fit(X, sample_weight=sample_weight)
    return FallbackOutcome(last, last.method_name, refused, last.check_health() + last.cautions())


def _reasons_against(candidate, X: pd.DataFrame, sample_weight) -> list[str]:
    """Fit and return the reasons to refuse; invalid data are nobody's fallback and go up."""
    try:
        candidate.fit(X, sample_weight=sample_weight)
    except TooLittleData as error:
        return [str(error)]
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        return [f"the fit broke off: {error}"]
    return candidate.check_health()
