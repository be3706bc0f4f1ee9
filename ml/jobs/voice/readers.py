"""Ways to tell the sentiment of texts of one language: rules, and models that learn it from stars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from ml.jobs.voice.configuration import SentimentSettings
from ml.jobs.voice.lexicons import LEXICONS, lexicon_labels

MAJORITY = "majority_class"
LOGISTIC, RIDGE, LOGISTIC_WITH_LEXICON = "logistic_tfidf", "ridge_tfidf", "logistic_with_lexicon"
_WITHOUT_BLANKS = ("zh", "ja", "th")  # languages whose words are not parted: characters are counted
_WORDS = r"(?u)\b[^\W\d_]+\b|[\u2600-\u27bf\U0001f300-\U0001faff]"  # emoji are words, too
_LABELS = np.array([-1, 0, 1])


@dataclass(frozen=True)
class Read:
    """What is made of texts: scores (−1 to 1) and labels (−1, 0, 1), both of shape (n_texts,)."""

    scores: NDArray
    labels: NDArray


# (rated texts to learn from, texts to read) → what is made of the second; both with `text`, `lexicon_score`, `class_`.
Reader = Callable[[pd.DataFrame, pd.DataFrame], Read]


def classes_of(ratings: pd.Series, settings: SentimentSettings) -> NDArray:
    """−1, 0 or 1 for each rating, shape (n_texts,)."""
    is_positive = ratings >= settings.positive_rating_minimum
    return np.where(is_positive, 1, np.where(ratings <= settings.negative_rating_maximum, -1, 0))


def rules(language: str) -> Mapping[str, Reader]:
    """The rules by name: the class of most texts, and the lexicon where the language has one."""
    named: dict[str, Reader] = {MAJORITY: _majority}
    if language in LEXICONS:
        named[LEXICONS[language]] = partial(_by_lexicon, language)
    return named


def models(language: str, settings: SentimentSettings) -> Mapping[str, Reader]:
    """The models by name."""
    named: dict[str, Reader] = {
        LOGISTIC: partial(_logistic, language, settings, False),
        RIDGE: partial(_ridge, language, settings),
    }
    if language in LEXICONS:
        named[LOGISTIC_WITH_LEXICON] = partial(_logistic, language, settings, True)
    return named


def _majority(known: pd.DataFrame, texts: pd.DataFrame) -> Read:
    counts = known["class_"].value_counts()
    label = max(_LABELS, key=lambda one: (counts.get(one, 0), one))
    return Read(np.full(len(texts), float(label)), np.full(len(texts), label))


def _by_lexicon(language: str, known: pd.DataFrame, texts: pd.DataFrame) -> Read:
    scores = texts["lexicon_score"].to_numpy()
    return Read(scores, lexicon_labels(scores, language))


def _logistic(
    language: str, settings: SentimentSettings, has_lexicon: bool, known: pd.DataFrame, texts: pd.DataFrame
) -> Read:
    """Logistic regression in which the three classes weigh the same; the score is P(positive) − P(negative)."""
    ours, theirs = _weighted_words(language, settings, known, texts)
    if has_lexicon:
        ours, theirs = (
            hstack([words, csr_matrix(frame[["lexicon_score"]].to_numpy())]).tocsr()
            for words, frame in ((ours, known), (theirs, texts))
        )
    model = LogisticRegression(C=settings.inverse_regularisation, class_weight="balanced", max_iter=500)
    model.fit(ours, known["class_"])
    found = model.predict_proba(theirs)
    column = {int(label): at for at, label in enumerate(model.classes_)}
    return Read(found[:, column[1]] - found[:, column[-1]], model.classes_[found.argmax(axis=1)])


def _ridge(language: str, settings: SentimentSettings, known: pd.DataFrame, texts: pd.DataFrame) -> Read:
    """Linear regression on the stars; a label where the stars come nearer to its class than to three."""
    ours, theirs = _weighted_words(language, settings, known, texts)
    stars = Ridge(alpha=settings.ridge_penalty, solver="sparse_cg", tol=1e-6).fit(ours, known["rating"]).predict(theirs)
    labels = np.where(stars < settings.negative_rating_maximum + 0.5, -1, 1)
    is_between = (labels == 1) & (stars < settings.positive_rating_minimum - 0.5)
    return Read(np.clip((stars - 3) / 2, -1, 1), np.where(is_between, 0, labels))


def _weighted_words(
    language: str, settings: SentimentSettings, known: pd.DataFrame, texts: pd.DataFrame
) -> tuple[csr_matrix, csr_matrix]:
    has_no_blanks = language in _WITHOUT_BLANKS
    words = TfidfVectorizer(
        analyzer="char" if has_no_blanks else "word",
        ngram_range=(1, 3) if has_no_blanks else (1, 2),
        token_pattern=_WORDS,
        min_df=2,
        max_features=settings.maximum_feature_count,
        sublinear_tf=True,
    )
    return csr_matrix(words.fit_transform(known["text"])), csr_matrix(words.transform(texts["text"]))
