"""BG/NBD: customers order at their own rate and may drop out after any repeat order."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.special import digamma, expit, gammaln

from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.inputs import PurchaseHistory
from ml.purchase_models.integrals import expected_orders_before_dropout


class BetaGeometricNBD(PurchaseModel):
    """BG/NBD model of Fader, Hardie & Lee (2005).

    While active, a customer orders at a rate drawn from Gamma(r, alpha); after each repeat order the
    customer drops out with a probability drawn from Beta(a, b). A customer without a repeat order
    has had no chance to drop out, so `alive_probability` is 1: rank churn by `active_probability`.

    Attributes
    ----------
    r_, alpha_, a_, b_ : float
        The estimates; alpha_ in time units.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. & Lee, K. L. (2005). "Counting your customers" the easy way.
    Marketing Science 24(2), 275-284.
    """

    method_name: ClassVar[str] = "bg_nbd"
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    r_: float
    alpha_: float
    a_: float
    b_: float
    # Opportunities to drop out before the first repeat order.
    _dropouts_at_first_order: ClassVar[int] = 0

    def _starts(self, order_rate, mean_tenure):
        alpha = 0.5 / order_rate
        return np.array([[0.5, alpha, 0.8, 2.5], [0.25, alpha / 2, 0.3, 3.0], [1.5, 2 * alpha, 1.5, 8.0]])

    def _chances(self, history: PurchaseHistory) -> np.ndarray:
        """Opportunities to drop out of each customer up to the last order."""
        return history.repeat_count + self._dropouts_at_first_order

    def _log_dropout_odds(self, parameters, history: PurchaseHistory) -> np.ndarray:
        """Log-odds that the customer dropped out right after the last order; -inf without an opportunity."""
        r, alpha, a, b = parameters
        chances = self._chances(history)
        growth = np.log1p((history.tenure - history.last_order_time) / (alpha + history.last_order_time))
        with np.errstate(divide="ignore"):
            odds = np.log(a) - np.log(b + np.maximum(chances, 1) - 1) + (r + history.repeat_count) * growth
        return np.where(chances > 0, odds, -np.inf)

    def _likelihood(self, parameters, history):
        r, alpha, a, b = parameters
        chances = self._chances(history)
        # Gamma functions depend on the count alone, and there are few distinct counts.
        counts, row = np.unique(history.repeat_count, return_inverse=True)
        chance_table = counts + self._dropouts_at_first_order
        table = gammaln(r + counts) - gammaln(r) + r * np.log(alpha)
        table += gammaln(a + b) + gammaln(b + chance_table) - gammaln(b) - gammaln(a + b + chance_table)
        log_odds = self._log_dropout_odds(parameters, history)
        log_waited = np.log(alpha + history.tenure)
        value = table[row] - (r + history.repeat_count) * log_waited + np.logaddexp(0, log_odds)

        dropped = expit(log_odds)
        log_last = np.log(alpha + history.last_order_time)
        mean_log = (1 - dropped) * log_waited + dropped * log_last
        mean_inverse = (1 - dropped) / (alpha + history.tenure) + dropped / (alpha + history.last_order_time)
        by_r = (digamma(r + counts) - digamma(r) + np.log(alpha))[row] - mean_log
        by_alpha = r / alpha - (r + history.repeat_count) * mean_inverse
        by_a = (digamma(a + b) - digamma(a + b + chance_table))[row] + dropped / a
        by_b = by_a - dropped / a + (digamma(b + chance_table) - digamma(b))[row]
        by_b -= dropped / (b + np.maximum(chances, 1) - 1)
        return value, np.stack([by_r, by_alpha, by_a, by_b])

    def _alive_probability(self, history):
        return expit(-self._log_dropout_odds(self._parameter_array(), history))

    def _active_probability_if_alive(self, history, horizon):
        waited = self.alpha_ + history.tenure
        return -np.expm1(-(self.r_ + history.repeat_count) * np.log1p(horizon / waited))

    def _expected_orders_if_alive(self, history, horizon):
        return expected_orders_before_dropout(
            self.r_ + history.repeat_count,
            self.alpha_ + history.tenure,
            self.a_,
            self.b_ + self._chances(history),
            horizon,
        )
