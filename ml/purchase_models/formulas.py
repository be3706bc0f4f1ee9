"""The formulas of a purchase model for distinct histories, with times in the model's time units."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from ml.purchase_models.inputs import PurchaseHistory


class PurchaseFormulas(ABC):
    """The formulas that differ between models; all other methods are based on them.

    "If alive" means: given that the customer has not dropped out by the as-of date. Such
    values depend on the repeat count and the tenure only. Arrays have the shape (n_distinct,) of the histories.
    """

    @abstractmethod
    def _likelihood(self, parameters: np.ndarray, history: PurchaseHistory) -> tuple[np.ndarray, np.ndarray]:
        """Return the log-likelihood of each history and its gradient, shape (n_parameters, n)."""

    @abstractmethod
    def _starts(self, order_rate: float, mean_tenure: float) -> np.ndarray:
        """Return starting values, shape (n_starts, n_parameters)."""

    @abstractmethod
    def _alive_probability(self, history: PurchaseHistory) -> np.ndarray:
        """Return P(not dropped out by the as-of date)."""

    @abstractmethod
    def _active_probability_if_alive(self, history: PurchaseHistory, horizon: np.ndarray) -> np.ndarray:
        """Return P(at least one order in the horizon)."""

    @abstractmethod
    def _expected_orders_if_alive(self, history: PurchaseHistory, horizon: np.ndarray) -> np.ndarray:
        """Return the expected orders in the horizon."""
