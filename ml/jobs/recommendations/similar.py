"""How alike products are: by their customers, by a linear model of all products, by their texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import inv
from scipy.sparse import csr_matrix

from ml.jobs.recommendations.configuration import Neighbours
from ml.jobs.recommendations.matrices import Sparse

# BM25: saturation of repeats, and how much a customer's number of products counts.
_SATURATION, _LENGTH_SHARE = 1.2, 0.4


def bm25_weights(bought: Sparse) -> Sparse:
    """Weights of purchases: less for products that everybody buys, and for customers who buy everything."""
    customers, buyers = bought.shape[0], np.asarray((bought > 0).sum(axis=0)).ravel()
    rarity = np.log((1 + customers) / (1 + buyers))
    entries = bought.tocoo()
    lengths = np.asarray(bought.sum(axis=1)).ravel()
    relative = lengths[entries.row] / max(lengths[lengths > 0].mean() if (lengths > 0).any() else 1.0, 1e-9)
    damped = (
        entries.data * (_SATURATION + 1) / (entries.data + _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * relative))
    )
    values = (damped * np.sqrt(rarity[entries.col])).astype(np.float32)
    return csr_matrix((values, (entries.row, entries.col)), shape=bought.shape)


def neighbour_weights(weights: Sparse, offered: NDArray, settings: Neighbours) -> NDArray:
    """Cosine with shrinkage of each product with those on offer; only the nearest of each product are kept.

    Returns
    -------
    NDArray
        Shape (n_products, n_offered), not symmetric; 0 for a product with itself.
    """
    norms = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=0)).ravel())
    products = (weights.T.tocsr() @ weights[:, offered]).toarray()
    similarities = products / (np.outer(norms, norms[offered]) + settings.shrinkage)
    similarities[offered, np.arange(len(offered))] = 0
    if settings.neighbour_count < len(offered):
        place = len(offered) - settings.neighbour_count
        least = np.partition(similarities, place, axis=1)[:, place]
        similarities[similarities < least[:, None]] = 0
    return similarities.astype(np.float32)


def ease_weights(amounts: Sparse, penalty: float) -> NDArray:
    """Weights of a linear model of each product by all others, shape (n_products, n_products).

    B = −P / diag(P), zero on the diagonal, with P = (XᵀX + λI)⁻¹.
    """
    gram = (amounts.T @ amounts).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += penalty
    inverse = inv(gram, overwrite_a=True, check_finite=False, assume_a="pos")
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights.astype(np.float32)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d]\w+", text.lower())


def text_vectors(names: Sequence[str] | NDArray, categories: Sequence[str] | NDArray) -> Sparse:
    """TF-IDF unit vectors of words of the names, and of the group as one more word; shape (n_products, n_terms)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [
        f"{name} {'group_' + '_'.join(category.split()) if category else ''}"
        for name, category in zip(names, categories, strict=True)
    ]
    vectorizer = TfidfVectorizer(analyzer=_words, sublinear_tf=True, dtype=np.float32)
    try:
        return vectorizer.fit_transform(texts)
    except ValueError:  # no product has a word
        return csr_matrix((len(texts), 1), dtype=np.float32)
