"""Sentiment by lists of words: VADER for English, snownlp for Chinese.

VADER (C. J. Hutto & E. Gilbert, ICWSM 2014) knows English words and emoji; its compound score lies in −1 to 1, and its
authors call a text positive from .05 on and negative down from −.05. snownlp's Bayes model was trained on Chinese
reviews of books and other things that people bought: it fits shops, and not the language of finance or politics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

ENGLISH, CHINESE = "vader", "snownlp"
LEXICONS = {"en": ENGLISH, "zh": CHINESE}
_READ_CHARACTERS = 1000  # VADER takes the square of a text's length: seconds for a row of emoji
_VADER_NEUTRAL = 0.05
_SNOWNLP_NEUTRAL = 0.2  # a probability of .4 to .6


def lexicon_scores(texts: Sequence[str], language: str) -> NDArray:
    """Score of each text (−1 to 1), shape (n_texts,); NaN where the language has no lexicon."""
    score = _scorer(language) if len(texts) else None
    if score is None:
        return np.full(len(texts), np.nan)
    known = {text: score(text[:_READ_CHARACTERS]) for text in set(texts)}
    return np.array([known[text] for text in texts], dtype=float)


def lexicon_labels(scores: NDArray, language: str) -> NDArray:
    """−1, 0 or 1 for each score of `lexicon_scores`, shape (n_texts,)."""
    neutral = _SNOWNLP_NEUTRAL if language == "zh" else _VADER_NEUTRAL
    return np.where(scores >= neutral, 1, np.where(scores <= -neutral, -1, 0))


def _scorer(language: str) -> Callable[[str], float] | None:
    if language == "en":
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        analyser = SentimentIntensityAnalyzer()
        return lambda text: float(analyser.polarity_scores(text)["compound"])
    if language == "zh":
        from snownlp import sentiment  # seconds: it reads its models

        return lambda text: 2 * float(sentiment.classify(text)) - 1
    return None
