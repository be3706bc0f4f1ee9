"""Themes of texts: non-negative matrix factorisation of word weights (D. Lee & H. Seung, Nature 401, 1999)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from sklearn.decomposition import NMF
from sklearn.preprocessing import normalize

from ml.jobs.voice.configuration import ThemeSettings
from ml.jobs.voice.words import Words

_COHERENCE_WORDS = 8


@dataclass(frozen=True)
class Themes:
    """Themes of texts.

    Attributes
    ----------
    word_weights
        Shape (n_themes, n_words); rows have length 1.
    shares
        How much of each text is about each theme, shape (n_texts, n_themes); rows add up to 1, or are 0 where a text
        has none of the words.
    evidence
        `theme_count`, `stability`, `coherence` of each number that was tried.
    """

    words: NDArray
    word_weights: NDArray
    shares: NDArray
    evidence: pd.DataFrame


def find_themes(words: Words, settings: ThemeSettings, seed: int, former_count: int = 0) -> Themes | None:
    """Find the themes of all texts, as many as are stable and coherent; None where the texts are too few.

    Parameters
    ----------
    former_count
        The number of themes in the former run, which stays while no other is clearly better.
    """
    text_count = words.weights.shape[0]
    numbers = [
        number
        for number in settings.numbers
        if number * settings.texts_per_theme_minimum <= text_count
        and number * settings.words_per_theme_minimum <= len(words)
    ]
    if text_count < settings.minimum_text_count or not numbers:
        return None
    random = np.random.default_rng(seed)
    sampled = _sample(text_count, settings.maximum_selection_count, random)
    evidence = _evidence(csr_matrix(words.weights[sampled]), numbers, settings, seed)
    best = _number(evidence, former_count, settings.minimum_gain)
    fitted = _fitted(
        csr_matrix(words.weights[_sample(text_count, settings.maximum_fit_count, random)]), int(best), seed
    )
    loads = fitted.transform(words.weights)
    lengths = np.linalg.norm(fitted.components_, axis=1)
    loads = loads * lengths
    total = loads.sum(axis=1, keepdims=True)
    shares = np.divide(loads, total, out=np.zeros_like(loads), where=total > 0)
    return Themes(words.names, normalize(fitted.components_), shares, evidence)


def _number(evidence: pd.DataFrame, former_count: int, minimum_gain: float) -> int:
    """The best number of themes; the former one where the best gains little over it."""
    best = evidence.sort_values(["sum", "theme_count"], ascending=[False, True]).iloc[0]
    former = evidence[evidence["theme_count"] == former_count]
    stays = len(former) > 0 and float(former["sum"].iloc[0]) > float(best["sum"]) - minimum_gain
    return former_count if stays else int(best["theme_count"])


def _sample(count: int, maximum: int, random: np.random.Generator) -> NDArray:
    return np.arange(count) if count <= maximum else np.sort(random.choice(count, maximum, replace=False))


def _fitted(weights: csr_matrix, number: int, seed: int) -> NMF:
    return NMF(number, init="nndsvd", random_state=seed, max_iter=1000, tol=1e-3).fit(weights)


def _evidence(weights: csr_matrix, numbers: Sequence[int], settings: ThemeSettings, seed: int) -> pd.DataFrame:
    """How stable and coherent each number of themes is.

    Stability: themes found again in random halves, mean cosine of matched word weights (after D. Greene, D. O'Callaghan
    & P. Cunningham, ECML 2014). Coherence: normalised pointwise mutual information of the first words (G. Bouma 2009;
    N. Aletras & M. Stevenson, IWCS 2013), −1 to 1, here halved so that both weigh the same.
    """
    random = np.random.default_rng(seed)
    halves = [
        np.sort(random.permutation(weights.shape[0])[: weights.shape[0] // 2]) for _ in range(settings.half_count)
    ]
    rows = []
    for number in numbers:
        whole = normalize(_fitted(weights, number, seed).components_)
        found = [
            _agreement(whole, normalize(_fitted(csr_matrix(weights[half]), number, seed).components_))
            for half in halves
        ]
        rows.append((number, float(np.mean(found)), coherence(whole, weights)))
    frame = pd.DataFrame(rows, columns=["theme_count", "stability", "coherence"])
    return frame.assign(sum=frame["stability"] + frame["coherence"] / 2)


def _agreement(ours: NDArray, theirs: NDArray) -> float:
    similarity = ours @ theirs.T
    return float(similarity[linear_sum_assignment(-similarity)].mean())


def coherence(word_weights: NDArray, weights: csr_matrix) -> float:
    """Mean normalised pointwise mutual information of the first words of each theme, −1 to 1.

    Parameters
    ----------
    word_weights
        Of each word in each theme, shape (n_themes, n_words).
    weights
        Of each word in each text, shape (n_texts, n_words).
    """
    has = (weights > 0).astype(float)
    values = []
    for row in word_weights:
        first = np.argsort(-row, kind="stable")[:_COHERENCE_WORDS]
        together = (has[:, first].T @ has[:, first]).toarray() / has.shape[0]
        alone = np.diag(together)
        for one, other in zip(*np.triu_indices(len(first), 1), strict=True):
            both = together[one, other]
            if both == 0:
                values.append(-1.0)
            elif both < 1:
                values.append(np.log(both / (alone[one] * alone[other])) / -np.log(both))
    return float(np.mean(values)) if values else 0.0
