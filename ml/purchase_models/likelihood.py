"""Maximum likelihood over the logarithms of positive parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import ThreadpoolController

# Gradient of the mean log-likelihood per customer, by log-parameter. Well above rounding and far
# below anything that moves a parameter in its fourth digit.
GRADIENT_TOLERANCE = 1e-5
BOUND_MARGIN = 1e-3
ROUGH_ITERATION_COUNT = 60
ITERATION_COUNT = 500
# Replaces minus the mean log-likelihood where it cannot be computed.
IMPOSSIBLE = 1e10

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class LikelihoodFit:
    """The end point of the search over n parameters; arrays of shape (n_parameters,)."""

    parameters: np.ndarray
    log_likelihood: float
    is_converged: bool
    is_at_bound: np.ndarray


def maximise_likelihood(
    objective: Objective, starts: np.ndarray, bounds: np.ndarray, weight_sum: float, rough: Objective | None = None
) -> LikelihoodFit:
    """Find the parameters with the maximum likelihood.

    Parameters
    ----------
    objective : callable
        Takes the parameters and returns the total log-likelihood and its gradient.
    starts : ndarray of shape (n_starts, n_parameters)
        Starting points; the best end point counts.
    bounds : ndarray of shape (n_parameters, 2)
        Smallest and greatest value of each parameter.
    weight_sum : float
        Number of customers; the search uses the mean so that tolerances do not depend on it.
    rough : callable, optional
        Cheaper objective (on a subsample) by which the best start is chosen.
    """
    log_bounds = np.log(bounds)

    def search(function: Objective, start: np.ndarray, max_iterations: int):
        def negative_mean(log_parameters):
            parameters = np.exp(log_parameters)
            value, gradient = function(parameters)
            if not (np.isfinite(value) and np.all(np.isfinite(gradient))):
                return IMPOSSIBLE, np.zeros_like(log_parameters)
            return -value / weight_sum, -gradient * parameters / weight_sum

        options = {"maxiter": max_iterations, "ftol": 1e-14, "gtol": 1e-8, "maxcor": 20}
        return minimize(negative_mean, start, jac=True, method="L-BFGS-B", bounds=log_bounds, options=options)

    # The matrices are 4 x 4: threads of the linear algebra library would only wait for each other.
    with _linear_algebra().limit(limits=1):
        ends = [search(rough or objective, np.log(start), ROUGH_ITERATION_COUNT) for start in starts]
        best = search(objective, min(ends, key=lambda end: end.fun).x, ITERATION_COUNT)
    return _describe(best, log_bounds, weight_sum)


@cache
def _linear_algebra() -> ThreadpoolController:
    """The libraries of numpy and scipy, which are loaded; to look for them takes as long as a small fit."""
    return ThreadpoolController().select(user_api="blas")


def _describe(end, log_bounds: np.ndarray, weight_sum: float) -> LikelihoodFit:
    """Check convergence by the gradient: the optimiser's own flag is often false at a maximum."""
    width = BOUND_MARGIN * (log_bounds[:, 1] - log_bounds[:, 0])
    is_at_bound = (end.x <= log_bounds[:, 0] + width) | (end.x >= log_bounds[:, 1] - width)
    free = ~is_at_bound
    is_converged = bool(end.fun < IMPOSSIBLE and np.all(np.abs(end.jac[free]) <= GRADIENT_TOLERANCE))
    return LikelihoodFit(np.exp(end.x), float(-end.fun * weight_sum), is_converged, is_at_bound)
