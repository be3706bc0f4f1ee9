"""The columns `reasons` (for users) and `reason_codes` (for programs) of the score tables."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Estimator
from ml.configuration import load_configuration
from ml.contributions.background import Background
from ml.contributions.pipelines import contributions_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.contributions.typical import background_sample, typical_customer
from ml.explanations.configuration import ReasonsConfiguration
from ml.explanations.reason_codes import coded
from ml.explanations.topics import Topics
from ml.jobs.base import Job
from warehouse.jobs.spec import Directions

log = logging.getLogger(__name__)

# (function, arguments) → its results, in their order.
OfEach = Callable[[Callable[[slice], pd.DataFrame], Sequence[slice]], list[pd.DataFrame]]

# Maximum number of customers with which scores are compared.
_BACKGROUND_ROW_COUNT = 10_000
_ROWS_AT_A_TIME = 25_000
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


def in_turn(of_block: Callable[[slice], pd.DataFrame], blocks: Sequence[slice]) -> list[pd.DataFrame]:
    """The results of a function for one block after the other."""
    return [of_block(block) for block in blocks]


def reason_columns(
    job: Job,
    estimator: Estimator,
    features: pd.DataFrame,
    index: pd.Index,
    others: pd.DataFrame | None = None,
    *,
    of_each: OfEach = in_turn,
) -> pd.DataFrame:
    """The columns `reasons` and `reason_codes`, one row per row of `features`, with the given index.

    Many rows are explained in blocks, so that memory stays bounded.

    If contributions cannot be computed, the columns are empty, the error is logged, and the scores gate warns. Jobs
    whose score table has no such columns (segmentation) get none.

    Parameters
    ----------
    others
        As in `explained`.
    of_each
        Explains the blocks; by default one after the other.
    """
    if job.spec.reasons is None:
        return pd.DataFrame(index=index)
    try:
        if len(features) <= _ROWS_AT_A_TIME:
            contributions = explained(job, estimator, features, others)
            return worded(contributions, features, job.spec.reasons, others).set_index(index)
        blocks = [slice(start, start + _ROWS_AT_A_TIME) for start in range(0, len(features), _ROWS_AT_A_TIME)]
        everyone = Background(features if others is None else others)
        background_sample(everyone, _BACKGROUND_ROW_COUNT)  # is kept: copies of this process need not draw it again
        of_block = partial(_of_block, job, estimator, features, everyone)
        return pd.concat(of_each(of_block, blocks), ignore_index=True).set_index(index)
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
    others = others if isinstance(others, Background) else Background(others)
    typical = typical_customer(background_sample(others, _BACKGROUND_ROW_COUNT))
    topics = Topics(configuration, contributions, features, typical, directions.higher_means, others=others)
    return _worded(configuration, topics, directions)


def _of_block(
    job: Job, estimator: Estimator, features: pd.DataFrame, others: pd.DataFrame, block: slice
) -> pd.DataFrame:
    rows = features.iloc[block].reset_index(drop=True)
    # pyrefly: ignore[bad-argument-type] (asked of jobs with reasons only)
    return worded(explained(job, estimator, rows, others), rows, job.spec.reasons, others)


def _worded(configuration: ReasonsConfiguration, topics: Topics, directions: Directions) -> pd.DataFrame:
    """Topics are asked in the order of their strength, all rows whose next one is the same at once."""
    moved = topics.strength
    row_count, topic_count = moved.shape
    order = np.argsort(-np.abs(moved), axis=1, kind="stable")
    least = np.maximum(configuration.smallest_share * np.abs(moved).sum(axis=1), _SMALLEST_PART)
    sentences: list[list[str]] = [[] for _ in range(row_count)]
    codes: list[list[str]] = [[] for _ in range(row_count)]
    reason_count, passed_over = np.zeros(row_count, dtype=int), np.full(row_count, -1)
    left = np.arange(row_count)
    for place in range(topic_count):
        number_of = order[left, place]
        is_strong = np.abs(moved[left, number_of]) >= least[left]
        left, number_of = left[is_strong], number_of[is_strong]
        for number in np.unique(number_of):
            rows = left[number_of == number]
            words = topics.words(number, rows)
            is_said = words != None  # noqa: E711 - elementwise
            silent, rows = rows[~is_said], rows[is_said]
            passed_over[silent[passed_over[silent] < 0]] = number
            reason_count[rows] += 1
            starts = [directions.raises if rises else directions.lowers for rises in (moved[rows, number] > 0).tolist()]
            told = zip(rows.tolist(), starts, words[is_said], coded(topics, number, rows), strict=True)
            for row, start, said, code in told:
                sentences[row].append(f"{start} {said}")
                codes[row].append(code)
        left = left[reason_count[left] < configuration.maximum_reason_count]
    without = _without_reason(configuration, topics, passed_over)
    reasons = ["; ".join(told) or other for told, other in zip(sentences, without, strict=True)]
    return pd.DataFrame({"reasons": reasons, "reason_codes": [f"[{', '.join(one)}]" for one in codes]}, dtype=object)


def _without_reason(configuration: ReasonsConfiguration, topics: Topics, passed_over: NDArray) -> NDArray:
    """The text of each row's score if it has no reasons, shape (n_rows,).

    Parameters
    ----------
    passed_over
        The strongest topic of each row that could give none; −1 without one.
    """
    texts = np.full(len(passed_over), configuration.no_reason, dtype=object)
    for number in np.unique(passed_over[passed_over >= 0]):
        rows = np.flatnonzero(passed_over == number)
        shared = topics.shared_words(number, rows)
        texts[rows] = [words or configuration.no_simple_reason for words in shared]
    return texts


def _configuration() -> ReasonsConfiguration:
    return load_configuration(ReasonsConfiguration, "reasons")
