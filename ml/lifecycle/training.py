"""Train a job: check whether it is due and possible, run the competition, decide, and record everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import pandas as pd

from ml.competition.gate import hold_for_approval
from ml.competition.results import Candidate, Competition, Refused
from ml.competition.states import SERVING, State
from ml.data.dated_rows import DatedRows
from ml.environment import quiet_environment
from ml.explanations.training_report import TrainingReport, read_rfm_segments
from ml.jobs.base import Job
from ml.jobs.run import JobOfSource, JobRun
from ml.lifecycle.commit import commit_decision, committed_before
from ml.lifecycle.decisions import DecisionRow, decision_row, write_decision
from ml.lifecycle.outcome import TrainingOutcome, outcome_of
from ml.lifecycle.retraining import attempt_held_back, reason_to_train
from ml.lifecycle.training_rows import training_rows
from ml.lifecycle.who_serves import serving_version
from ml.tracking import (
    Recorded,
    RegisteredVersion,
    TrackingServer,
    apply_change,
    challenger_of,
    champion_change,
    champion_of,
    load_estimator,
    record_refusal,
    record_training,
    training_change,
    usable_champion,
    version_of,
)
from ml.watching.evidence import Evidence, fit_reference, watch
from warehouse.base.definitions import Definitions, load_definitions
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings

# The possible outcomes of a training that was done.
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

    A model trained as of a date before the champion's serves dates from its own on, and the champion stays. A training
    that was interrupted after its decision was written is not repeated: its outcome is returned.

    Parameters
    ----------
    needs_approval
        Whether a winner waits for approval (see `ml.lifecycle.approval`); default: the setting of that name.

    Raises
    ------
    ClienteleError
        If the marts are not built for the date, a file is in use, or MLflow does not answer.
    """
    with quiet_environment(settings):
        known = definitions or load_definitions()
        run = JobOfSource.of(settings, job, source, known).as_of(as_of_date, pipeline_run_id, known)
        # The file is not held while models are fitted, which may take an hour: it is read before and written after.
        with run.file.opened():
            prepared = _outcome_or_training(run, force=force)
        if isinstance(prepared, TrainingOutcome):
            return prepared
        return prepared.done(settings.promotion_needs_approval if needs_approval is None else needs_approval)


def _outcome_or_training(run: JobRun, *, force: bool) -> TrainingOutcome | _Training:
    """The outcome if no training is due, possible or left to be done; else the data of the training."""
    decided = committed_before(run, kinds=OF_A_TRAINING)
    if decided is not None:
        return _decided_before(run, decided)
    snapshots = run.job.read_training(run.file, run.as_of_date, run.definitions)
    champion, serving = champion_of(run.server, run.job, run.source), serving_version(run, run.as_of_date)
    evidence = watch(run, snapshots, serving)
    try:
        run.job.check_needs(run.file)
        run.job.check(snapshots)
    except Refused as refusal:
        return _refused(run, snapshots, serving, str(refusal))
    attempt = attempt_held_back(challenger_of(run.server, run.job, run.source), serving, run.as_of_date)
    reason = reason_to_train(
        serving or champion,
        run.as_of_date,
        run.job.input_columns(snapshots),
        run.job.retrain_after_days,
        force=force,
        evidence=evidence.retrain_reason,
        attempt=attempt,
    )
    if reason is None and serving is not None:
        return _not_retrained(run, serving, evidence, attempt, is_champion=serving == champion)
    segments = read_rfm_segments(run.file, snapshots.evaluation_date)
    return _Training(run, snapshots, champion, serving, f"Trained because {reason}.", segments)


@dataclass(frozen=True)
class _Training:
    """A training that is to be done, with the data that were read for it."""

    run: JobRun
    snapshots: DatedRows
    champion: RegisteredVersion | None
    serving: RegisteredVersion | None
    why: str
    rfm_segments: pd.Series | None

    def done(self, is_asked: bool) -> TrainingOutcome:
        """Fit, compare, decide and record; with `is_asked` a winner waits for approval."""
        run, job, snapshots = self.run, self.run.job, self.snapshots
        former, unloadable = _load_former(run.server, self.serving, job, job.known_columns(snapshots))
        competition = job.compete(snapshots, former)
        if is_asked:
            held = hold_for_approval(competition.decision, champion_serves=former is not None)
            competition = replace(competition, decision=held)
        fingerprint = job.fingerprint(snapshots)
        report = TrainingReport(job, snapshots, competition, fingerprint, self.rfm_segments)
        recorded = record_training(
            run.server,
            job,
            competition,
            fingerprint,
            run.pipeline_run_id,
            serving=self.serving,
            describe=report.describe,
        )
        fit_reference(run, snapshots, competition, (recorded.champion, recorded.challenger))
        words = " ".join(part for part in (self.why, unloadable, competition.decision.reason) if part)
        return self._committed(competition, recorded, report, words)

    def _committed(
        self, competition: Competition, recorded: Recorded, report: TrainingReport, words: str
    ) -> TrainingOutcome:
        run, decision = self.run, competition.decision
        stays = self.champion if self.champion and not usable_champion(self.champion, run.as_of_date) else None
        rows = training_rows(partial(decision_row, run, decision=decision), words, recorded, decision, stays)
        change = training_change(
            run.server,
            run.job,
            run.source,
            decision,
            serving=recorded.champion,
            challenger=recorded.challenger,
            is_past=stays is not None,
        )

        commit_decision(run, rows, change, write_beside=report.write_fairness)
        is_asked = rows[-1].decision == State.AWAITING_APPROVAL
        return outcome_of(
            rows[-1], recorded.champion, recorded.challenger.version if is_asked and recorded.challenger else None
        )


def _load_former(
    server: TrackingServer, champion: RegisteredVersion | None, job: Job, known_columns: set[str]
) -> tuple[Candidate | None, str]:
    """The former champion, or why there is none to compare with, which is no reason not to train."""
    if champion is None:
        return None, ""
    if gone := sorted(set(champion.columns) - known_columns):
        return None, f"The former champion could not be compared: its features {', '.join(gone)} are gone."
    try:
        estimator = load_estimator(server, champion)
        return Candidate(champion.candidate, champion.candidate in job.baseline_names, estimator), ""
    except ModelUnavailable as error:
        return None, f"The former champion could not be compared: {error.message}"


def _refused(run: JobRun, snapshots: DatedRows, serving: RegisteredVersion | None, reason: str) -> TrainingOutcome:
    run_id = record_refusal(run.server, run.job, run.job.fingerprint(snapshots), reason, run.pipeline_run_id)
    row = decision_row(run, verdict=State.REFUSED, reason=reason, version=serving, run_id=run_id)
    write_decision(run.file, row)
    return TrainingOutcome(
        run.job.name, run.source, run.as_of_date, State.REFUSED, reason, run.job.model_name, mlflow_run_id=run_id
    )


def _not_retrained(
    run: JobRun,
    serving: RegisteredVersion,
    evidence: Evidence,
    attempt: RegisteredVersion | None,
    *,
    is_champion: bool,
) -> TrainingOutcome:
    if is_champion:  # the alias `champion` points to the version of the source that was run last
        apply_change(run.server, champion_change(serving))
    newest, what = (attempt, "last attempt") if attempt else (serving, "champion")
    reason = (
        f"The {what} ({newest.candidate}, trained as of {newest.as_of_date}) is younger than "
        f"{run.job.retrain_after_days} days and takes the same features. {evidence.words}"
    )
    asked = attempt if attempt is not None and attempt.state == State.AWAITING_APPROVAL else None
    if attempt and serving:
        state = "still awaits approval" if asked else "was rejected"
        reason += f" Version {attempt.version} {state}; version {serving.version} ({serving.candidate}) keeps serving."
    row = decision_row(run, verdict=State.NOT_RETRAINED, reason=reason, version=serving)
    write_decision(run.file, row)
    return outcome_of(row, serving, asked.version if asked else None)


def _decided_before(run: JobRun, decided: DecisionRow) -> TrainingOutcome:
    """The outcome of a training whose decision was written before."""
    serving = serving_version(run, run.as_of_date)
    if decided.decision != State.AWAITING_APPROVAL:
        return outcome_of(decided, serving)
    is_asked = version_of(run.server, run.job, decided.model_version or "").state == State.AWAITING_APPROVAL
    return outcome_of(decided, serving, decided.model_version if is_asked else None)
