"""The outcome of a competition: the candidates, their metrics, and the decision who serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import pandas as pd
from numpy.typing import NDArray

from ml.competition.states import State
from ml.evaluation.bootstrap import Interval
from ml.evaluation.metrics import WeightedMetric

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Estimator(Protocol):
    """A fitted model or rule, as scikit-learn has them."""

    # Results are arrays; typed as Any because the array of scikit-learn's stubs is not the one of numpy's.

    def predict(self, X: pd.DataFrame) -> Any:  # noqa: N803
        """A class, an amount or a segment for each row of a model frame, shape (n_rows,)."""


class Classifier(Estimator, Protocol):
    """An estimator of the probability of an event."""

    def predict_proba(self, X: pd.DataFrame) -> Any:  # noqa: N803
        """Probabilities of no event and of the event, shape (n_rows, 2)."""


Model = TypeVar("Model", bound=Estimator)


@dataclass(frozen=True)
class Candidate(Generic[Model]):
    """A fitted model (or rule) of a job.

    Attributes
    ----------
    parameters
        Settings and learned values worth comparing between runs, as plain values.
    """

    name: str
    is_baseline: bool
    estimator: Model
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ByWeight:
    """Metrics of one prediction as functions of row weights.

    Attributes
    ----------
    rank
        The primary metric; higher is better.
    error
        Of the level or of the probabilities; lower is better.
    unit_count
        How many weights they take: those of rows, or of customers where one has several.
    """

    rank: WeightedMetric
    error: WeightedMetric
    unit_count: int


@dataclass(frozen=True)
class Result(Generic[Model]):
    """A candidate with its metrics on rows it was not fitted on.

    Attributes
    ----------
    prediction
        Shape (n_rows,).
    by_weight
        For paired comparisons; None where a job compares its candidates in another way.
    recipe
        Name under which the job makes the candidate, whose own name may say what came of it.
    """

    candidate: Candidate[Model]
    metrics: dict[str, float]
    prediction: NDArray
    by_weight: ByWeight | None = None
    recipe: str = ""

    @property
    def name(self) -> str:
        return self.candidate.name

    @property
    def compared_by(self) -> ByWeight:
        """`by_weight` of a job that compares its candidates by a paired bootstrap; TypeError in one that does not."""
        if self.by_weight is None:
            raise TypeError(f"{self.name} has no metrics for given weights to be compared by")
        return self.by_weight


@dataclass(frozen=True)
class Check:
    """One condition of the gate, with the values that decided it."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Decision:
    """Who serves from now on, and why.

    Attributes
    ----------
    serving
        Candidate that is to serve; None when the champion keeps serving.
    contender
        The model that passes the gate, or comes nearest; None when none could be fitted.
    baseline
        The best sound rule, which a model must beat, and which serves where neither a model nor the champion does.
    """

    verdict: State
    reason: str
    serving: str | None
    contender: str | None
    baseline: str
    metric_name: str
    metric_value: float | None
    baseline_value: float | None
    champion_value: float | None
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Competition(Generic[Model]):
    """All candidates of one training run, the decision, and what is recorded of them.

    Attributes
    ----------
    example
        Rows of the features mart, for the signature in MLflow.
    figures
        Candidate → name → plot.
    tables
        Candidate → name → table.
    documents
        Further artefacts of the run by file name; texts are written unchanged, anything else as JSON.
    notes
        Further figures for the model card, by title.
    gains
        Candidate → its primary metric minus that of the best rule, with a paired interval, where that is measured.
    """

    results: tuple[Result[Model], ...]
    failures: Mapping[str, str]
    decision: Decision
    columns: tuple[str, ...]
    dropped_columns: Mapping[str, str]
    example: pd.DataFrame
    figures: Mapping[str, Mapping[str, Figure]]
    tables: Mapping[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)
    champion_metrics: Mapping[str, float] = field(default_factory=dict)
    documents: Mapping[str, object] = field(default_factory=dict)
    notes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    gains: Mapping[str, Interval] = field(default_factory=dict)

    def result(self, name: str | None) -> Result[Model]:
        """The result of one candidate."""
        return next(result for result in self.results if result.name == name)


class CandidateFailed(Exception):
    """A candidate could not be fitted or is unhealthy; the competition continues without it."""


class Refused(Exception):
    """The data do not allow a model; the message says why, for users."""
