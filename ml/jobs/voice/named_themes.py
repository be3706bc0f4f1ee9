"""Ids and names of themes that stay from run to run: a theme that is found again keeps both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ml.jobs.voice.configuration import ThemeSettings
from ml.jobs.voice.themes import Themes

_NAMES_CHECKED_AGAINST = 2  # a name holds while its words are among so many times the key words
_KEPT_WEIGHTS = 40  # words of a theme that are written down for the next run


@dataclass(frozen=True)
class NamedTheme:
    """A theme: its id, its name, its key words in order, and its word weights as they are written down."""

    theme_id: str
    name: str
    key_words: tuple[str, ...]
    word_weights: str


@dataclass(frozen=True)
class FormerThemes:
    """The themes of the former run, and the highest number that was ever given."""

    rows: pd.DataFrame  # theme_id, theme_name, word_weights
    highest: int


def former_themes(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> FormerThemes:
    """The themes of the newest scoring up to the date; none in the first run."""
    try:
        rows = connection.execute(
            "select as_of_date, theme_id, theme_name, word_weights from scores.feedback_themes "
            "where as_of_date <= ? and status = 'scored' order by as_of_date, theme_id",
            [as_of_date],
        ).df()
    except (duckdb.CatalogException, duckdb.BinderException):
        rows = pd.DataFrame(columns=["as_of_date", "theme_id", "theme_name", "word_weights"])
    highest = max((int(one.removeprefix("T")) for one in rows["theme_id"]), default=0)
    return FormerThemes(rows[rows["as_of_date"] == rows["as_of_date"].max()], highest)


def name_themes(themes: Themes, former: FormerThemes, settings: ThemeSettings) -> list[NamedTheme]:
    """Name the themes in their order.

    A theme is one of the former run where the cosine of their word weights is high enough (Hungarian method); it keeps
    the id, and the name while its words are still among the first. Others get new numbers and are named by
    the words that weigh much and are the theme's own.
    """
    own = themes.word_weights**2 / np.maximum(themes.word_weights.sum(axis=0), 1e-12)
    matched = _matched(themes, former.rows, settings.minimum_similarity)
    named: list[NamedTheme] = []
    highest = former.highest
    for number in range(len(themes.word_weights)):
        order = np.argsort(-own[number], kind="stable")
        first = [str(themes.words[at]) for at in order[: _NAMES_CHECKED_AGAINST * settings.key_word_count]]
        name = ", ".join(first[: settings.name_word_count])
        if number in matched:
            theme_id, kept = former.rows.iloc[matched[number]][["theme_id", "theme_name"]]
            name = kept if set(kept.split(", ")) <= set(first) else name
        else:
            highest += 1
            theme_id = f"T{highest:03d}"
        written = _written(themes.words, themes.word_weights[number])
        named.append(NamedTheme(theme_id, name, tuple(first[: settings.key_word_count]), written))
    return named


def _matched(themes: Themes, former: pd.DataFrame, minimum_similarity: float) -> dict[int, int]:
    """Position of a theme → position of the former one that it is."""
    if former.empty:
        return {}
    at = {str(word): position for position, word in enumerate(themes.words)}
    theirs = np.array([_read(text, at) for text in former["word_weights"]])
    similarity = themes.word_weights @ theirs.T
    rows, columns = linear_sum_assignment(-similarity)
    pairs = zip(rows, columns, strict=True)
    return {int(one): int(other) for one, other in pairs if similarity[one, other] >= minimum_similarity}


def _written(words: NDArray, weights: NDArray) -> str:
    order = np.argsort(-weights, kind="stable")[:_KEPT_WEIGHTS]
    kept = {str(words[at]): round(float(weights[at]), 4) for at in order if weights[at] > 0}
    return json.dumps(kept, ensure_ascii=False)


def _read(text: str, at: dict[str, int]) -> NDArray:
    weights = np.zeros(len(at))
    for word, weight in json.loads(text).items():
        if word in at:
            weights[at[word]] = weight
    return weights
