"""The integrals behind the dropout models, with positive terms only, to avoid cancellation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.linalg import eigh_tridiagonal

from ml.purchase_models.inputs import distinct_rows

ROWS_PER_CHUNK = 4096
LEGENDRE_NODE_COUNT = 32
BETA_NODE_COUNT = 64
# Beyond exp(-40) of its start the integrand adds nothing a float can hold.
NEGLIGIBLE_DECAY = 40.0


def double_power_integral(first_scale, second_scale, first_power, second_power, length, *, with_means=False):
    """Integrate (1 + u/A)^-p (1 + u/B)^-q over u from 0 to `length`, row by row.

    It is the difference of two Gaussian hypergeometric functions in Schmittlein, Morrison & Colombo
    (1987); Gauss-Legendre quadrature over log(1 + u/min(A, B)) reaches about 1e-12 without their
    overflow for large powers, and gives the gradient as well.

    Parameters
    ----------
    first_scale, second_scale, first_power, second_power, length : array-like, broadcastable
        A, B, p, q > 0 and the upper limit >= 0.
    with_means : bool
        Also return the means of log(1 + u/A), log(1 + u/B), 1/(1 + u/A) and 1/(1 + u/B) under the
        normalised integrand, which the gradient of a likelihood needs.

    Returns
    -------
    ndarray, or tuple of ndarray and ndarray of shape (4, n)
    """
    columns = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(a, float)) for a in (first_scale, second_scale, first_power, second_power, length))
    )
    row_count = len(columns[0])
    integral = np.empty(row_count)
    means = np.empty((4, row_count)) if with_means else None
    for begin in range(0, row_count, ROWS_PER_CHUNK):
        rows = slice(begin, begin + ROWS_PER_CHUNK)
        integral[rows], chunk_means = _integrate_chunk([column[rows] for column in columns], with_means)
        if means is not None:
            means[:, rows] = chunk_means
    return (integral, means) if with_means else integral


def _integrate_chunk(columns, with_means):
    scale_a, scale_b, power_a, power_b, length = columns
    nodes, weights = _legendre(LEGENDRE_NODE_COUNT)
    # The smaller scale bends the integrand most, so its logarithm is the variable.
    is_a_smaller = scale_a <= scale_b
    near, far = np.minimum(scale_a, scale_b), np.maximum(scale_a, scale_b)
    near_power = np.where(is_a_smaller, power_a, power_b)
    far_power = np.where(is_a_smaller, power_b, power_a)
    slowest_decay = near_power - 1 + far_power * near / far
    upper = np.log1p(length / near)
    with np.errstate(divide="ignore"):
        cut = np.where(slowest_decay > 0, NEGLIGIBLE_DECAY / slowest_decay, np.inf)
    upper = np.minimum(upper, cut)
    log_near = upper[:, None] * ((nodes + 1) / 2)
    log_far = np.log1p((near / far)[:, None] * np.expm1(log_near))
    terms = np.exp((1 - near_power)[:, None] * log_near - far_power[:, None] * log_far) * (weights / 2)
    total = terms.sum(axis=1)
    integral = near * upper * total
    if not with_means:
        return integral, None
    terms /= total[:, None]
    near_means = ((terms * log_near).sum(axis=1), (terms * np.exp(-log_near)).sum(axis=1))
    far_means = ((terms * log_far).sum(axis=1), (terms * np.exp(-log_far)).sum(axis=1))
    pairs = [np.where(is_a_smaller, n, f) for n, f in zip(near_means, far_means, strict=True)]
    others = [np.where(is_a_smaller, f, n) for n, f in zip(near_means, far_means, strict=True)]
    return integral, np.stack([pairs[0], others[0], pairs[1], others[1]])


@lru_cache
def _legendre(node_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights: finding them takes as long as a likelihood of some hundred customers."""
    nodes, weights = leggauss(node_count)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights


@lru_cache(maxsize=8192)
def beta_quadrature(a: float, b: float, node_count: int = BETA_NODE_COUNT) -> tuple[np.ndarray, np.ndarray]:
    """Return Gauss nodes and weights for the expectation over a Beta(a, b) variable.

    Golub & Welsch (1969) on the Jacobi recurrence, written for [0, 1] with terms of one sign, so that
    it is accurate for any a and b. Both arrays have the shape (node_count,); the weights add up to 1.
    """
    total = a + b
    n = np.arange(1.0, node_count)
    diagonal = np.empty(node_count)
    diagonal[0] = a / total
    diagonal[1:] = (2 * n * (n - 1 + total) + a * (total - 2)) / ((2 * n + total - 2) * (2 * n + total))
    off_squared = np.empty(node_count - 1)
    off_squared[0] = a * b / (total**2 * (total + 1))
    n = n[1:]
    off_squared[1:] = (n * (n + a - 1) * (n + b - 1) * (n + total - 2)) / (
        (2 * n + total - 2) ** 2 * (2 * n + total - 1) * (2 * n + total - 3)
    )
    nodes, vectors = eigh_tridiagonal(diagonal, np.sqrt(off_squared))
    nodes, weights = np.clip(nodes, 1e-300, 1.0), vectors[0] ** 2
    # Callers share the cached arrays.
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights


def expected_orders_before_dropout(order_shape, rate_scale, dropout_a, dropout_b, horizon) -> np.ndarray:
    """Expected orders of an active customer who may drop out after each order; arrays broadcast to (n_rows,).

    The order rate is Gamma(`order_shape`, `rate_scale`), the dropout probability p is
    Beta(`dropout_a`, `dropout_b`): E[(1 - (1 + p t/A)^-k) / p]. The closed form divides by a - 1 and
    loses all digits near a = 1 and for large b; this does not.
    """
    order_shape, rate_scale, dropout_b, horizon = np.broadcast_arrays(order_shape, rate_scale, dropout_b, horizon)
    ratio = horizon / rate_scale
    position, row_group = distinct_rows(order_shape, dropout_b, ratio)
    shape, b_values, ratio = order_shape[position], dropout_b[position], ratio[position]
    distinct_b, b_group = np.unique(b_values, return_inverse=True)
    tables = [beta_quadrature(dropout_a, b) for b in distinct_b]
    nodes, weights = (np.stack(part) for part in zip(*tables, strict=True))
    result = np.empty(len(position))
    for begin in range(0, len(position), ROWS_PER_CHUNK):
        rows = slice(begin, begin + ROWS_PER_CHUNK)
        p = nodes[b_group[rows]]
        terms = -np.expm1(-shape[rows, None] * np.log1p(p * ratio[rows, None])) / p
        result[rows] = (terms * weights[b_group[rows]]).sum(axis=1)
    return result[row_group]
