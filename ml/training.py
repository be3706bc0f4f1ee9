"""Train a job: is it due, do the data allow it, who wins, and write all of it down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ml.competition import Decision, Refused
from ml.decisions import NOT_RETRAINED, REFUSED, serving_figures, write_decision
from ml.environment import quiet_environment
from ml.explanations.training_report import TrainingReport
from ml.former_champion import load_former
from ml.job import Job, load_job
from ml.promotion import hold_for_approval
from ml.retraining import attempt_held_back, reason_to_train, usable_champion
from ml.snapshots import Snapshots
from ml.tracking import (
    AWAITING,
    Recorded,
    RegisteredVersion,
    TrackingServer,
    challenger_of,
    champion_of,
    point_champion,
    record_refusal,
    record_training,
)
from ml.training_outcome import Status, TrainingOutcome
from ml.watching.evidence import Evidence, fix_reference, watch
from warehouse.definitions import Definitions, load_definitions
from warehouse.settings import Settings


def train(  # noqa: PLR0917 - the DAG, the command and the tests call it by these names
    settings: Settings,
    job: str,
    source: str,
    as_of_date: date,
    force: bool = False,
    pipeline_run_id: str | None = None,
    definitions: Definitions | None = None,
    *,
    needs_approval: bool | None = None,
) -> TrainingOutcome:
    """Train one job on one source as of one date, if it is due.

    Parameters
    ----------
    needs_approval
        Whether a winner waits for a person's approval (see `ml.approval`); default: the setting of that name.

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
        task = load_job(job, **horizons, clv_further_horizons_days=definitions.clv_further_horizons_days)
        snapshots = task.read_training(settings, source, as_of_date, horizons)
        is_asked = settings.promotion_needs_approval if needs_approval is None else needs_approval
        return _Training(settings, task, snapshots, pipeline_run_id, definitions, is_asked).run(force=force)


@dataclass(frozen=True)
class _Training:
    """One training run and what it works with."""

    settings: Settings
    job: Job
    snapshots: Snapshots
    pipeline_run_id: str | None
    definitions: Definitions
    needs_approval: bool

    def run(self, *, force: bool) -> TrainingOutcome:
        server = TrackingServer(self.settings)
        champion = champion_of(server, self.job, self.snapshots.source)
        evidence = watch(self.settings, server, self.job, self.snapshots, champion, self.definitions)
        try:
            self.job.check(self.snapshots)
        except Refused as refusal:
            return self._refused(server, champion, str(refusal))
        challenger = challenger_of(server, self.job, self.snapshots.source)
        attempt = attempt_held_back(challenger, champion, self.snapshots.as_of_date)
        reason = reason_to_train(
            champion,
            self.snapshots.as_of_date,
            self.job.input_columns(self.snapshots),
            self.job.retrain_after_days,
            force=force,
            evidence=evidence.asks,
            attempt=attempt,
        )
        if reason is None and champion is not None:
            return self._not_retrained(server, champion, evidence, attempt)
        return self._trained(server, champion, f"Trained because {reason}.")

    def _trained(self, server: TrackingServer, champion: RegisteredVersion | None, why: str) -> TrainingOutcome:
        comparable = usable_champion(champion, self.snapshots.as_of_date)
        former, unloadable = load_former(server, comparable, self.job.known_columns(self.snapshots))
        competition = self.job.compete(self.snapshots, former)
        if self.needs_approval:
            held = hold_for_approval(competition.decision, champion_goes_on=former is not None)
            competition = replace(competition, decision=held)
        fingerprint = self.job.fingerprint(self.snapshots)
        report = TrainingReport(self.settings, self.job, self.snapshots, competition, fingerprint)
        recorded = record_training(
            server, self.job, competition, fingerprint, self.pipeline_run_id, describe=report.describe
        )
        report.write_fairness()
        fix_reference(server, self.job, self.snapshots, competition, (recorded.champion, recorded.challenger))
        self.job.write_beside_decision(self.settings, competition, recorded, self.pipeline_run_id)
        decision = competition.decision
        words = " ".join(part for part in (why, unloadable, decision.reason) if part)
        if decision.verdict == "awaiting_approval":
            return self._awaiting(words, recorded, decision)
        self._write(decision.verdict, words, recorded.champion, decision=decision)
        return self._outcome(decision.verdict, words, recorded.champion, decision)

    def _awaiting(self, words: str, recorded: Recorded, decision: Decision) -> TrainingOutcome:
        serving = recorded.champion
        words += f" It serves once a person approves; until then version {serving.version} ({serving.candidate}) does."
        if decision.serving:  # a baseline stands in: a version that serves, so that one can go back to it
            self._write("baseline_serves", words, serving, decision=decision)
        self._write(decision.verdict, words, recorded.challenger, decision=decision)
        outcome = self._outcome(decision.verdict, words, serving, decision)
        return replace(outcome, awaiting_version=recorded.challenger.version)

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
        self,
        server: TrackingServer,
        champion: RegisteredVersion,
        evidence: Evidence,
        attempt: RegisteredVersion | None,
    ) -> TrainingOutcome:
        point_champion(server, champion)
        newest, what = (attempt, "last attempt") if attempt else (champion, "champion")
        reason = (
            f"The {what} ({newest.candidate}, trained as of {newest.as_of_date}) is younger than "
            f"{self.job.retrain_after_days} days and takes the same features. {evidence.words}"
        )
        is_asked = attempt is not None and attempt.approval == AWAITING
        if attempt:
            state = "still awaits approval" if is_asked else "was rejected"
            reason += f" Version {attempt.version} {state}; version {champion.version} ({champion.candidate}) goes on."
        self._write(NOT_RETRAINED, reason, champion)
        outcome = self._outcome(NOT_RETRAINED, reason, champion, None)
        return replace(outcome, awaiting_version=attempt.version if is_asked else None)

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
