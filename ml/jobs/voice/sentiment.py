"""The sentiment of texts: per language, rules and models are measured on later texts, and the better one reads all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.data.campaign_rows import per_customer
from ml.jobs.choice import Choice, Contender, choose
from ml.jobs.voice.configuration import SentimentSettings, VoiceConfiguration
from ml.jobs.voice.languages import UNKNOWN, commonest_language
from ml.jobs.voice.lexicons import LEXICONS, lexicon_scores
from ml.jobs.voice.readers import Lesson, Read, Reader, classes_of, models, rules
from ml.jobs.voice.sentiment_figures import METRIC, class_gains, sentiment_figures

NAMES = {-1: "negative", 0: "neutral", 1: "positive"}


@dataclass(frozen=True)
class Sentiments:
    """What was made of all texts.

    Attributes
    ----------
    rows
        `sentiment_score`, `sentiment_label`, `sentiment_source`, one row per text, with the index of the texts; empty
        where nothing can read the language.
    choices
        One for each language that was judged.
    origins
        By language, origin and way: the figures.
    """

    rows: pd.DataFrame
    choices: tuple[Choice, ...]
    origins: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]


def read_sentiments(texts: pd.DataFrame, configuration: VoiceConfiguration) -> Sentiments:
    """Read the sentiment of texts with `language_code`, in the order of time."""
    settings = configuration.sentiment
    read_as = texts["language_code"].replace(UNKNOWN, commonest_language(list(texts["language_code"])))
    parts, choices, origins = [], [], {}
    for language, its in texts.groupby(read_as, sort=True):
        frame = its.assign(lexicon_score=lexicon_scores(list(its["text"]), str(language)))
        frame["class_"] = classes_of(frame["rating"], settings)
        judged = _judged(str(language), frame[frame["rating"].notna()], configuration)
        if judged is not None:
            choices.append(judged[0])
            origins[str(language)] = judged[1]
        parts.append(_read_by(_serving(str(language), judged), str(language), frame, settings))
    return Sentiments(pd.concat(parts).loc[texts.index], tuple(choices), origins)


def _serving(language: str, judged: tuple[Choice, Mapping] | None) -> str | None:
    """Who reads a language: whoever was chosen; unjudged, its lexicon."""
    return LEXICONS.get(language) if judged is None else judged[0].serving


def _judged(
    language: str, rated: pd.DataFrame, configuration: VoiceConfiguration
) -> tuple[Choice, Mapping[str, Mapping[str, Mapping[str, float]]]] | None:
    """Who reads best, judged on blocks of later texts by readers that had learned from the earlier ones only."""
    settings = configuration.sentiment
    blocks = _blocks(rated, settings)
    if not blocks:
        return None
    readers = {**rules(language), **(models(language) if _teach(blocks, settings) else {})}
    lessons = [Lesson(known, later, language, settings) for known, later in blocks]
    read = {name: [reader(lesson) for lesson in lessons] for name, reader in readers.items()}
    later = pd.concat([later for _, later in blocks])
    classes, ratings = later["class_"].to_numpy(), later["rating"].to_numpy()
    # who writes often is one unit; a text of nobody's is one of its own
    writers = later["customer_id"].fillna("text " + later["feedback_id"])
    ways = []
    for name, parts in read.items():
        whole = _joined(parts)
        figures = sentiment_figures(whole, classes, ratings)
        is_rule = name in rules(language)
        units = per_customer(class_gains(whole.labels, classes), writers)
        ways.append(Contender(name, is_rule, figures, units, _parameters(settings, is_rule=is_rule)))
    origins = {
        str(block["given_date"].iloc[0]): {
            name: sentiment_figures(parts[at], block["class_"].to_numpy(), block["rating"].to_numpy())
            for name, parts in read.items()
        }
        for at, (_, block) in enumerate(blocks)
    }
    return choose(ways, METRIC, configuration.resamples, about=language), origins


def _blocks(rated: pd.DataFrame, settings: SentimentSettings) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """For each origin the newest texts of the days before it, and those from it to the next; none: too few to judge."""
    if len(rated) < settings.minimum_rated_count:
        return []
    days = rated["given_date"]
    cuts = sorted({days.iloc[int(share * len(rated))] for share in settings.origin_shares})
    pairs = [
        (rated[days < cut].tail(settings.maximum_fit_count), rated[(days >= cut) & (days < following)])
        for cut, following in zip(cuts, [*cuts[1:], pd.Timestamp.max.date()], strict=True)
    ]
    return [(known, later) for known, later in pairs if len(known) and len(later)]


def _teach(blocks: list[tuple[pd.DataFrame, pd.DataFrame]], settings: SentimentSettings) -> bool:
    known = blocks[0][0]["class_"]
    return all((known == label).sum() >= settings.minimum_class_count for label in (-1, 1))


def _read_by(name: str | None, language: str, frame: pd.DataFrame, settings: SentimentSettings) -> pd.DataFrame:
    """All texts of a language; a model reads a rated text without having seen its rating."""
    if name is None:
        read = Read(np.full(len(frame), np.nan), np.zeros(len(frame)))
    elif name in rules(language):
        read = rules(language)[name](Lesson(frame[frame["rating"].notna()], frame, language, settings))
    else:
        read = _crosswise(models(language)[name], language, frame, settings)
    labels = [None if name is None else NAMES[int(one)] for one in read.labels]
    return pd.DataFrame(
        {"sentiment_score": read.scores, "sentiment_label": labels, "sentiment_source": name}, index=frame.index
    )


def _crosswise(reader: Reader, language: str, frame: pd.DataFrame, settings: SentimentSettings) -> Read:
    is_rated = frame["rating"].notna().to_numpy()
    rated = frame[is_rated].tail(settings.maximum_fit_count)
    fold = np.full(len(frame), settings.fold_count)  # the last: texts that nothing was learned from
    fold[frame.index.isin(rated.index)] = np.arange(len(rated)) % settings.fold_count
    scores, labels = np.zeros(len(frame)), np.zeros(len(frame), dtype=int)
    for one in np.unique(fold):
        here = fold == one
        known = rated[~rated.index.isin(frame.index[here])]
        read = reader(Lesson(known, frame[here], language, settings))
        scores[here], labels[here] = read.scores, read.labels
    return Read(scores, labels)


def _joined(parts: list[Read]) -> Read:
    return Read(np.concatenate([one.scores for one in parts]), np.concatenate([one.labels for one in parts]))


def _parameters(settings: SentimentSettings, *, is_rule: bool) -> Mapping[str, object]:
    if is_rule:
        return {}
    return {"inverse_regularisation": settings.inverse_regularisation, "ridge_penalty": settings.ridge_penalty}
