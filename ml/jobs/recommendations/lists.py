"""Lists of products: the best on offer that may be offered, for blocks of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

ALL_PRODUCTS, NEW_PRODUCTS = "all_products", "new_products"
LIST_NAMES = (ALL_PRODUCTS, NEW_PRODUCTS)

# No product in a place.
EMPTY = -1

# Scores of all signals by name → one score, each of shape (n_customers, n_offered).
Combine = Callable[[Mapping[str, NDArray]], NDArray]


def blocks(customers: NDArray, size: int) -> Iterator[NDArray]:
    """The customers in blocks of at most `size`, so that no matrix of all customers and products is needed."""
    for start in range(0, len(customers), size):
        yield customers[start : start + size]


def best(scores: NDArray, allowed: NDArray, length: int) -> NDArray:
    """The columns with the highest scores among those allowed; the first of equals comes first.

    Returns
    -------
    NDArray
        Shape (n_customers, length), `EMPTY` where fewer are allowed.
    """
    found = np.full((len(scores), length), EMPTY)
    values = np.where(allowed, scores, -np.inf)
    width = min(length, values.shape[1])
    # the boundary of a partition falls anywhere among equals, a stable sort does not
    least = -np.partition(-values, width - 1, axis=1)[:, width - 1] if width else np.zeros(len(values))
    for row, (own, threshold) in enumerate(zip(values, least, strict=True)):
        columns = np.flatnonzero((own >= threshold) & np.isfinite(own))
        order = np.argsort(-own[columns], kind="stable")[:length]
        found[row, : len(order)] = columns[order]
    return found
