"""The common course of churn and lifetime value: refuse or fit, judge on the holdout, decide."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from ml.competition.gate import Contest, Standing, decide
from ml.competition.progress import told
from ml.competition.results import Candidate, CandidateFailed, Competition, Decision, Refused, Result
from ml.competition.thresholds import SupervisedGate
from ml.data.features import FEATURE_COLUMNS, RULE_COLUMNS, model_frame, usable_columns
from ml.data.history import ShortHistory, first_day
from ml.data.snapshots import Snapshots, eligible
from ml.evaluation.bootstrap import Interval, paired_difference
from ml.evaluation.metrics import WeightedMetric
from ml.jobs.base import Job
from ml.jobs.configuration import ChurnConfiguration, LifetimeValueConfiguration
from ml.treatment.report import treatment_among, treatment_documents, treatment_notes
from ml.treatment.rows import with_complete_rows
from warehouse.base.errors import ClienteleError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CandidateMaker = Callable[[], Candidate]
EXAMPLE_ROW_COUNT = 5


class SupervisedJob(Job):
    """Churn and lifetime value: labels from the horizon after a snapshot, one temporal holdout.

    Attributes
    ----------
    baseline_names
        The rules that every competition has.
    is_further
        It stands for a further horizon of another job.
    """

    configuration: ChurnConfiguration | LifetimeValueConfiguration
    gate: SupervisedGate
    baseline_names: frozenset[str]
    is_further = False

    @property
    def primary_metric(self) -> str:
        """Ranks the candidates; a rank metric, because the season moves the level."""
        return self.spec.rank_metric

    # ---- what a job brings ----

    @abstractmethod
    def target(self, rows: pd.DataFrame) -> NDArray:
        """What is predicted, as floats."""

    @abstractmethod
    def happened(self, rows: pd.DataFrame) -> NDArray:
        """True where the event of interest happened; both classes are needed to learn anything."""

    @abstractmethod
    def candidate_makers(self, snapshots: Snapshots, columns: tuple[str, ...]) -> Iterator[tuple[str, CandidateMaker]]:
        """Name and maker of every candidate, baselines first."""

    @abstractmethod
    def predicted(self, estimator: BaseEstimator, features: pd.DataFrame) -> NDArray:
        """The figure that is judged: a probability or an amount per row."""

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
    def figures(self, snapshots: Snapshots, result: Result, baseline: Result) -> Mapping[str, Figure]:
        """Pictures of one result."""

    def judged_rows(self, snapshots: Snapshots) -> pd.DataFrame:
        return eligible(with_complete_rows(snapshots, "customers").evaluation)

    def extra_metrics(self, candidate: Candidate, features: pd.DataFrame, actual: NDArray) -> dict[str, float]:
        """Further figures that need the estimator itself."""
        return {}

    # ---- the common course ----

    @property
    def retrain_after_days(self) -> int:
        return self.configuration.retrain_after_days

    @property
    def random_seed(self) -> int:
        return self.configuration.random_seed

    @property
    def maximum_training_row_count(self) -> int:
        return self.configuration.limits.maximum_training_row_count

    def check(self, snapshots: Snapshots) -> None:
        if snapshots.scoring.empty:
            raise Refused(f"Nobody has ordered anything before {snapshots.as_of_date}: there is nothing to learn from.")
        snapshots, limits = with_complete_rows(snapshots, "customers"), self.configuration.limits
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
        if not _varying(snapshots)[0]:
            raise Refused("Every feature is constant over the training snapshots: nothing to learn from.")

    def _check_history(self, snapshots: Snapshots) -> None:
        for role, rows in (("training", snapshots.training), ("evaluation", snapshots.evaluation)):
            if rows.empty:
                history = self._history(snapshots, days_back=2 * snapshots.label_horizon_days)
                raise Refused(f"The history is too short: {history.words('orders', role)}")

    def _history(self, snapshots: Snapshots, days_back: int) -> ShortHistory:
        first = first_day(snapshots.scoring["first_order_date"])
        return ShortHistory(snapshots.as_of_date, snapshots.history_began_on or first, first, days_back)

    def _check_classes(self, rows: pd.DataFrame, role: str) -> None:
        happened = self.happened(rows)
        for count, what in ((happened.sum(), self.event_words[0]), ((~happened).sum(), self.event_words[1])):
            if count < self.configuration.limits.minimum_class_count:
                raise Refused(
                    f"Only {int(count)} of {len(rows)} {role} rows {what}; "
                    f"{self.configuration.limits.minimum_class_count} are needed."
                )

    # What the two classes of `happened` are called in a refusal.
    event_words: tuple[str, str]

    def input_columns(self, snapshots: Snapshots) -> tuple[str, ...]:
        varying = _varying(with_complete_rows(snapshots, "customers"))[0]
        return tuple(name for name in FEATURE_COLUMNS if name in varying or name in RULE_COLUMNS)

    def compete(self, snapshots: Snapshots, champion: BaseEstimator | None, only: Collection[str] = ()) -> Competition:
        """As every job; with `only`, of all models those of these names, beside the rules.

        Raises
        ------
        ClienteleError
            If there is no model of such a name.
        """
        snapshots = with_complete_rows(snapshots, "customers")
        varying, dropped = _varying(snapshots)
        columns = self.input_columns(snapshots)
        holdout = eligible(snapshots.evaluation)
        features, actual = model_frame(holdout, columns), self.target(holdout)
        results, failures = self._results(snapshots, varying, features, actual, only)
        former = None
        if champion is not None:
            former = self._result(Candidate("champion", False, champion), model_frame(holdout), actual)
        decision, contender = self._decide(results, former, actual)
        baseline = self._best(results, is_baseline=True, actual=actual)
        shown = {result.name: result for result in (contender, baseline) if result is not None}
        treatment = treatment_among(results)
        return Competition(
            results=tuple(results),
            failures=failures,
            decision=decision,
            columns=columns,
            dropped_columns=dropped,
            example=model_frame(eligible(snapshots.training).tail(EXAMPLE_ROW_COUNT), columns),
            figures={name: self.figures(snapshots, result, baseline) for name, result in shown.items()},
            champion_metrics=({} if former is None else {f"champion_{n}": v for n, v in former.metrics.items()}),
            documents=treatment_documents(treatment),
            notes=treatment_notes(treatment),
        )

    def _results(
        self,
        snapshots: Snapshots,
        columns: tuple[str, ...],
        features: pd.DataFrame,
        actual: NDArray,
        only: Collection[str],
    ) -> tuple[list[Result], dict[str, str]]:
        results, failures = [], {}
        for name, make in self._offered(snapshots, columns, only):
            try:
                with told(self.name, name):
                    results.append(self._result(make(), features, actual))
            except CandidateFailed as failure:
                failures[name] = str(failure)
        return results, failures

    def _offered(
        self, snapshots: Snapshots, columns: tuple[str, ...], only: Collection[str]
    ) -> Iterator[tuple[str, CandidateMaker]]:
        offered = list(self.candidate_makers(snapshots, columns))
        if unknown := set(only) - {name for name, _ in offered}:
            raise ClienteleError(
                f"The job {self.name} has no candidate {', '.join(sorted(unknown))}.",
                f"Choose from {', '.join(name for name, _ in offered)}.",
            )
        yield from ((name, make) for name, make in offered if not only or name in {*only, *self.baseline_names})

    def _result(self, candidate: Candidate, features: pd.DataFrame, actual: NDArray) -> Result:
        predicted = self.predicted(candidate.estimator, features)
        if not np.isfinite(predicted).all():
            raise CandidateFailed("some predictions are not finite")
        metrics = self.metrics(actual, predicted) | self.extra_metrics(candidate, features, actual)
        return Result(candidate, metrics, predicted)

    def _difference(self, first: Result, second: Result, actual: NDArray) -> Interval:
        return paired_difference(
            self.rank_by_weight(actual, first.prediction),
            self.rank_by_weight(actual, second.prediction),
            len(actual),
            self.resamples,
        )

    def _best(self, results: list[Result], *, is_baseline: bool, actual: NDArray) -> Result | None:
        """Best by rank; among those that cannot be told from it, best by the tie-break."""
        group = [result for result in results if result.candidate.is_baseline == is_baseline]
        if not group:
            return None
        first = max(group, key=lambda result: result.metrics[self.primary_metric])
        if is_baseline:
            return first
        alike = [r for r in group if r is first or self._difference(first, r, actual).lower <= 0]
        return min(alike, key=lambda result: self.tie_break(result.metrics))

    def _decide(self, results: list[Result], former: Result | None, actual: NDArray) -> tuple[Decision, Result | None]:
        contender = self._best(results, is_baseline=False, actual=actual)
        baseline = self._best(results, is_baseline=True, actual=actual)
        contest = Contest(
            metric=self.primary_metric,
            baseline=Standing(baseline.name, baseline.metrics),
            contender=contender and Standing(contender.name, contender.metrics),
            champion=former and Standing(former.name, former.metrics),
            contender_over_baseline=contender and self._difference(contender, baseline, actual),
            contender_over_champion=(self._difference(contender, former, actual) if contender and former else None),
            champion_over_baseline=former and self._difference(former, baseline, actual),
        )
        return decide(self.gate, contest), contender


def _varying(snapshots: Snapshots) -> tuple[tuple[str, ...], dict[str, str]]:
    return usable_columns(model_frame(eligible(snapshots.training)))


def _require_count(count: int, minimum: int, where: str) -> None:
    if count < minimum:
        raise Refused(f"Only {count} eligible customers {where}; {minimum} are needed.")
