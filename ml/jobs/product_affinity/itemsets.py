"""Frequent itemsets with whole counts, and the support from which there are no more than can be handled."""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

# Pairs are counted for so many products at a time, against all others.
_PRODUCTS_PER_BLOCK = 256

# The products of an itemset, by their columns in rising order → baskets that hold them all.
Itemsets = dict[tuple[int, ...], int]


def least_count(
    matrix: sparse.csr_array, minimum_count: int, maximum_pair_count: int, maximum_product_count: int
) -> int:
    """The smallest number of baskets, at least `minimum_count`, that no more pairs and products reach than allowed.

    With m frequent pairs there are at most (2m)^1.5 / 6 frequent triples (Kruskal–Katona), so that the search is
    bounded before it begins.
    """
    by_product = np.sort(np.asarray(matrix.sum(axis=0)).ravel())[::-1]
    least = minimum_count
    if len(by_product) > maximum_product_count:
        least = max(least, int(by_product[maximum_product_count]) + 1)
    counts = np.sort(pair_counts(matrix, least))[::-1]
    return max(least, int(counts[maximum_pair_count]) + 1) if len(counts) > maximum_pair_count else least


def pair_counts(matrix: sparse.csr_array, least: int) -> NDArray:
    """Baskets of each pair of products that lies in at least `least` of them, in no order, shape (n_pairs,)."""
    columns = np.flatnonzero(np.asarray(matrix.sum(axis=0)).ravel() >= least)
    frequent = sparse.csc_array(matrix[:, columns])
    found = []
    for begin in range(0, len(columns), _PRODUCTS_PER_BLOCK):
        block = sparse.csc_array(frequent[:, begin : begin + _PRODUCTS_PER_BLOCK])
        together = sparse.coo_array(block.T @ sparse.csc_array(frequent[:, begin:]))
        found.append(together.data[(together.col > together.row) & (together.data >= least)])
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def frequent_itemsets(matrix: sparse.csr_array, least: int, maximum_size: int | None = None) -> Itemsets:
    """All sets of products that at least `least` baskets hold, by FP-growth (Han, Pei & Yin 2000).

    mlxtend gives supports as floats; they are the counts divided once by the number of baskets, so that rounding gives
    the counts back exactly.
    """
    from mlxtend.frequent_patterns import fpgrowth

    columns = np.flatnonzero(np.asarray(matrix.sum(axis=0)).ravel() >= least)
    if not len(columns):
        return {}
    part, count = sparse.csc_array(matrix[:, columns]), len(matrix.indptr) - 1
    frame = pd.DataFrame({number: _as_held(part, count, number) for number in range(len(columns))})
    # Half a basket below, so that no rounding decides about a set that just reaches the count.
    found = fpgrowth(frame, min_support=(least - 0.5) / count, max_len=maximum_size)
    supports = np.rint(found["support"].to_numpy() * count).astype(int)
    return {
        tuple(sorted(int(columns[item]) for item in items)): int(support)
        for items, support in zip(found["itemsets"], supports, strict=True)
    }


def _as_held(part: sparse.csc_array, basket_count: int, column: int) -> pd.arrays.SparseArray:
    """Whether each basket holds the product, shape (n_baskets,); only those that do take memory."""
    held = np.zeros(basket_count, bool)
    held[part.indices[part.indptr[column] : part.indptr[column + 1]]] = True
    return pd.arrays.SparseArray(held, fill_value=False)


def least_of_share(basket_count: int, share: float) -> int:
    """The smallest count that is at least this decimal share of the baskets, exactly.

    >>> least_of_share(9835, 0.001)
    10
    """
    from fractions import Fraction

    return ceil(Fraction(str(share)) * basket_count)
