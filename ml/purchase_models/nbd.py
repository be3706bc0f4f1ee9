"""NBD: customers order at their own constant rate and never drop out."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.special import digamma, gammaln

from ml.purchase_models.base import PurchaseModel


class NBD(PurchaseModel):
    """NBD model of Ehrenberg (1959): a Gamma(r, alpha) order rate and no dropout.

    Without dropout it over-predicts on most shops; it is the fallback of the dropout models.

    Attributes
    ----------
    r_, alpha_ : float
        The estimates; alpha_ in time units.
    """

    method_name: ClassVar[str] = "nbd"
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha")
    r_: float
    alpha_: float

    def _starts(self, order_rate, mean_tenure):
        return np.array([[0.5, 0.5 / order_rate], [2.0, 2.0 / order_rate]])

    def _likelihood(self, parameters, history):
        r, alpha = parameters
        counts, row = np.unique(history.repeat_count, return_inverse=True)
        table = gammaln(r + counts) - gammaln(r)
        waited = alpha + history.tenure
        log_kept = -np.log1p(history.tenure / alpha)
        value = table[row] + r * log_kept - history.repeat_count * np.log(waited)
        by_r = (digamma(r + counts) - digamma(r))[row] + log_kept
        by_alpha = r / alpha - (r + history.repeat_count) / waited
        return value, np.stack([by_r, by_alpha])

    def _alive_probability(self, history):
        return np.ones_like(history.tenure)

    def _active_probability_if_alive(self, history, horizon):
        growth = np.log1p(horizon / (self.alpha_ + history.tenure))
        return -np.expm1(-(self.r_ + history.repeat_count) * growth)

    def _expected_orders_if_alive(self, history, horizon):
        return (self.r_ + history.repeat_count) / (self.alpha_ + history.tenure) * horizon
