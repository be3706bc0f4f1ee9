"""Fit the first healthy model of a sequence, with the reasons against those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
import pandas as pd

from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.beta_geometric_nbd import BetaGeometricNBD
from ml.purchase_models.gamma_gamma import GammaGamma
from ml.purchase_models.historic_order_amount import HistoricOrderAmount
from ml.purchase_models.historic_rate import HistoricRate
from ml.purchase_models.inputs import TooLittleData
from ml.purchase_models.modified_beta_geometric_nbd import ModifiedBetaGeometricNBD
from ml.purchase_models.nbd import NBD
from ml.purchase_models.pareto_nbd import ParetoNBD

Fitted = TypeVar("Fitted", bound=PurchaseModel | GammaGamma)


@dataclass(frozen=True)
class FallbackOutcome(Generic[Fitted]):
    """A fitted model, and the models that were refused before it.

    Attributes
    ----------
    model : PurchaseModel or GammaGamma
    refused : dict of str to list of str
        Methods tried before, each with the reasons against it.
    cautions : list of str
        Warnings about the model.
    """

    model: Fitted
    refused: dict[str, list[str]] = field(default_factory=dict)
    cautions: list[str] = field(default_factory=list)

    @property
    def method_name(self) -> str:
        """The name of the model: ``bg_nbd``, ``pareto_nbd``, ``nbd``, ``historic_rate``, ``gamma_gamma``, …"""
        return self.model.method_name


def fit_with_fallback(X: pd.DataFrame, *, horizon_days: float = 90.0) -> FallbackOutcome[PurchaseModel]:
    """Fit the first healthy model of BG/NBD, Pareto/NBD, NBD and the historic rate; one row of `X` per customer.

    Raises
    ------
    TooLittleData
        Too few customers or repeat orders for any of them.
    ValueError
        Invalid data.
    """
    models = (BetaGeometricNBD, ParetoNBD, NBD, HistoricRate)
    return first_healthy([model(horizon_days=horizon_days) for model in models], X)


def fit_spend_with_fallback(X: pd.DataFrame) -> FallbackOutcome[GammaGamma]:
    """Fit Gamma-Gamma, else the historic order amount; errors are those of `fit_with_fallback`."""
    return first_healthy([GammaGamma(), HistoricOrderAmount()], X)


def fit_lifetimes(X: pd.DataFrame) -> PurchaseModel | None:
    """Fit the first healthy model whose P(alive) falls with everybody's silence; None if there is none.

    Pareto/NBD, else MBG/NBD. BG/NBD calls every customer with one order alive, NBD everybody.

    Raises
    ------
    ValueError
        Invalid data.
    """
    candidates = (ParetoNBD(), ModifiedBetaGeometricNBD())
    return next((candidate for candidate in candidates if not _reasons_against(candidate, X)), None)


def first_healthy(candidates: Sequence[Fitted], X: pd.DataFrame) -> FallbackOutcome[Fitted]:
    """Return the first healthy candidate; the last is used in any case, with the reasons against it as cautions.

    Raises
    ------
    TooLittleData
        Too few customers or repeat orders for the last one, too.
    ValueError
        Invalid data.
    """
    refused: dict[str, list[str]] = {}
    for candidate in candidates[:-1]:
        reasons = _reasons_against(candidate, X)
        if not reasons:
            return FallbackOutcome(candidate, refused, candidate.cautions())
        refused[candidate.method_name] = reasons
    last = candidates[-1]
    last.fit(X)
    return FallbackOutcome(last, refused, last.check_health() + last.cautions())


def _reasons_against(candidate: PurchaseModel | GammaGamma, X: pd.DataFrame) -> list[str]:
    """Fit a candidate and return the reasons against it; errors for invalid data are raised."""
    try:
        candidate.fit(X)
    except TooLittleData as error:
        return [str(error)]
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        return [f"the fit broke off: {error}"]
    return candidate.check_health()
