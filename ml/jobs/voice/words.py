"""Texts as weights of words: words that enough customers use, and that say what a text is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer
from sklearn.preprocessing import normalize

from ml.jobs.voice.configuration import VoiceConfiguration

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Words:
    """TF-IDF weights (n_texts × n_words, rows of length 1) and the words of the columns."""

    weights: csr_matrix
    names: NDArray

    def __len__(self) -> int:
        return len(self.names)


def weigh_words(texts: pd.DataFrame, configuration: VoiceConfiguration) -> Words:
    """Weigh the words of texts (`text`, `language_code`, `customer_id`).

    A word is left out that fewer than `minimum_customer_count` customers use (it could tell who wrote), that is in too
    many of the texts, or in a list of words without meaning. Weights are (1 + log count) · (1 + log((1 + n) / (1 + m)))
    with n texts, m of them with the word.
    """
    settings = configuration.themes
    stop_words = ENGLISH_STOP_WORDS.union(*configuration.stop_words.values())
    counter = CountVectorizer(
        analyzer=lambda row: [word for word in _words(*row) if word not in stop_words], dtype=np.float64
    )
    try:
        counts = csr_matrix(counter.fit_transform(zip(texts["text"], texts["language_code"], strict=True)))
    except ValueError:  # not a single word
        return _nothing(len(texts))
    names = counter.get_feature_names_out()
    shares = counts.getnnz(axis=0) / len(texts)
    users = _customer_counts(counts, texts["customer_id"])
    kept = np.flatnonzero((users >= settings.minimum_customer_count) & (shares <= settings.maximum_text_share))
    kept = np.sort(kept[np.argsort(-shares[kept], kind="stable")][: settings.maximum_word_count])
    if not len(kept):
        return _nothing(len(texts))
    chosen = csr_matrix(counts[:, kept])
    chosen.data = 1 + np.log(chosen.data)
    rarity = 1 + np.log((1 + len(texts)) / (1 + shares[kept] * len(texts)))
    return Words(csr_matrix(normalize(chosen @ diags(rarity))), names[kept])


def _nothing(text_count: int) -> Words:
    return Words(csr_matrix((text_count, 0)), np.array([], dtype=object))


def _customer_counts(counts: csr_matrix, customers: pd.Series) -> NDArray:
    """By how many customers each word is used; all of whom nobody knows who they are count as one."""
    codes, known = pd.factorize(customers.fillna(""))
    belongs = csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(known), len(codes)))
    return np.asarray(((belongs @ counts) > 0).sum(axis=0)).ravel()


def _words(text: str, language: str) -> Sequence[str]:
    if language == "zh":
        return [word for word in _chinese()(text) if _WORD.fullmatch(word)]
    return _WORD.findall(text.casefold())


def _chinese() -> Callable[[str], Sequence[str]]:
    from snownlp import seg  # seconds: it reads its models

    return seg.seg
