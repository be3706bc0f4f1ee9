"""Everything that is made of the texts known before a date; both jobs show parts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.voice.configuration import VoiceConfiguration
from ml.jobs.voice.languages import detect_languages
from ml.jobs.voice.named_themes import NamedTheme, former_themes, name_themes
from ml.jobs.voice.sentiment import Sentiments, read_sentiments
from ml.jobs.voice.texts import read_texts
from ml.jobs.voice.themes import Themes, find_themes
from ml.jobs.voice.words import weigh_words

SECOND_SHARE = 0.25  # of a text, from which on a second theme is told


@dataclass(frozen=True)
class Analysis:
    """The texts with `language_code`, sentiment and themes (`theme_id`, `theme_name`, `second_theme_id`).

    Attributes
    ----------
    themes
        None: the texts are too few.
    named
        Its themes, in their order.
    """

    texts: pd.DataFrame
    sentiments: Sentiments
    themes: Themes | None
    named: list[NamedTheme]


def analyse(connection: duckdb.DuckDBPyConnection, as_of_date: date, configuration: VoiceConfiguration) -> Analysis:
    """Read the texts and find languages, sentiment and themes.

    Raises
    ------
    Refused
        If there are no texts.
    """
    texts = read_texts(connection, as_of_date, configuration.maximum_characters)
    texts["language_code"] = detect_languages(list(texts["text"]), configuration.language)
    sentiments = read_sentiments(texts, configuration)
    settings, former = configuration.themes, former_themes(connection, as_of_date)
    themes = find_themes(weigh_words(texts, configuration), settings, configuration.random_seed, len(former.rows))
    named = [] if themes is None else name_themes(themes, former, settings)
    texts = texts.join(sentiments.rows).join(_main_themes(texts.index, themes, named))
    return Analysis(texts, sentiments, themes, named)


def _main_themes(index: pd.Index, themes: Themes | None, named: list[NamedTheme]) -> pd.DataFrame:
    columns = ["theme_id", "theme_name", "second_theme_id", "theme_position"]
    if themes is None:
        return pd.DataFrame(None, index=index, columns=columns, dtype=object)
    order = np.argsort(-themes.shares, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1]
    ids, names = [one.theme_id for one in named], [one.name for one in named]
    at = np.arange(len(index))
    has_first, has_second = themes.shares[at, first] > 0, themes.shares[at, second] >= SECOND_SHARE
    return pd.DataFrame(
        {
            "theme_id": _where(has_first, ids, first),
            "theme_name": _where(has_first, names, first),
            "second_theme_id": _where(has_second, ids, second),
            "theme_position": np.where(has_first, first, -1),
        },
        index=index,
    )


def _where(has: NDArray, values: Sequence[str], positions: NDArray) -> list[str | None]:
    return [values[at] if told else None for at, told in zip(positions, has, strict=True)]
