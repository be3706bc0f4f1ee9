"""How good lists are, measured on what was bought afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.jobs.recommendations.lists import EMPTY
from ml.jobs.recommendations.matrices import Sparse


@dataclass(frozen=True, eq=False)
class Measured:
    """The lists of one way at one date.

    Attributes
    ----------
    customers
        Positions of those who are judged, shape (n_customers,).
    ndcg, recall, hit
        Of each of them.
    coverage
        Share of the products on offer that stand in any list.
    novelty_bits
        Mean of −log2 of the share of customers who had bought a product, over the places of lists.
    popular_share
        Share of the places that hold one of the tenth of products with most customers.
    """

    customers: NDArray
    ndcg: NDArray
    recall: NDArray
    hit: NDArray
    coverage: float
    novelty_bits: float
    popular_share: float

    def figures(self, prefix: str = "") -> dict[str, float]:
        """The means, by their names in MLflow."""
        means = {
            "ndcg_at_10": self.ndcg.mean(),
            "recall_at_10": self.recall.mean(),
            "hit_rate_at_10": self.hit.mean(),
            "coverage_share": self.coverage,
            "novelty_bits": self.novelty_bits,
            "popular_share": self.popular_share,
        }
        return {prefix + name: float(value) for name, value in means.items()}


def list_figures(lists: NDArray, truth: Sparse) -> tuple[NDArray, NDArray, NDArray]:
    """NDCG, recall and hit of each list.

    Gains are 0 or 1 and discounts 1 / log2(place + 1); the ideal list has all that was bought first (Järvelin and
    Kekäläinen 2002). Recall is the share of the products bought that stand in the list.

    Parameters
    ----------
    lists
        Positions of products, shape (n_customers, length).
    truth
        Positive where a customer bought a product, at least one for each customer; shape (n_customers, n_products).
    """
    length = lists.shape[1]
    bought = truth.toarray() > 0
    hits = np.take_along_axis(bought, np.maximum(lists, 0), axis=1) & (lists != EMPTY)
    counts = bought.sum(axis=1)
    discounts = 1 / np.log2(np.arange(length) + 2)
    ideal = np.cumsum(discounts)[np.minimum(counts, length) - 1]
    return hits @ discounts / ideal, hits.sum(axis=1) / counts, hits.any(axis=1).astype(float)


def spread_figures(
    lists: NDArray, buyer_counts: NDArray, customer_count: int, offered: NDArray
) -> tuple[float, float, float]:
    """Coverage, novelty and share of popular products of the places of all lists.

    Parameters
    ----------
    buyer_counts
        Customers who had bought each product before, shape (n_products,).
    customer_count
        Customers who had bought anything.
    offered
        Positions of the products on offer.
    """
    places = lists[lists != EMPTY]
    if not len(places):
        return 0.0, 0.0, 0.0
    shares = np.maximum(buyer_counts[places], 1) / max(customer_count, 1)
    by_buyers = offered[np.argsort(-buyer_counts[offered], kind="stable")]
    popular = by_buyers[: max(1, round(len(offered) / 10))]
    return len(np.unique(places)) / len(offered), float(-np.log2(shares).mean()), float(np.isin(places, popular).mean())
