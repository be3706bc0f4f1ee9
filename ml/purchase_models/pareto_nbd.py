"""Pareto/NBD: customers order at their own rate until the unobserved end of their lifetime."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy.special import digamma, expit, exprel, gammaln

from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.integrals import double_power_integral


class ParetoNBD(PurchaseModel):
    """Pareto/NBD model of Schmittlein, Morrison & Colombo (1987).

    While active, a customer orders at a rate drawn from Gamma(r, alpha); lifetimes are exponential
    with a rate drawn from Gamma(s, beta).

    Attributes
    ----------
    r_, alpha_, s_, beta_ : float
        The estimates; alpha_ and beta_ in time units.

    References
    ----------
    Schmittlein, D. C., Morrison, D. G. & Colombo, R. (1987). Counting your customers: who are they and
    what will they do next? Management Science 33(1), 1-24.
    """

    method_name: ClassVar[str] = "pareto_nbd"
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    r_: float
    alpha_: float
    s_: float
    beta_: float

    def _starts(self, order_rate, mean_tenure):
        alpha = 0.5 / order_rate
        return np.array(
            [
                [0.5, alpha, 0.6, mean_tenure / 2],
                [1.0, 2 * alpha, 1.0, 2 * mean_tenure],
                [0.3, alpha / 2, 3.0, 10 * mean_tenure],
            ]
        )

    def _log_dropout_odds(self, parameters, history, with_means=False) -> tuple[np.ndarray, Any]:
        """Log-odds that the lifetime ended between the last order and the as-of date."""
        r, alpha, s, beta = parameters
        last, tenure, k = history.last_order_time, history.tenure, r + history.repeat_count
        answer: Any = double_power_integral(alpha + last, beta + last, k, s + 1, tenure - last, with_means=with_means)
        integral, means = answer if with_means else (answer, None)
        silence = tenure - last
        odds = np.log(s) - np.log(beta + last) + k * np.log1p(silence / (alpha + last))
        odds += s * np.log1p(silence / (beta + last))
        with np.errstate(divide="ignore"):
            odds += np.log(integral)
        return odds, means

    def _likelihood(self, parameters, history):
        r, alpha, s, beta = parameters
        last, tenure, count = history.last_order_time, history.tenure, history.repeat_count
        counts, row = np.unique(count, return_inverse=True)
        table = gammaln(r + counts) - gammaln(r) + r * np.log(alpha)
        log_odds, means = self._log_dropout_odds(parameters, history, with_means=True)
        log_alpha, log_beta = np.log(alpha + tenure), np.log(beta + tenure)
        value = table[row] + s * np.log(beta) - (r + count) * log_alpha - s * log_beta + np.logaddexp(0, log_odds)

        dropped = expit(log_odds)
        alive = 1 - dropped
        mean_log_alpha = alive * log_alpha + dropped * (np.log(alpha + last) + means[0])
        mean_log_beta = alive * log_beta + dropped * (np.log(beta + last) + means[1])
        inverse_alpha = alive / (alpha + tenure) + dropped * means[2] / (alpha + last)
        by_r = (digamma(r + counts) - digamma(r) + np.log(alpha))[row] - mean_log_alpha
        by_alpha = r / alpha - (r + count) * inverse_alpha
        by_s = np.log(beta) - mean_log_beta + dropped / s
        by_beta = s / beta - s * alive / (beta + tenure) - (s + 1) * dropped * means[3] / (beta + last)
        return value, np.stack([by_r, by_alpha, by_s, by_beta])

    def _alive_probability(self, history):
        return expit(-self._log_dropout_odds(self._parameter_array(), history)[0])

    def _active_probability_if_alive(self, history, horizon):
        # Density of the next order at u, before the end of the lifetime: k/A (1+u/A)^-(k+1) (1+u/B)^-s.
        k, waited = self.r_ + history.repeat_count, self.alpha_ + history.tenure
        integral = double_power_integral(waited, self.beta_ + history.tenure, k + 1, self.s_, horizon)
        return np.minimum(k / waited * integral, 1.0)

    def _expected_orders_if_alive(self, history, horizon):
        rate = (self.r_ + history.repeat_count) / (self.alpha_ + history.tenure)
        scale = self.beta_ + history.tenure
        # ((1 + t/B)^(1-s) - 1) / (1 - s), whose limit at s = 1 is the logarithm.
        log_growth = np.log1p(horizon / scale)
        exponent = (1 - self.s_) * log_growth
        return rate * scale * log_growth * exprel(exponent)
