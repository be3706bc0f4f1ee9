"""Ways to tell the sentiment of texts of one language: rules, and models that learn it from stars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

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


@dataclass(frozen=True)
class Lesson:
    """Rated texts to learn from, and texts to read; both with `text`, `lexicon_score`, `class_`."""

    known: pd.DataFrame
    texts: pd.DataFrame
    language: str
    settings: SentimentSettings

    @cached_property
    def words(self) -> tuple[csr_matrix, csr_matrix]:
        """TF-IDF weights of both, by the words of the first: made once for all readers."""
        return _weighted_words(self)


Reader = Callable[[Lesson], Read]


def classes_of(ratings: pd.Series, settings: SentimentSettings) -> NDArray:
    """−1, 0 or 1 for each rating, shape (n_texts,)."""
    is_positive = ratings >= settings.positive_rating_minimum
    return np.where(is_positive, 1, np.where(ratings <= settings.negative_rating_maximum, -1, 0))


def rules(language: str) -> Mapping[str, Reader]:
    """The rules by name: the class of most texts, and the lexicon where the language has one."""
    named: dict[str, Reader] = {MAJORITY: _majority}
    if language in LEXICONS:
        named[LEXICONS[language]] = _by_lexicon
    return named


def models(language: str) -> Mapping[str, Reader]:
    """The models by name."""
    named: dict[str, Reader] = {LOGISTIC: _logistic, RIDGE: _ridge}
    return named | ({LOGISTIC_WITH_LEXICON: _logistic_with_lexicon} if language in LEXICONS else {})


def _majority(lesson: Lesson) -> Read:
    counts = lesson.known["class_"].value_counts()
    label = max(_LABELS, key=lambda one: (counts.get(one, 0), one))
    return Read(np.full(len(lesson.texts), float(label)), np.full(len(lesson.texts), label))


def _by_lexicon(lesson: Lesson) -> Read:
    scores = lesson.texts["lexicon_score"].to_numpy()
    return Read(scores, lexicon_labels(scores, lesson.language))


def _logistic(lesson: Lesson) -> Read:
    """Logistic regression in which the three classes weigh the same; the score is P(positive) − P(negative)."""
    return _by_logistic(*lesson.words, lesson)


def _logistic_with_lexicon(lesson: Lesson) -> Read:
    """The same with the lexicon's score beside the words."""
    ours, theirs = (
        csr_matrix(hstack([words, csr_matrix(frame[["lexicon_score"]].to_numpy())]))
        for words, frame in zip(lesson.words, (lesson.known, lesson.texts), strict=True)
    )
    return _by_logistic(ours, theirs, lesson)


def _by_logistic(ours: csr_matrix, theirs: csr_matrix, lesson: Lesson) -> Read:
    model = LogisticRegression(C=lesson.settings.inverse_regularisation, class_weight="balanced", max_iter=500)
    found = model.fit(ours, lesson.known["class_"]).predict_proba(theirs)
    column = {int(label): at for at, label in enumerate(model.classes_)}
    return Read(found[:, column[1]] - found[:, column[-1]], model.classes_[found.argmax(axis=1)])


def _ridge(lesson: Lesson) -> Read:
    """Linear regression on the stars; a label where the stars come nearer to its class than to three."""
    ours, theirs = lesson.words
    settings = lesson.settings
    model = Ridge(alpha=settings.ridge_penalty, solver="sparse_cg", tol=1e-6).fit(ours, lesson.known["rating"])
    stars = model.predict(theirs)
    labels = np.where(stars < settings.negative_rating_maximum + 0.5, -1, 1)
    is_between = (labels == 1) & (stars < settings.positive_rating_minimum - 0.5)
    return Read(np.clip((stars - 3) / 2, -1, 1), np.where(is_between, 0, labels))


def _weighted_words(lesson: Lesson) -> tuple[csr_matrix, csr_matrix]:
    has_no_blanks = lesson.language in _WITHOUT_BLANKS
    words = TfidfVectorizer(
        analyzer="char" if has_no_blanks else "word",
        ngram_range=(1, 3) if has_no_blanks else (1, 2),
        token_pattern=_WORDS,
        min_df=2,
        max_features=lesson.settings.maximum_feature_count,
        sublinear_tf=True,
    )
    ours = csr_matrix(words.fit_transform(lesson.known["text"]))
    return ours, csr_matrix(words.transform(lesson.texts["text"]))
