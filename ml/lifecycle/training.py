"""Train a job: is it due, do the data allow it, who wins, and write all of it down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from ml.competition.gate import hold_for_approval
from ml.competition.results import Refused
from ml.competition.states import SERVING, State
from ml.data.snapshots import Snapshots
from ml.environment import quiet_environment
from ml.explanations.training_report import TrainingReport
from ml.jobs.base import Job
from ml.jobs.registry import load_job
from ml.lifecycle.decisions import DecisionRow, decision_row, write_decision
from ml.lifecycle.former_champion import load_former
from ml.lifecycle.outcome import TrainingOutcome, outcome_of, refused_outcome
from ml.lifecycle.retraining import attempt_held_back, reason_to_train
from ml.lifecycle.serving import serving_version
from ml.lifecycle.settlement import settle, settled_before
from ml.lifecycle.training_rows import training_rows
from ml.tracking import (
    RegisteredVersion,
    TrackingServer,
    apply_change,
    challenger_of,
    champion_change,
    champion_of,
    record_refusal,
    record_training,
    training_change,
    usable_champion,
    version_of,
)
from ml.watching.evidence import Evidence, fix_reference, watch
from warehouse.base.definitions import Definitions, load_definitions
from warehouse.base.settings import Settings
from warehouse.tables.raw_tables import tables_without_rows

# What may come of a training that was done.
OF_A_TRAINING = (*SERVING - {State.ROLLED_BACK}, State.CHAMPION_KEPT, State.AWAITING_APPROVAL)


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

    As of a date before the champion's, what is trained serves the dates from its own on, and the champion stays. A
    training that was interrupted after its decision stood is not done again: its outcome is returned.

    Parameters
    ----------
    needs_approval
        Whether a winner waits for a person's approval (see `ml.lifecycle.approval`); default: the setting of that name.

    Raises
    ------
    ClienteleError
        If the marts are not built for the date, a file is held, or MLflow does not answer.
    """
    definitions = definitions or load_definitions()
    with quiet_environment(settings):
        task = load_job(job, definitions)
        server, run = TrackingServer(settings), pipeline_run_id
        decided = settled_before(settings, server, task, source, as_of_date, pipeline_run_id=run, kinds=OF_A_TRAINING)
        if decided is not None:
            return _decided_before(settings, server, task, decided)
        snapshots = task.read_training(settings, source, as_of_date, definitions)
        is_asked = settings.promotion_needs_approval if needs_approval is None else needs_approval
        return _Training(settings, server, task, snapshots, run, definitions, is_asked).run(force=force)


@dataclass(frozen=True)
class _Training:
    """One training run and what it works with."""

    settings: Settings
    server: TrackingServer
    job: Job
    snapshots: Snapshots
    pipeline_run_id: str | None
    definitions: Definitions
    needs_approval: bool

    def run(self, *, force: bool) -> TrainingOutcome:
        source, day = self.snapshots.source, self.snapshots.as_of_date
        champion = champion_of(self.server, self.job, source)
        serving = serving_version(self.settings, self.server, self.job, source, day)
        evidence = watch(self.settings, self.server, self.job, self.snapshots, serving, self.definitions)
        try:
            self._check_needs()
            self.job.check(self.snapshots)
        except Refused as refusal:
            return self._refused(serving, str(refusal))
        attempt = attempt_held_back(challenger_of(self.server, self.job, source), serving, day)
        reason = reason_to_train(
            serving or champion,
            day,
            self.job.input_columns(self.snapshots),
            self.job.retrain_after_days,
            force=force,
            evidence=evidence.asks,
            attempt=attempt,
        )
        if reason is None and serving is not None:
            return self._not_retrained(serving, evidence, attempt, is_champion=serving == champion)
        return self._trained(champion, serving, f"Trained because {reason}.")

    def _check_needs(self) -> None:
        lacking = self.job.spec.needs and tables_without_rows(self.settings, self.snapshots.source, self.job.spec.needs)
        if lacking:
            raise Refused(f"The source has no {' and no '.join(lacking)}.")

    def _trained(
        self, champion: RegisteredVersion | None, serving: RegisteredVersion | None, why: str
    ) -> TrainingOutcome:
        former, unloadable = load_former(self.server, serving, self.job.known_columns(self.snapshots))
        competition = self.job.compete(self.snapshots, former)
        if self.needs_approval:
            held = hold_for_approval(competition.decision, champion_goes_on=former is not None)
            competition = replace(competition, decision=held)
        fingerprint = self.job.fingerprint(self.snapshots)
        report = TrainingReport(self.settings, self.job, self.snapshots, competition, fingerprint)
        recorded = record_training(
            self.server,
            self.job,
            competition,
            fingerprint,
            self.pipeline_run_id,
            serving=serving,
            describe=report.describe,
        )
        fix_reference(self.server, self.job, self.snapshots, competition, (recorded.champion, recorded.challenger))
        stays = champion if champion and not usable_champion(champion, self.snapshots.as_of_date) else None
        words = " ".join(part for part in (why, unloadable, competition.decision.reason) if part)
        make_row = partial(self._row, decision=competition.decision)
        rows = training_rows(make_row, words, recorded, competition.decision, stays)
        change = training_change(
            self.server,
            self.job,
            self.snapshots.source,
            competition.decision,
            serving=recorded.champion,
            challenger=recorded.challenger,
            is_past=stays is not None,
        )

        settle(self.settings, self.server, self.job, rows, change, write_beside=report.write_fairness)
        is_asked = rows[-1].decision == State.AWAITING_APPROVAL
        return outcome_of(rows[-1], recorded.champion, recorded.challenger.version if is_asked else None)

    def _refused(self, serving: RegisteredVersion | None, reason: str) -> TrainingOutcome:
        fingerprint = self.job.fingerprint(self.snapshots)
        run_id = record_refusal(self.server, self.job, fingerprint, reason, self.pipeline_run_id)
        write_decision(self.settings, self._row(State.REFUSED, reason, serving, run_id=run_id))
        return refused_outcome(self.job, self.snapshots.source, self.snapshots.as_of_date, reason, run_id)

    def _not_retrained(
        self, serving: RegisteredVersion, evidence: Evidence, attempt: RegisteredVersion | None, *, is_champion: bool
    ) -> TrainingOutcome:
        if is_champion:  # the alias of the model follows the source that was run last
            apply_change(self.server, champion_change(serving))
        newest, what = (attempt, "last attempt") if attempt else (serving, "champion")
        reason = (
            f"The {what} ({newest.candidate}, trained as of {newest.as_of_date}) is younger than "
            f"{self.job.retrain_after_days} days and takes the same features. {evidence.words}"
        )
        is_asked = attempt is not None and attempt.state == State.AWAITING_APPROVAL
        if attempt:
            state = "still awaits approval" if is_asked else "was rejected"
            reason += f" Version {attempt.version} {state}; version {serving.version} ({serving.candidate}) goes on."
        row = self._row(State.NOT_RETRAINED, reason, serving)
        write_decision(self.settings, row)
        return outcome_of(row, serving, attempt.version if is_asked else None)

    def _row(self, verdict: State, reason: str, version: RegisteredVersion | None, **more: object) -> DecisionRow:
        return decision_row(
            self.job,
            self.snapshots.source,
            self.snapshots.as_of_date,
            pipeline_run_id=self.pipeline_run_id,
            verdict=verdict,
            reason=reason,
            version=version,
            **more,
        )


def _decided_before(settings: Settings, server: TrackingServer, job: Job, decided: DecisionRow) -> TrainingOutcome:
    """The outcome of a training whose decision stands: it is not made twice."""
    serving = serving_version(settings, server, job, decided.source, decided.as_of_date)
    if decided.decision != State.AWAITING_APPROVAL:
        return outcome_of(decided, serving)
    challenger = version_of(server, job, decided.model_version)
    return outcome_of(decided, serving, decided.model_version if challenger.state == State.AWAITING_APPROVAL else None)
