"""The common course of jobs that predict an outcome: refuse or fit, evaluate on rows not seen, compare, decide."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from numpy.typing import NDArray

from ml.competition.course import Evaluate, Ranking, chosen_from, evaluated, finite
from ml.competition.gate import decide
from ml.competition.results import Candidate, Competition, Model, Refused, Result
from ml.competition.thresholds import SupervisedGate
from ml.data.features import RULE_COLUMNS, model_frame, usable_columns
from ml.data.history import ShortHistory, first_day
from ml.data.snapshots import eligible
from ml.evaluation.metrics import WeightedMetric
from ml.jobs.base import Job, Rows
from ml.jobs.configuration import JobConfiguration
from ml.treatment.report import treatment_among, treatment_documents, treatment_notes
from ml.treatment.rows import with_complete_rows
from warehouse.tables.features import declared_features

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CandidateMaker = Callable[[], Candidate]
EXAMPLE_ROW_COUNT = 5


class SupervisedJob(Job[Rows, Model]):
    """Labels from the horizon after a snapshot; unless a job says otherwise, one temporal holdout of customers.

    Attributes
    ----------
    baseline_names
        The rules that every competition has.
    event_words
        What the two classes of `positives` are called in a refusal.
    """

    configuration: JobConfiguration
    gate: SupervisedGate
    baseline_names: frozenset[str]
    event_words: tuple[str, str]

    @property
    def ranking(self) -> Ranking:
        """How results are ranked; by a rank metric, because the season moves the level."""
        return Ranking(self.spec.rank_metric, self.tie_break, self.resamples)

    # ---- what a job brings ----

    @abstractmethod
    def target(self, rows: pd.DataFrame) -> NDArray:
        """What is predicted, as floats."""

    @abstractmethod
    def positives(self, rows: pd.DataFrame) -> NDArray:
        """True where the event of interest happened; both classes are needed to learn anything."""

    @abstractmethod
    def predicted(self, estimator: Model, features: pd.DataFrame) -> NDArray:
        """The figure that is evaluated: a probability or an amount per row."""

    @abstractmethod
    def metrics(self, actual: NDArray, predicted: NDArray) -> dict[str, float]:
        """All figures on the holdout; the same names for every candidate."""

    @abstractmethod
    def rank_by_weight(self, actual: NDArray, predicted: NDArray) -> WeightedMetric:
        """The primary metric in a form that can be resampled."""

    @abstractmethod
    def tie_break(self, metrics: Mapping[str, float]) -> float:
        """Lower is better; chooses among candidates whose ranking cannot be told apart."""

    @abstractmethod
    def figures(self, snapshots: Rows, result: Result, baseline: Result) -> Mapping[str, Figure]:
        """Pictures of one result."""

    def candidate_makers(self, snapshots: Rows, columns: tuple[str, ...]) -> Iterator[tuple[str, CandidateMaker]]:
        """Name and maker of every candidate, baselines first."""
        raise NotImplementedError(f"{type(self).__name__} brings neither candidate_makers nor entrants of its own")

    def extra_metrics(self, candidate: Candidate, features: pd.DataFrame, actual: NDArray) -> dict[str, float]:
        """Further figures that need the estimator itself."""
        return {}

    # ---- what a job with rows of another kind says otherwise ----

    def learned_rows(self, snapshots: Rows) -> pd.DataFrame:
        """The rows that candidates may learn from."""
        return eligible(snapshots.training)

    def judged_rows(self, snapshots: Rows) -> pd.DataFrame:
        return eligible(with_complete_rows(snapshots, self.subject).evaluation)

    def usable(self, snapshots: Rows) -> tuple[tuple[str, ...], dict[str, str]]:
        """The features that tell rows apart, and why the others do not."""
        return usable_columns(model_frame(self.learned_rows(snapshots)))

    def gate_of(self, snapshots: Rows) -> SupervisedGate:
        """What must be reached with these data."""
        return self.gate

    def entrants(
        self, snapshots: Rows, usable: tuple[str, ...], columns: tuple[str, ...]
    ) -> Iterator[tuple[str, Evaluate]]:
        """Name of every candidate, baselines first, and what fits and evaluates it.

        Parameters
        ----------
        usable
            What the models take.
        columns
            What models and rules take.
        """
        judged = self.judged_rows(snapshots)
        features, actual = self.features(judged, columns), self.target(judged)
        for name, make in self.candidate_makers(snapshots, usable):
            yield name, partial(self._evaluated, make, features, actual)

    def former_result(self, snapshots: Rows, champion: Model) -> Result[Model] | None:
        """The champion on the rows that the candidates are evaluated on; None if it has learned from them."""
        judged = self.judged_rows(snapshots)
        return self._result(Candidate("champion", False, champion), model_frame(judged), self.target(judged))

    # ---- the common course ----

    @property
    def maximum_training_row_count(self) -> int:
        return self.configuration.limits.maximum_training_row_count

    def check(self, snapshots: Rows) -> None:
        if snapshots.scoring.empty:
            raise Refused(f"Nobody has ordered anything before {snapshots.as_of_date}: there is nothing to learn from.")
        snapshots, limits = with_complete_rows(snapshots, self.subject), self.configuration.limits
        scoring = eligible(snapshots.scoring)
        _require_count(len(scoring), limits.minimum_customer_count, f"as of {snapshots.as_of_date}")
        self._check_history(snapshots)
        for role, rows in (
            ("training", eligible(snapshots.training)),
            ("evaluation", eligible(snapshots.evaluation)),
        ):
            customers = rows["customer_id"].nunique()
            _require_count(customers, limits.minimum_customer_count, f"in the {role} snapshots")
            self._check_classes(rows, role)
        if not self.usable(snapshots)[0]:
            raise Refused("Every feature is constant over the training snapshots: nothing to learn from.")

    def _check_history(self, snapshots: Rows) -> None:
        for role, rows in (("training", snapshots.training), ("evaluation", snapshots.evaluation)):
            if rows.empty:
                history = self._history(snapshots, days_back=2 * snapshots.label_horizon_days)
                raise Refused(f"The history is too short: {history.words('orders', role)}")

    def _history(self, snapshots: Rows, days_back: int) -> ShortHistory:
        first = first_day(snapshots.scoring["first_order_date"])
        return ShortHistory(snapshots.as_of_date, snapshots.history_began_on or first, first, days_back)

    def _check_classes(self, rows: pd.DataFrame, role: str) -> None:
        positives = self.positives(rows)
        for count, what in ((positives.sum(), self.event_words[0]), ((~positives).sum(), self.event_words[1])):
            if count < self.configuration.limits.minimum_class_count:
                raise Refused(
                    f"Only {int(count)} of {len(rows)} {role} rows {what}; "
                    f"{self.configuration.limits.minimum_class_count} are needed."
                )

    def input_columns(self, snapshots: Rows) -> tuple[str, ...]:
        varying = self.usable(with_complete_rows(snapshots, self.subject))[0]
        return tuple(name for name in declared_features("customers") if name in varying or name in RULE_COLUMNS)

    def compete(self, snapshots: Rows, champion: Model | None, only: Collection[str] = ()) -> Competition[Model]:
        """As every job; with `only`, of all models those of these names, beside the rules.

        Raises
        ------
        ClienteleError
            If there is no model of such a name.
        """
        snapshots = with_complete_rows(snapshots, self.subject)
        usable, dropped = self.usable(snapshots)
        columns, ranking = self.input_columns(snapshots), self.ranking
        entrants = chosen_from(self.name, self.entrants(snapshots, usable, columns), only, self.baseline_names)
        results, failures = evaluated(self.name, entrants)
        former = None if champion is None else self.former_result(snapshots, champion)
        contender, baseline = ranking.contender(results), ranking.best_baseline(results)
        comparison = ranking.comparison(contender, baseline, former, has_champion=champion is not None)
        treatment = treatment_among(results)
        return Competition(
            results=tuple(results),
            failures=failures,
            decision=decide(self.gate_of(snapshots), comparison),
            columns=columns,
            dropped_columns=dropped,
            example=self.features(self._examples(snapshots), columns),
            figures={r.name: self.figures(snapshots, r, baseline) for r in (contender, baseline) if r is not None},
            champion_metrics=({} if former is None else {f"champion_{n}": v for n, v in former.metrics.items()}),
            documents=treatment_documents(treatment),
            notes=treatment_notes(treatment),
        )

    def _examples(self, snapshots: Rows) -> pd.DataFrame:
        """A few rows that a model could be given; those of the holdout where there are none to learn from."""
        learned = self.learned_rows(snapshots)
        return (self.judged_rows(snapshots) if learned.empty else learned).tail(EXAMPLE_ROW_COUNT)

    def _evaluated(self, make: CandidateMaker, features: pd.DataFrame, actual: NDArray) -> Result:
        return self._result(make(), features, actual)

    def _result(self, candidate: Candidate, features: pd.DataFrame, actual: NDArray) -> Result:
        predicted = finite(self.predicted(candidate.estimator, features))
        metrics = self.metrics(actual, predicted) | self.extra_metrics(candidate, features, actual)
        return Result(candidate, metrics, predicted, self.rank_by_weight(actual, predicted))


def _require_count(count: int, minimum: int, where: str) -> None:
    if count < minimum:
        raise Refused(f"Only {count} eligible customers {where}; {minimum} are needed.")
