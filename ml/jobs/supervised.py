"""The course of jobs that predict an outcome: checks, fitting, evaluation on a holdout, comparison, decision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import partial

import duckdb
import pandas as pd
from numpy.typing import NDArray

from ml.competition.course import Evaluate, chosen_from, evaluated, finite, fitted_again
from ml.competition.ranking import Ranking
from ml.competition.results import ByWeight, Candidate, Competition, Model, Refused, Result
from ml.competition.thresholds import SupervisedGate
from ml.contributions.background import Background
from ml.data.dated_rows import eligible
from ml.data.features import RULE_COLUMNS, model_frame, usable_columns
from ml.data.outcome_levels import outcome_levels
from ml.data.personal import barred
from ml.estimators.search import Chosen
from ml.jobs.base import Rows
from ml.jobs.configuration import JobConfiguration
from ml.jobs.enough_data import require_both_classes, require_customers, require_history
from ml.jobs.outcome import OutcomeJob
from ml.treatment.report import treatment_among, treatment_documents, treatment_notes
from ml.treatment.rows import with_complete_rows
from warehouse.base.definitions import Definitions
from warehouse.tables.features import declared_features

CandidateMaker = Callable[[], Candidate]
# The recipe of a candidate → it, fitted on more rows; None if it was already.
Refit = Callable[[str], Candidate[Model] | None]


class SupervisedJob(OutcomeJob[Rows, Model]):
    """A job with labels from the horizon after a snapshot; by default with one temporal holdout of customers."""

    configuration: JobConfiguration
    gate: SupervisedGate
    horizon_days: int
    error_name: str

    @property
    def ranking(self) -> Ranking:
        """How results are ranked: by a rank metric, because the level depends on the season."""
        return Ranking(self.spec.rank_metric, self.error_name, self.resamples)

    # ---- what a job defines ----

    def candidate_makers(
        self, snapshots: Rows, columns: tuple[str, ...], found: dict[str, Chosen] | None = None
    ) -> Iterator[tuple[str, CandidateMaker]]:
        """Yield name and maker of every candidate, baselines first.

        Parameters
        ----------
        found
            Searched parameters by stage: those in it are not searched again, others are added.
        """
        raise NotImplementedError(f"{type(self).__name__} defines neither candidate_makers nor entrants")

    def extra_metrics(self, candidate: Candidate, features: pd.DataFrame, actual: NDArray) -> dict[str, float]:
        """Further metrics on the holdout that need the estimator itself."""
        return {}

    # ---- what a job with other rows overrides ----

    def read_levels(
        self, connection: duckdb.DuckDBPyConnection, as_of_date: date, definitions: Definitions
    ) -> pd.DataFrame | None:
        return outcome_levels(connection, as_of_date, self.horizon_days, definitions)

    def learned_rows(self, snapshots: Rows) -> pd.DataFrame:
        """The rows on which candidates may be fitted."""
        return eligible(snapshots.training)

    def evaluation_rows(self, snapshots: Rows) -> pd.DataFrame:
        return eligible(with_complete_rows(snapshots, self.subject).evaluation)

    def usable(self, snapshots: Rows) -> tuple[tuple[str, ...], dict[str, str]]:
        """The features that vary, and the reasons why others are dropped."""
        frame = model_frame(self.learned_rows(snapshots))
        return usable_columns(frame, barred(frame.columns, snapshots.personal_features))

    def gate_of(self, snapshots: Rows) -> SupervisedGate:
        """The thresholds of the gate for these data."""
        return self.gate

    def entrants(
        self, snapshots: Rows, usable: tuple[str, ...], columns: tuple[str, ...], found: dict[str, Chosen]
    ) -> Iterator[tuple[str, Evaluate]]:
        """Yield the name of every candidate, baselines first, and a function that fits and evaluates it.

        Parameters
        ----------
        usable
            The features of the models.
        columns
            The features of models and rules.
        found
            Takes the searched parameters.
        """
        rows = self.evaluation_rows(snapshots)
        # Models are asked once, also those of which others are made.
        features, actual = Background(self.features(rows, columns)), self.target(rows)
        for name, make in self.candidate_makers(snapshots, usable, found):
            yield name, lambda make=make: self._result(make(), features, actual)

    def refitting(self, snapshots: Rows, usable: tuple[str, ...], found: dict[str, Chosen]) -> Refit[Model]:
        """What fits a candidate by its recipe, with the parameters found, on all outcomes known at the as-of date.

        It returns None if that candidate was fitted on them already, and raises CandidateFailed if it cannot be fitted.
        What candidates share is computed once.
        """
        known = with_complete_rows(snapshots.with_known_outcomes(), self.subject, also=["scoring"])
        makers = dict(self.candidate_makers(known, usable, found))
        return lambda recipe: makers[recipe]()

    # ---- the competition ----

    @property
    def maximum_training_row_count(self) -> int:
        return self.configuration.limits.maximum_training_row_count

    @property
    def maximum_snapshot_row_count(self) -> int:
        return self.configuration.limits.maximum_snapshot_row_count

    def check(self, snapshots: Rows) -> None:
        if snapshots.scoring.empty:
            raise Refused(f"Nobody has ordered anything before {snapshots.as_of_date}: there is nothing to learn from.")
        snapshots, limits = with_complete_rows(snapshots, self.subject), self.configuration.limits
        scoring = eligible(snapshots.scoring)
        require_customers(len(scoring), limits.minimum_customer_count, f"as of {snapshots.as_of_date}")
        self._check_history(snapshots)
        for role, rows in (
            ("training", eligible(snapshots.training)),
            ("evaluation", eligible(snapshots.evaluation)),
        ):
            customers = rows["customer_id"].nunique()
            require_customers(customers, limits.minimum_customer_count, f"in the {role} snapshots")
            self._check_classes(rows, role)
        if not self.usable(snapshots)[0]:
            raise Refused("Every feature is constant over the training snapshots: nothing to learn from.")

    def _check_history(self, snapshots: Rows) -> None:
        require_history(snapshots)

    def _check_classes(self, rows: pd.DataFrame, role: str) -> None:
        require_both_classes(
            self.positives(rows), self.event_words, self.configuration.limits.minimum_class_count, role
        )

    def input_columns(self, snapshots: Rows) -> tuple[str, ...]:
        varying = self.usable(with_complete_rows(snapshots, self.subject))[0]
        return tuple(name for name in declared_features("customers") if name in varying or name in RULE_COLUMNS)

    def compete(
        self, snapshots: Rows, champion: Candidate[Model] | None, only: Collection[str] = ()
    ) -> Competition[Model]:
        """As in every job; with `only`, the models of these names and the baselines.

        The champion competes as its recipe, fitted on the same rows as the others: the champion itself has seen a part
        of the holdout. Once somebody is chosen, the recipe is fitted again on all outcomes known at the as-of date, and
        this is what serves; metrics, predictions and figures are of the holdout.

        Raises
        ------
        ClienteleError
            If `only` names a model that does not exist.
        """
        snapshots = with_complete_rows(snapshots, self.subject)
        usable, dropped = self.usable(snapshots)
        columns = self.input_columns(snapshots)
        found: dict[str, Chosen] = {}
        entrants = chosen_from(self.name, self.entrants(snapshots, usable, columns, found), only, self.baseline_names)
        results, failures = evaluated(self.name, entrants)
        is_model = champion is not None and not champion.is_baseline
        former = next((one for one in results if is_model and champion and one.name == champion.name), None)
        contest = self.ranking.contest(self.gate_of(snapshots), results, former, has_champion=is_model)
        decision = contest.decision()
        may_serve = {decision.serving, decision.baseline}
        refit = self.refitting(snapshots, usable, found)
        results = [
            fitted_again(self.name, one, partial(refit, one.recipe), snapshots.as_of_date)
            if one.name in may_serve
            else one
            for one in results
        ]
        treatment = treatment_among(results)
        actual = self.target(self.evaluation_rows(snapshots))
        return Competition(
            results=tuple(results),
            failures=failures,
            decision=decision,
            columns=columns,
            dropped_columns=dropped,
            example=snapshots.scoring,
            figures={
                result.name: self.figures(snapshots, result, contest.baseline)
                for result in (contest.contender, contest.baseline)
                if result is not None
            },
            tables={result.name: self.tables(actual, result) for result in results},
            champion_metrics=({} if former is None else {f"champion_{n}": v for n, v in former.metrics.items()}),
            documents=treatment_documents(treatment),
            notes=treatment_notes(treatment),
            gains=contest.gains,
        )

    def _result(self, candidate: Candidate, features: pd.DataFrame, actual: NDArray) -> Result:
        predicted = finite(self.predicted(candidate.estimator, features))
        metrics = self.metrics(actual, predicted) | self.extra_metrics(candidate, features, actual)
        ranked, erred = self.rank_by_weight(actual, predicted), self.error_by_weight(actual, predicted)
        by_weight = ByWeight(ranked, erred, len(actual))
        return Result(candidate, metrics, predicted, by_weight)
