"""sBG: how long customers keep renewing contracts."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma, gammaln
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.purchase_models.health import parameter_cautions, search_reasons
from ml.purchase_models.inputs import TooLittleData, checked_weights, numeric_column, refuse_rows
from ml.purchase_models.likelihood import maximise_likelihood

RENEWAL_COLUMN = "renewal_count"
CHURNED_COLUMN = "is_churned"
SHAPE_BOUNDS = (1e-4, 1e4)
MINIMUM_CUSTOMER_COUNT = 10
GREATEST_SURVIVAL_DEVIATION = 0.05


class ShiftedBetaGeometric(BaseEstimator):
    """Shifted-beta-geometric model of contract lengths.

    At every renewal a customer leaves with a constant probability of their own, drawn from
    Beta(alpha, beta). ``X`` has one row per customer: ``renewal_count`` (renewals made so far) and
    ``is_churned`` (left at the next one). Customers of different ages may be mixed.

    Attributes
    ----------
    alpha_, beta_ : float
        The estimates.
    log_likelihood_ : float

    References
    ----------
    Fader, P. S. & Hardie, B. G. S. (2007). How to project customer retention. Journal of Interactive
    Marketing 21(1), 76-90.
    """

    parameter_names: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    def fit(self, X: pd.DataFrame, y: object = None, sample_weight: ArrayLike | None = None) -> ShiftedBetaGeometric:
        """Estimate alpha and beta by maximum likelihood.

        Parameters
        ----------
        sample_weight
            How many customers each row stands for, shape (n_customers,); None: one.

        Raises
        ------
        TooLittleData
            Fewer than 10 customers, nobody has churned, or nobody has been at risk for two renewals.
        ValueError
            Invalid data; the message names the column and what to do.
        """
        renewals = numeric_column(X, RENEWAL_COLUMN)
        churned = numeric_column(X, CHURNED_COLUMN)
        refuse_rows(renewals != np.floor(renewals), RENEWAL_COLUMN, "are not whole numbers; count renewals")
        refuse_rows(~np.isin(churned, (0, 1)), CHURNED_COLUMN, "are neither true nor false")
        weight = checked_weights(sample_weight, len(renewals))
        periods = np.arange(renewals.max() + 1)
        left = np.bincount(renewals.astype(int), weights=weight * churned, minlength=len(periods))
        stayed = np.bincount(renewals.astype(int), weights=weight * (1 - churned), minlength=len(periods))
        return self._fit_counts(periods, left, stayed)

    def _fit_counts(self, periods, left, stayed) -> ShiftedBetaGeometric:
        customer_count = left.sum() + stayed.sum()
        if customer_count < MINIMUM_CUSTOMER_COUNT:
            raise TooLittleData(f"{customer_count:g} customer(s); at least {MINIMUM_CUSTOMER_COUNT} are needed")
        if left.sum() == 0:
            raise TooLittleData("no customer has churned yet; wait for the first renewals to be refused")
        # After the first period, differing rates need customers at risk for a second one.
        if left[1:].sum() + stayed[2:].sum() == 0:
            raise TooLittleData("no customer has been at risk for two renewals; retention cannot be projected")

        def objective(parameters):
            alpha, beta = parameters
            survival = gammaln(beta + periods) - gammaln(alpha + beta + periods) + gammaln(alpha + beta) - gammaln(beta)
            leaving = survival + np.log(alpha) - np.log(alpha + beta + periods)
            by_alpha = digamma(alpha + beta) - digamma(alpha + beta + periods)
            by_beta = by_alpha + digamma(beta + periods) - digamma(beta)
            ratio = 1 / (alpha + beta + periods)
            at_risk = left + stayed
            gradient = [at_risk @ by_alpha + left @ (1 / alpha - ratio), at_risk @ by_beta - left @ ratio]
            return float(left @ leaving + stayed @ survival), np.array(gradient)

        starts = np.array([[1.0, 2.0], [0.5, 5.0], [3.0, 3.0]])
        fit = maximise_likelihood(objective, starts, np.array([SHAPE_BOUNDS, SHAPE_BOUNDS]), customer_count)
        self.alpha_, self.beta_ = (float(value) for value in fit.parameters)
        self.log_likelihood_ = fit.log_likelihood
        self._record_health(fit, left, stayed)
        return self

    def _record_health(self, fit, left, stayed) -> None:
        # Kaplan-Meier survival is the observed one for any mix of ages.
        at_risk = np.cumsum((left + stayed)[::-1])[::-1] - stayed
        kept = np.where(at_risk > 0, 1 - left / np.where(at_risk > 0, at_risk, 1), 1.0)
        observed = np.cumprod(kept)[at_risk > 0]
        expected = self.survival_probability(np.arange(1, len(observed) + 1))
        names = zip(self.parameter_names, fit.is_at_bound, strict=True)
        self.health_evidence_ = {
            "is_converged": fit.is_converged,
            "parameters_at_bound": [name for name, at_bound in names if at_bound],
            "greatest_survival_deviation": float(np.abs(observed - expected).max(initial=0.0)),
        }

    @property
    def parameters_(self) -> dict[str, float]:
        """The estimates by name."""
        return {"alpha": self.alpha_, "beta": self.beta_}

    def survival_probability(self, renewal_count: ArrayLike) -> np.ndarray:
        """Return P(a new customer makes at least `renewal_count` renewals), elementwise."""
        check_is_fitted(self)
        renewals = np.asarray(renewal_count, dtype=float)
        return np.exp(betaln(self.alpha_, self.beta_ + renewals) - betaln(self.alpha_, self.beta_))

    def retention_rate(self, renewal_number: ArrayLike) -> np.ndarray:
        """Return the share of the remaining customers who make renewal number 1, 2, …, elementwise."""
        check_is_fitted(self)
        number = np.asarray(renewal_number, dtype=float)
        return (self.beta_ + number - 1) / (self.alpha_ + self.beta_ + number - 1)

    def churn_probability(self, X: pd.DataFrame, horizon_renewals: int = 1) -> np.ndarray:
        """Return P(a present customer leaves within `horizon_renewals` renewals), shape (n_customers,)."""
        check_is_fitted(self)
        renewals = numeric_column(X, RENEWAL_COLUMN)
        log_kept = betaln(self.alpha_, self.beta_ + renewals + horizon_renewals)
        return -np.expm1(log_kept - betaln(self.alpha_, self.beta_ + renewals))

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Return the churn probability at the next renewal, shape (n_customers,)."""
        return self.churn_probability(X, horizon_renewals=1)

    def check_health(self) -> list[str]:
        """Return the reasons not to trust this fit; an empty list means healthy."""
        check_is_fitted(self)
        evidence = self.health_evidence_
        reasons = search_reasons(
            is_converged=evidence["is_converged"], parameters_at_bound=evidence["parameters_at_bound"]
        )
        deviation = evidence["greatest_survival_deviation"]
        if deviation > GREATEST_SURVIVAL_DEVIATION:
            reasons.append(f"survival differs from the observed by up to {deviation:.3f}")
        return reasons

    def cautions(self) -> list[str]:
        """Return warnings about the parameters, which do not make predictions unsound."""
        check_is_fitted(self)
        return parameter_cautions(self.parameters_)
