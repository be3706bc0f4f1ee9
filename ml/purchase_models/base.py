"""The base class of purchase models: fitting, prediction, and checks of the fit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.purchase_models.fitting import fit_evidence, most_likely
from ml.purchase_models.formulas import PurchaseFormulas
from ml.purchase_models.health import FitEvidence, health_reasons, parameter_cautions
from ml.purchase_models.inputs import PurchaseHistory, checked_duration
from ml.purchase_models.likelihood import LikelihoodFit


class PurchaseModel(PurchaseFormulas, BaseEstimator):
    """Base of the models of when customers order.

    A frame ``X`` has one row per customer with ``repeat_order_count`` (order days after the first),
    ``first_to_last_order_days`` and ``tenure_days`` (first order to as-of date). Horizons are in days; predictions
    have the shape (n_customers,). They raise ValueError for invalid rows or a horizon that is negative or no number,
    and NotFittedError before `fit`.

    Parameters
    ----------
    time_unit_days : float, default=1
        Length of the unit in which scale parameters and the log-likelihood are expressed; 7 gives the
        weeks of the literature. Predictions do not depend on it.
    horizon_days : float, default=90
        Horizon of `predict`.

    Attributes
    ----------
    log_likelihood_ : float
        Of all fitted customers, as a density in time units.
    """

    method_name: ClassVar[str] = ""
    parameter_names: ClassVar[tuple[str, ...]] = ()
    scale_names: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    def __init__(self, time_unit_days: float = 1.0, horizon_days: float = 90.0):
        self.time_unit_days = time_unit_days
        self.horizon_days = horizon_days

    # -- fitting --------------------------------------------------------------------------------------

    def fit(self, X: pd.DataFrame, y: object = None, sample_weight: ArrayLike | None = None) -> PurchaseModel:
        """Estimate the parameters by maximum likelihood.

        Parameters
        ----------
        sample_weight
            How many customers each row stands for, shape (n_customers,); None: one.

        Raises
        ------
        TooLittleData
            Fewer than 30 customers or 10 with a repeat order, or equal histories only.
        ValueError
            Invalid data; the message names the column and what to do.
        """
        history = PurchaseHistory.from_frame(X, self.time_unit_days, sample_weight)
        history.require_enough()
        fit = self._maximise(history)
        for name, value in zip(self.parameter_names, fit.parameters, strict=True):
            setattr(self, f"{name}_", float(value))
        self.log_likelihood_ = fit.log_likelihood
        horizon = self._horizon(self.horizon_days)
        self.health_evidence_ = fit_evidence(self, history, fit, horizon).as_dict()
        return self

    def _maximise(self, history: PurchaseHistory) -> LikelihoodFit:
        return most_likely(self, history)

    def check_health(self) -> list[str]:
        """Return the reasons not to trust this fit; an empty list means healthy."""
        check_is_fitted(self)
        return health_reasons(FitEvidence(**self.health_evidence_))

    def cautions(self) -> list[str]:
        """Return warnings about the parameters, which do not make predictions unsound."""
        check_is_fitted(self)
        shapes = {name: v for name, v in self.parameters_.items() if name not in self.scale_names}
        return parameter_cautions(shapes)

    @property
    def parameters_(self) -> dict[str, float]:
        """The estimates by name."""
        return {name: getattr(self, f"{name}_") for name in self.parameter_names}

    def _parameter_array(self) -> np.ndarray:
        return np.array(list(self.parameters_.values()))

    def _history_log_likelihood(self, history: PurchaseHistory) -> np.ndarray:
        return self._likelihood(self._parameter_array(), history)[0]

    # -- predicting -----------------------------------------------------------------------------------

    def _horizon(self, horizon_days: ArrayLike) -> np.ndarray:
        return checked_duration("horizon_days", horizon_days) / self.time_unit_days

    def _one_horizon(self, horizon_days: ArrayLike) -> np.ndarray:
        horizon = self._horizon(horizon_days)
        if horizon.ndim:
            raise ValueError("horizon_days must be one number for all customers; call once per horizon")
        return horizon

    def _expected_orders(self, history: PurchaseHistory, horizon: np.ndarray) -> np.ndarray:
        return self._alive_probability(history) * self._expected_orders_if_alive(history, horizon)

    def _history(self, X: pd.DataFrame) -> PurchaseHistory:
        check_is_fitted(self)
        return PurchaseHistory.from_frame(X, self.time_unit_days)

    def alive_probability(self, X: pd.DataFrame) -> np.ndarray:
        """Return P(the customer has not dropped out by the as-of date), shape (n_customers,)."""
        history = self._history(X)
        return self._alive_probability(history)[history.row_group]

    def active_probability(self, X: pd.DataFrame, horizon_days: float) -> np.ndarray:
        """Return P(at least one order within `horizon_days` of the as-of date), shape (n_customers,); ranks churn."""
        history = self._history(X)
        active = self._active_probability_if_alive(history, self._one_horizon(horizon_days))
        return (self._alive_probability(history) * active)[history.row_group]

    def expected_orders(self, X: pd.DataFrame, horizon_days: float) -> np.ndarray:
        """Return the expected orders within `horizon_days` of the as-of date, shape (n_customers,)."""
        history = self._history(X)
        return self._expected_orders(history, self._one_horizon(horizon_days))[history.row_group]

    def expected_orders_if_alive(self, X: pd.DataFrame, horizon_days: float) -> np.ndarray:
        """Return the expected orders within `horizon_days` given that nobody has dropped out, shape (n_customers,)."""
        history = self._history(X)
        return self._expected_orders_if_alive(history, self._horizon(horizon_days))[history.row_group]

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Return the expected orders within the model's own `horizon_days`, shape (n_customers,)."""
        return self.expected_orders(X, self.horizon_days)

    def score(self, X: pd.DataFrame, y: object = None) -> float:
        """Return the mean log-likelihood per customer, natural logarithm, as a density in time units."""
        history = self._history(X)
        return float(history.weight @ self._history_log_likelihood(history) / history.weight.sum())
