"""The columns `reasons` (for users) and `reason_codes` (for programs) of the score tables."""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Estimator
from ml.configuration import load_configuration
from ml.contributions.pipelines import contributions_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.contributions.typical import background_sample, typical_customer
from ml.explanations.configuration import ReasonsConfiguration
from ml.explanations.wording import Sentences, is_missing
from ml.jobs.base import Job
from warehouse.jobs.spec import Directions

log = logging.getLogger(__name__)

# Maximum number of customers with which scores are compared.
_BACKGROUND_ROW_COUNT = 10_000
# Smaller contributions are rounding errors.
_SMALLEST_PART = 1e-9


def explained(job: Job, estimator: Estimator, features: pd.DataFrame) -> Contributions:
    """Contributions to the scores of these rows, compared with each other; one row per row."""
    background = background_sample(features, _BACKGROUND_ROW_COUNT)
    orders = Orders(_configuration().general_method.pair_count, job.random_seed)
    return contributions_of(estimator, features, background, orders)


def reason_columns(job: Job, estimator: Estimator, features: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """The columns `reasons` and `reason_codes`, one row per row of `features`, with the given index.

    If contributions cannot be computed, the columns are empty, the error is logged, and the scores gate warns. Jobs
    whose score table has no such columns (segmentation) get none.
    """
    if job.spec.reasons is None:
        return pd.DataFrame(index=index)
    try:
        contributions = explained(job, estimator, features)
        return worded(contributions, features, job.spec.reasons).set_index(index)
    except Exception:
        log.exception(
            "The reasons of the %s scores could not be computed; the scores are written without them.", job.name
        )
        return pd.DataFrame({"reasons": None, "reason_codes": None}, index=index, dtype=object)


def worded(contributions: Contributions, features: pd.DataFrame, directions: Directions) -> pd.DataFrame:
    """Select the topics with the largest contributions of each row, and put them into words.

    Parameters
    ----------
    features
        The explained rows, in the order of the contributions.
    directions
        Words for higher and lower scores.
    """
    configuration = _configuration()
    typical = typical_customer(features)
    sentences = Sentences(configuration, features, typical)
    topics, strength, leader = _topics(contributions, sentences)
    order = np.argsort(-np.abs(strength), axis=1, kind="stable")[:, : configuration.maximum_reason_count]
    least = np.maximum(configuration.smallest_share * np.abs(strength).sum(axis=1), _SMALLEST_PART)
    parts, names = contributions.values.to_numpy(), list(features.columns)
    standard = {name: _plain(value) for name, value in typical.items()}
    reasons, codes = [], []
    for row in range(len(features)):
        sentences_of_row, coded = [], []
        for topic in order[row]:
            moved = strength[row, topic]
            if abs(moved) < least[row]:
                break
            column = leader[row, topic]
            name = names[column]
            sentences_of_row.append(
                f"{directions.raises if moved > 0 else directions.lowers} {sentences.of(name, row)}"
            )
            coded.append(
                {
                    "feature": name,
                    "value": _plain(sentences.features[name][row]),
                    "typical": standard[name],
                    "contribution": round(float(parts[row, column]), 4),
                    "topic": topics[topic],
                    "topic_contribution": round(float(moved), 4),
                }
            )
        reasons.append("; ".join(sentences_of_row) or configuration.no_reason)
        codes.append(json.dumps(coded, ensure_ascii=False))
    return pd.DataFrame({"reasons": reasons, "reason_codes": codes}, dtype=object)


def _topics(contributions: Contributions, sentences: Sentences) -> tuple[list[str], NDArray, NDArray]:
    """The topics, their contributions to each score, and the leading feature of each, by row and topic."""
    names = list(contributions.values.columns)
    topic_of = [sentences.topic(name) for name in names]
    topics = list(dict.fromkeys(topic_of))
    parts = contributions.values.to_numpy()
    strength = np.zeros((len(parts), len(topics)))
    leader = np.zeros((len(parts), len(topics)), dtype=int)
    for number, topic in enumerate(topics):
        columns = np.flatnonzero(np.array(topic_of) == topic)
        strength[:, number] = parts[:, columns].sum(axis=1)
        pull = parts[:, columns] * np.sign(strength[:, [number]])
        leader[:, number] = columns[np.argmax(pull, axis=1)]
    return topics, strength, leader


def _plain(value: Any) -> object:
    """A value as in JSON."""
    if is_missing(value):
        return None
    if isinstance(value, str):
        return value
    number = float(value)
    return int(number) if number == round(number) else round(number, 4)


def _configuration() -> ReasonsConfiguration:
    return load_configuration(ReasonsConfiguration, "reasons")
