"""The columns `reasons` (for users) and `reason_codes` (for programs) of the score tables."""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
import pandas as pd

from ml.competition.results import Estimator
from ml.configuration import load_configuration
from ml.contributions.pipelines import contributions_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.contributions.typical import background_sample, typical_customer
from ml.explanations.configuration import ReasonsConfiguration
from ml.explanations.topics import Topics
from ml.explanations.wording import is_missing
from ml.jobs.base import Job
from warehouse.jobs.spec import Directions

log = logging.getLogger(__name__)

# Maximum number of customers with which scores are compared.
_BACKGROUND_ROW_COUNT = 10_000
# Smaller contributions are rounding errors.
_SMALLEST_PART = 1e-9


def explained(
    job: Job, estimator: Estimator, features: pd.DataFrame, others: pd.DataFrame | None = None
) -> Contributions:
    """Contributions to the scores of these rows, one row per row.

    Parameters
    ----------
    others
        The rows that they are compared with; by default each other.
    """
    background = background_sample(features if others is None else others, _BACKGROUND_ROW_COUNT)
    orders = Orders(_configuration().general_method.pair_count, job.random_seed)
    return contributions_of(estimator, features, background, orders)


def reason_columns(
    job: Job, estimator: Estimator, features: pd.DataFrame, index: pd.Index, others: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The columns `reasons` and `reason_codes`, one row per row of `features`, with the given index.

    If contributions cannot be computed, the columns are empty, the error is logged, and the scores gate warns. Jobs
    whose score table has no such columns (segmentation) get none. `others` as in `explained`.
    """
    if job.spec.reasons is None:
        return pd.DataFrame(index=index)
    try:
        contributions = explained(job, estimator, features, others)
        return worded(contributions, features, job.spec.reasons, others).set_index(index)
    except Exception:
        log.exception(
            "The reasons of the %s scores could not be computed; the scores are written without them.", job.name
        )
        return pd.DataFrame({"reasons": None, "reason_codes": None}, index=index, dtype=object)


def worded(
    contributions: Contributions, features: pd.DataFrame, directions: Directions, others: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Select the topics with the largest contributions of each row that make sense, and put them into words.

    Parameters
    ----------
    features
        The explained rows, in the order of the contributions.
    directions
        Words for higher and lower scores, and what a higher one means.
    others
        As in `explained`.
    """
    configuration = _configuration()
    others = features if others is None else others
    typical = typical_customer(background_sample(others, _BACKGROUND_ROW_COUNT))
    topics = Topics(configuration, contributions, features, typical, directions.higher_means, others=others)
    moved = topics.strength
    order = np.argsort(-np.abs(moved), axis=1, kind="stable")
    least = np.maximum(configuration.smallest_share * np.abs(moved).sum(axis=1), _SMALLEST_PART)
    reasons, codes = [], []
    for row in range(len(features)):
        sentences: list[str] = []
        coded: list[dict[str, object]] = []
        passed_over: list[int] = []
        for number in order[row]:
            if abs(moved[row, number]) < least[row] or len(sentences) == configuration.maximum_reason_count:
                break
            words = topics.words(row, number)
            if words is None:
                passed_over.append(number)
                continue
            sentences.append(f"{directions.raises if moved[row, number] > 0 else directions.lowers} {words}")
            coded.append(_code(topics, row, number))
        without = _without_reason(configuration, topics, row, passed_over)
        reasons.append("; ".join(sentences) or without)
        codes.append(json.dumps(coded, ensure_ascii=False))
    return pd.DataFrame({"reasons": reasons, "reason_codes": codes}, dtype=object)


def _without_reason(configuration: ReasonsConfiguration, topics: Topics, row: int, passed_over: list[int]) -> str:
    """The text of a score without reasons; `passed_over` are the topics that could give none, strongest first."""
    if not passed_over:
        return configuration.no_reason
    return topics.shared_words(row, passed_over[0]) or configuration.no_simple_reason


def _code(topics: Topics, row: int, number: int) -> dict[str, object]:
    column = topics.leader[row, number]
    name = topics.features[column]
    return {
        "feature": name,
        "value": _plain(topics.sentences.features[name][row]),
        "typical": _plain(topics.sentences.typical[name]),
        "contribution": round(float(topics.parts[row, column]), 4),
        "topic": topics.names[number],
        "topic_contribution": round(float(topics.strength[row, number]), 4),
    }


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
