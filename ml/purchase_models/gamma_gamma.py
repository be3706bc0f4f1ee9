"""Gamma-Gamma: order amounts vary about each customer's own mean, and means between customers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.purchase_models.health import parameter_cautions, search_reasons
from ml.purchase_models.inputs import (
    AMOUNT_COLUMN,
    COUNT_COLUMN,
    MINIMUM_REPEATER_COUNT,
    TooLittleData,
    checked_weights,
    distinct_rows,
    numeric_column,
    refuse_rows,
)
from ml.purchase_models.likelihood import LikelihoodFit, maximise_likelihood

SHAPE_BOUNDS = (1e-3, 1e4)
SCALE_BOUNDS = (1e-6, 1e6)
ROUGH_ROW_COUNT = 2000
GREATEST_MEAN_DEVIATION = 0.20


def read_amounts(X: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return counts and mean amounts of repeat orders, shape (n_customers,); amounts are 0 without repeat orders."""
    count = numeric_column(X, COUNT_COLUMN)
    amount = numeric_column(X, AMOUNT_COLUMN, allow_missing=True)
    refuse_rows(
        (count > 0) & np.isnan(amount), AMOUNT_COLUMN, f"have no value although {COUNT_COLUMN} is above 0; fill them"
    )
    return count, np.where(count > 0, np.nan_to_num(amount), 0.0)


class GammaGamma(BaseEstimator):
    """Gamma-Gamma model of the amount per order, independent of how often a customer orders.

    ``X`` needs ``repeat_order_count`` and ``mean_repeat_order_amount`` (missing without repeat orders).
    It is fitted on customers with repeat orders whose mean amount is above 0; the others are counted in
    `excluded_customer_count_` and get predictions too.

    Attributes
    ----------
    p_, q_, v_ : float
        The estimates; v_ in units of money.
    log_likelihood_ : float

    References
    ----------
    Fader, P. S. & Hardie, B. G. S. (2013). The Gamma-Gamma model of monetary value.
    """

    method_name: ClassVar[str] = "gamma_gamma"
    parameter_names: ClassVar[tuple[str, ...]] = ("p", "q", "v")
    _needs_spread: ClassVar[bool] = True

    def fit(self, X: pd.DataFrame, y: object = None, sample_weight: ArrayLike | None = None) -> GammaGamma:
        """Estimate p, q and v by maximum likelihood.

        Parameters
        ----------
        sample_weight
            How many customers each row stands for, shape (n_customers,); None: one.

        Raises
        ------
        TooLittleData
            Fewer than 10 customers with a repeat order above 0 in value, or the same amount for all.
        ValueError
            Invalid data; the message names the column and what to do.
        """
        count, amount = read_amounts(X)
        weight = checked_weights(sample_weight, len(count))
        is_used = (count > 0) & (amount > 0) & (weight > 0)
        self.excluded_customer_count_ = float(weight[(count > 0) & ~is_used].sum())
        if weight[is_used].sum() < MINIMUM_REPEATER_COUNT:
            raise TooLittleData(
                f"{weight[is_used].sum():g} customer(s) with a repeat order above 0 in value; "
                f"at least {MINIMUM_REPEATER_COUNT} are needed"
            )
        position, group = distinct_rows(count[is_used], amount[is_used])
        counts, amounts = count[is_used][position], amount[is_used][position]
        weights = np.bincount(group, weights=weight[is_used])
        if self._needs_spread and len(np.unique(amounts)) == 1:
            raise TooLittleData(f"all values of {AMOUNT_COLUMN} are the same; there is no spread to fit")
        fit = self._maximise(counts, amounts, weights)
        self.p_, self.q_, self.v_ = (float(value) for value in fit.parameters)
        self.log_likelihood_ = fit.log_likelihood
        self._record_health(fit, counts, amounts, weights)
        return self

    def _maximise(self, count: np.ndarray, amount: np.ndarray, weight: np.ndarray) -> LikelihoodFit:
        mean = float(np.average(amount, weights=weight))

        def objective_on(rows: slice):
            def objective(parameters):
                value, gradient = self._likelihood(parameters, count[rows], amount[rows])
                return float(weight[rows] @ value), gradient @ weight[rows]

            return objective

        subsampled = slice(None, None, max(1, len(count) // ROUGH_ROW_COUNT))
        bounds = np.array([SHAPE_BOUNDS, SHAPE_BOUNDS, np.multiply(SCALE_BOUNDS, mean)])
        starts = np.array([[2.0, 3.0, mean], [6.0, 4.0, mean / 2], [1.0, 10.0, 9 * mean], [20.0, 2.0, mean / 20]])
        return maximise_likelihood(objective_on(slice(None)), starts, bounds, weight.sum(), objective_on(subsampled))

    def _record_health(self, fit: LikelihoodFit, count, amount, weight) -> None:
        names = zip(self.parameter_names, fit.is_at_bound, strict=True)
        self.health_evidence_ = {
            "is_converged": fit.is_converged,
            "parameters_at_bound": [name for name, at_bound in names if at_bound],
            # Weighted by orders, since the model's mean is that of an order's amount.
            "observed_order_amount": float(np.average(amount, weights=weight * count)),
            "fitted_order_amount": float(np.average(self._posterior_mean(count, amount), weights=weight * count)),
        }

    @staticmethod
    def _likelihood(parameters, x, amount):
        p, q, v = parameters
        total = v + x * amount
        log_own, log_common = np.log(x * amount / total), np.log(v / total)
        # Gamma functions depend on the count alone, and there are few distinct counts.
        counts, row = np.unique(x, return_inverse=True)
        value = (gammaln(p * counts + q) - gammaln(p * counts) - gammaln(q))[row]
        value += q * log_common + p * x * log_own - np.log(amount)
        by_p = x * ((digamma(p * counts + q) - digamma(p * counts))[row] + log_own)
        by_q = (digamma(p * counts + q) - digamma(q))[row] + log_common
        by_v = q / v - (p * x + q) / total
        return value, np.stack([by_p, by_q, by_v])

    def _posterior_mean(self, x, amount):
        # q <= 1 has no finite mean without repeat orders: infinity here, which check_health refuses.
        with np.errstate(divide="ignore"):
            denominator = np.maximum(self.p_ * x + self.q_ - 1, 0.0)
            return self.p_ * (self.v_ + x * amount) / denominator

    @property
    def parameters_(self) -> dict[str, float]:
        """The estimates by name."""
        return {name: getattr(self, f"{name}_") for name in self.parameter_names}

    def expected_order_amount(self, X: pd.DataFrame) -> np.ndarray:
        """Return the expected amount per order, shape (n_customers,); the overall mean without repeat orders.

        In the unit of the amounts that it was fitted on; infinite where q is 1 or less and there are no repeat orders.
        """
        check_is_fitted(self)
        return self._posterior_mean(*read_amounts(X))

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Return `expected_order_amount`, shape (n_customers,)."""
        return self.expected_order_amount(X)

    def amount_scale(self, X: pd.DataFrame) -> np.ndarray:
        """Return the scale v + x m of the distribution of each customer's future spend, shape (n_customers,)."""
        check_is_fitted(self)
        count, amount = read_amounts(X)
        return self.v_ + count * amount

    def check_health(self) -> list[str]:
        """Return the reasons not to trust this fit; an empty list means healthy."""
        check_is_fitted(self)
        evidence = self.health_evidence_
        reasons = search_reasons(
            is_converged=evidence["is_converged"], parameters_at_bound=evidence["parameters_at_bound"]
        )
        if self.q_ <= 1:
            reasons.append(f"q is {self.q_:.2f}; at 1 or below the expected amount of a new customer is infinite")
        ratio = evidence["fitted_order_amount"] / evidence["observed_order_amount"]
        if not abs(ratio - 1) <= GREATEST_MEAN_DEVIATION:
            reasons.append(f"the fitted mean order amount is {ratio:.2f} times the observed one")
        return reasons

    def cautions(self) -> list[str]:
        """Return warnings about the parameters, which do not make predictions unsound."""
        check_is_fitted(self)
        return parameter_cautions({"p": self.p_, "q": self.q_})
