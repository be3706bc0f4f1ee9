"""Purchases before a day as sparse matrices of customers and products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml.jobs.recommendations.matrices import Sparse


@dataclass(frozen=True, eq=False)
class History:
    """One entry per customer, product and day of purchase, sorted.

    Attributes
    ----------
    day
        The day before which they were bought, in days since 1970-01-01.
    ages
        Days from the purchase to `day`, shape (n_entries,).
    shape
        Numbers of customers and of products.
    """

    day: int
    customers: NDArray
    products: NDArray
    ages: NDArray
    shape: tuple[int, int]

    def weighted(self, weights: NDArray, chosen: NDArray | slice = slice(None)) -> Sparse:
        """The sum of weights of the entries by customer and product, shape (n_customers, n_products).

        Parameters
        ----------
        weights
            One per entry chosen, shape (n_chosen,).
        """
        values = (weights.astype(np.float32), (self.customers[chosen], self.products[chosen]))
        return csr_matrix(values, shape=self.shape)

    @cached_property
    def counts(self) -> Sparse:
        """Days on which each customer bought each product."""
        return self.weighted(np.ones(len(self.ages)))

    @cached_property
    def bought(self) -> Sparse:
        """1 where a customer has bought a product."""
        return (self.counts > 0).astype(np.float32)

    def decayed(self, half_life_days: float) -> Sparse:
        """Purchases that count half after so many days."""
        return self.weighted(0.5 ** (self.ages / half_life_days))

    def recent(self, days: int) -> Sparse:
        """1 where a customer has bought a product in so many days before."""
        chosen = self.ages <= days
        return (self.weighted(np.ones(int(chosen.sum())), chosen) > 0).astype(np.float32)

    def buyer_counts(self, days: int | None = None) -> NDArray:
        """Customers who bought each product (in so many days before), shape (n_products,)."""
        matrix = self.bought if days is None else self.recent(days)
        return np.asarray(matrix.sum(axis=0)).ravel()

    @cached_property
    def purchase_counts(self) -> NDArray:
        """Products and days of each customer, shape (n_customers,); 0: has not bought."""
        return np.asarray(self.counts.sum(axis=1)).ravel()

    @cached_property
    def last_ages(self) -> Sparse:
        """Days since a customer last bought a product, and one: no entry is "never"."""
        return self._reduced_ages(np.minimum)

    @cached_property
    def first_ages(self) -> Sparse:
        """Days since a customer first bought a product, and one."""
        return self._reduced_ages(np.maximum)

    @cached_property
    def pairs(self) -> NDArray:
        """Customer and product of each entry as one number, which rises, shape (n_entries,)."""
        return self.customers.astype(np.int64) * self.shape[1] + self.products

    def _reduced_ages(self, reduce: np.ufunc) -> Sparse:
        """One age by customer and product, and one."""
        first = np.flatnonzero(np.diff(self.pairs, prepend=-1))
        ages = reduce.reduceat(self.ages, first) if len(first) else self.ages
        return csr_matrix(
            (ages.astype(np.float32) + 1, (self.customers[first], self.products[first])), shape=self.shape
        )

    def judged(self, truth: Sparse) -> NDArray:
        """Positions of those who had bought before and bought something that counts afterwards.

        Parameters
        ----------
        truth
            Entries where something counts, shape (n_customers, n_products).
        """
        return np.flatnonzero((np.diff(truth.indptr) > 0) & (self.purchase_counts > 0))

    @cached_property
    def gaps(self) -> tuple[NDArray, NDArray]:
        """Days between two purchases of a product by the same customer, and its product, both of shape (n_gaps,)."""
        same = (np.diff(self.customers) == 0) & (np.diff(self.products) == 0)
        return -np.diff(self.ages)[same], self.products[1:][same]
