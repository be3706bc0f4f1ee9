"""Train a job: is it due, do the data allow it, who wins, and write all of it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from ml.competition import Decision, Refused
from ml.decisions import NOT_RETRAINED, REFUSED, serving_figures, write_decision
from ml.environment import quiet_environment
from ml.explanations.training_report import TrainingReport
from ml.job import Job, load_job
from ml.retraining import reason_to_train, usable_champion
from ml.snapshots import Snapshots
from ml.tracking import (
    RegisteredVersion,
    TrackingServer,
    champion_of,
    load_estimator,
    point_champion,
    record_refusal,
    record_training,
)
from ml.watching.evidence import Evidence, fix_reference, watch
from warehouse.definitions import Definitions, load_definitions
from warehouse.errors import ModelUnavailable
from warehouse.settings import Settings

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

Status = Literal["promoted", "champion_kept", "baseline_serves", "not_retrained", "refused"]


@dataclass(frozen=True)
class TrainingOutcome:
    """What came of a training, for people and for the next task.

    Attributes
    ----------
    status
        "promoted", "champion_kept" and "baseline_serves": trained, and this was decided. "not_retrained":
        the champion goes on. "refused": the data do not allow a model; former scores stay.
    candidate, model_version, metric_value
        Of what serves from now on.
    """

    job: str
    source: str
    as_of_date: date
    status: Status
    reason: str
    model_name: str
    model_version: str | None = None
    mlflow_run_id: str | None = None
    candidate: str | None = None
    metric_name: str | None = None
    metric_value: float | None = None
    baseline_name: str | None = None
    baseline_value: float | None = None
    champion_value: float | None = None


def train(  # noqa: PLR0917 - the DAG, the command and the tests call it by these names
    settings: Settings,
    job: str,
    source: str,
    as_of_date: date,
    force: bool = False,
    pipeline_run_id: str | None = None,
    definitions: Definitions | None = None,
) -> TrainingOutcome:
    """Train one job on one source as of one date, if it is due.

    Raises
    ------
    ClienteleError
        If the marts are not built for the date, a file is held, or MLflow does not answer.
    """
    definitions = definitions or load_definitions()
    horizons = {
        "churn_horizon_days": definitions.churn_horizon_days,
        "clv_horizon_days": definitions.clv_horizon_days,
    }
    with quiet_environment(settings):
        task = load_job(job, **horizons)
        snapshots = task.read_training(settings, source, as_of_date, horizons)
        return _Training(settings, task, snapshots, pipeline_run_id, definitions).run(force=force)


@dataclass(frozen=True)
class _Training:
    """One training run and what it works with."""

    settings: Settings
    job: Job
    snapshots: Snapshots
    pipeline_run_id: str | None
    definitions: Definitions

    def run(self, *, force: bool) -> TrainingOutcome:
        server = TrackingServer(self.settings)
        champion = champion_of(server, self.job, self.snapshots.source)
        evidence = watch(self.settings, server, self.job, self.snapshots, champion, self.definitions)
        try:
            self.job.check(self.snapshots)
        except Refused as refusal:
            return self._refused(server, champion, str(refusal))
        reason = reason_to_train(
            champion,
            self.snapshots.as_of_date,
            self.job.input_columns(self.snapshots),
            self.job.retrain_after_days,
            force=force,
            evidence=evidence.asks,
        )
        if reason is None and champion is not None:
            return self._not_retrained(server, champion, evidence)
        return self._trained(server, champion, f"Trained because {reason}.")

    def _trained(self, server: TrackingServer, champion: RegisteredVersion | None, why: str) -> TrainingOutcome:
        comparable = usable_champion(champion, self.snapshots.as_of_date)
        former, unloadable = _load_former(server, comparable, self.job.known_columns(self.snapshots))
        competition = self.job.compete(self.snapshots, former)
        fingerprint = self.job.fingerprint(self.snapshots)
        report = TrainingReport(self.settings, self.job, self.snapshots, competition, fingerprint)
        recorded = record_training(
            server, self.job, competition, fingerprint, self.pipeline_run_id, describe=report.describe
        )
        report.write_fairness()
        fix_reference(server, self.job, self.snapshots, competition, (recorded.champion, recorded.challenger))
        decision = competition.decision
        words = " ".join(part for part in (why, unloadable, decision.reason) if part)
        self._write(decision.verdict, words, recorded.champion, decision=decision)
        return self._outcome(decision.verdict, words, recorded.champion, decision)

    def _refused(self, server: TrackingServer, champion: RegisteredVersion | None, reason: str) -> TrainingOutcome:
        fingerprint = self.job.fingerprint(self.snapshots)
        run_id = record_refusal(server, self.job, fingerprint, reason, self.pipeline_run_id)
        serving = usable_champion(champion, self.snapshots.as_of_date)
        self._write(REFUSED, reason, serving, run_id=run_id)
        return TrainingOutcome(
            self.job.name,
            self.snapshots.source,
            self.snapshots.as_of_date,
            REFUSED,
            reason,
            self.job.model_name,
            mlflow_run_id=run_id,
        )

    def _not_retrained(
        self, server: TrackingServer, champion: RegisteredVersion, evidence: Evidence
    ) -> TrainingOutcome:
        point_champion(server, champion)
        reason = (
            f"The champion ({champion.candidate}, trained as of {champion.as_of_date}) is younger than "
            f"{self.job.retrain_after_days} days and takes the same features. {evidence.words}"
        )
        self._write(NOT_RETRAINED, reason, champion)
        return self._outcome(NOT_RETRAINED, reason, champion, None)

    def _write(self, verdict: str, reason: str, version: RegisteredVersion | None, **more: object) -> None:
        write_decision(
            self.settings,
            self.job,
            self.snapshots.source,
            self.snapshots.as_of_date,
            pipeline_run_id=self.pipeline_run_id,
            verdict=verdict,
            reason=reason,
            version=version,
            **more,
        )

    def _outcome(
        self, status: Status, reason: str, version: RegisteredVersion, decision: Decision | None
    ) -> TrainingOutcome:
        figures = serving_figures(version, decision)
        return TrainingOutcome(
            job=self.job.name,
            source=self.snapshots.source,
            as_of_date=self.snapshots.as_of_date,
            status=status,
            reason=reason,
            model_name=self.job.model_name,
            model_version=version.version,
            mlflow_run_id=version.run_id,
            candidate=version.candidate,
            metric_name=figures.metric_name,
            metric_value=figures.metric_value,
            baseline_name=figures.baseline_name,
            baseline_value=figures.baseline_value,
            champion_value=decision.champion_value if decision else None,
        )


def _load_former(
    server: TrackingServer, champion: RegisteredVersion | None, known_columns: set[str]
) -> tuple[BaseEstimator | None, str]:
    """The former champion's estimator; a champion that cannot be used is no reason not to train."""
    if champion is None:
        return None, ""
    if gone := sorted(set(champion.columns) - known_columns):
        return None, f"The former champion could not be compared: its features {', '.join(gone)} are gone."
    try:
        return load_estimator(server, champion), ""
    except ModelUnavailable as error:
        return None, f"The former champion could not be compared: {error.message}"
