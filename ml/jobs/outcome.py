"""What a job that predicts an outcome defines: the outcome, the metrics of a prediction, and pictures of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Model, Result
from ml.evaluation.metrics import WeightedMetric
from ml.jobs.base import Job, Rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class OutcomeJob(Job[Rows, Model]):
    """A job whose predictions are compared with outcomes.

    Attributes
    ----------
    event_words
        Words for the two classes of `positives` in a refusal.
    """

    event_words: tuple[str, str]

    @abstractmethod
    def target(self, rows: pd.DataFrame) -> NDArray:
        """The outcome of labelled rows as floats, shape (n_rows,)."""

    @abstractmethod
    def positives(self, rows: pd.DataFrame) -> NDArray:
        """Mask of the positive rows, shape (n_rows,); training needs both classes."""

    @abstractmethod
    def predicted(self, estimator: Model, features: pd.DataFrame) -> NDArray:
        """The prediction that is evaluated: a probability or an amount for each row, shape (n_rows,)."""

    @abstractmethod
    def metrics(self, actual: NDArray, predicted: NDArray) -> dict[str, float]:
        """All metrics on the holdout, with the same names for every candidate; arrays of shape (n_rows,)."""

    @abstractmethod
    def rank_by_weight(self, actual: NDArray, predicted: NDArray) -> WeightedMetric:
        """The primary metric as a function of row weights, which can be resampled; arrays of shape (n_rows,)."""

    @abstractmethod
    def error_by_weight(self, actual: NDArray, predicted: NDArray) -> WeightedMetric:
        """The error of the level or of the probabilities as such a function; lower is better.

        It chooses among candidates between which the primary metric shows no significant difference, and a challenger
        must not have more of it than the champion.
        """

    @abstractmethod
    def figures(self, snapshots: Rows, result: Result, baseline: Result) -> Mapping[str, Figure]:
        """Plots of one result by name."""

    def tables(self, actual: NDArray, result: Result) -> Mapping[str, pd.DataFrame]:
        """Tables of one result by name; `actual` are the outcomes of the rows that it is evaluated on."""
        return {}
