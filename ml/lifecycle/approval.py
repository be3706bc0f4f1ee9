"""A user's approval of a model that passed its gate: the question, and the effect of the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ml.competition.states import State
from ml.environment import quiet_environment
from ml.jobs.run import JobOfSource
from ml.lifecycle.commit import commit_decision, finish_commit
from ml.lifecycle.decisions import decision_row
from ml.lifecycle.training_rows import past_words
from ml.tracking import (
    RegisteredVersion,
    answer_change,
    challenger_of,
    champion_of,
    load_estimator,
    training_report,
    usable_champion,
    version_of,
)
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings

NOBODY = "nobody"
_LOOK = "Look at quality.model_promotions; a version that once served comes back with: python -m ml rollback."


class AlreadyAnswered(ModelUnavailable):
    """The question was answered before, or withdrawn by a later training."""


@dataclass(frozen=True)
class Candidacy:
    """The information for a decision about a challenger.

    Attributes
    ----------
    champion
        The version that serves until the answer, and after a rejection.
    report
        The training's report in MLflow: checks of the gate, metrics of all candidates; empty if it is missing.
    """

    job: str
    challenger: RegisteredVersion
    champion: RegisteredVersion | None
    report: dict


@dataclass(frozen=True)
class Answer:
    """The answer of a user.

    Attributes
    ----------
    by
        Who answered; `NOBODY` if the time to answer ran out.
    comment
        Why, in the user's words.
    at
        When (UTC); default: now.
    """

    approved: bool
    by: str
    comment: str = ""
    at: datetime | None = None

    @property
    def state(self) -> State:
        """The state of the version after the answer."""
        return State.APPROVED if self.approved else State.REJECTED


def candidacy(settings: Settings, job: str, source: str, version: str) -> Candidacy:
    """Collect the information about a version that awaits approval."""
    with quiet_environment(settings):
        known = JobOfSource.of(settings, job, source)
        challenger = version_of(known.server, known.job, version)
        report = training_report(known.server, challenger) or {}
        return Candidacy(job, challenger, champion_of(known.server, known.job, source), report)


def answer(
    settings: Settings,
    job: str,
    source: str,
    given: Answer,
    *,
    version: str | None = None,
    pipeline_run_id: str | None = None,
) -> RegisteredVersion | None:
    """Apply an answer and write it to ``quality.model_promotions``; it takes effect with the next scoring.

    Parameters
    ----------
    version
        Number of the version in MLflow; default: the one that awaits approval. A rejected one can still be
        approved by its number.

    Returns
    -------
    RegisteredVersion | None
        The version that serves the source now: the approved one, unless the champion was trained as of a later date.

    Raises
    ------
    ModelUnavailable
        If nothing awaits approval, or the version belongs to another source or cannot be loaded; the champion stays.
        `AlreadyAnswered` if the version does not await approval any more.
    """
    with quiet_environment(settings):
        known = JobOfSource.of(settings, job, source)
        finish_commit(known)
        challenger = _asked_about(known, version, given)
        champion = champion_of(known.server, known.job, source)
        if given.approved:
            load_estimator(known.server, challenger)
        stays = champion if champion and not usable_champion(champion, challenger.as_of_date) else None
        words = _words(given, champion, past_words(challenger, stays) if stays else "")
        serves = State.SERVES_PAST_DATES if stays else State.PROMOTED
        run = known.as_of(challenger.as_of_date, pipeline_run_id)
        row = decision_row(
            run,
            verdict=serves if given.approved else State.REJECTED,
            reason=f"{words} {challenger.decision_reason}".strip(),
            version=replace(challenger, state=given.state),
            champion_value=challenger.champion_value,
        )
        change = answer_change(known.server, challenger, given.state, words=words, is_past=stays is not None)
        # If the build file is in use, the question stays open and can be answered again.
        commit_decision(run, [row], change)
    return challenger if given.approved and not stays else champion


def _asked_about(known: JobOfSource, version: str | None, given: Answer) -> RegisteredVersion:
    server, job, source = known.server, known.job, known.source
    if version is None:
        challenger = challenger_of(server, job, source)
        if challenger is None or challenger.state != State.AWAITING_APPROVAL:
            raise ModelUnavailable(f"No {job.model_name} of {source} awaits approval.", _LOOK)
        return challenger
    challenger = version_of(server, job, version)
    name = f"{job.model_name} version {version}"
    if challenger.source != source:
        raise ModelUnavailable(f"{name} was trained on {challenger.source}, not on {source}.", _LOOK)
    if not challenger.state.may_become(given.state):
        known_state = "no approval was needed" if challenger.state == State.TRAINED else challenger.state
        raise AlreadyAnswered(f"{name} does not await approval: {known_state}.", _LOOK)
    return challenger


def _words(given: Answer, champion: RegisteredVersion | None, past: str) -> str:
    at = given.at or datetime.now(UTC)
    when = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    comment = f" Comment: {given.comment.strip().rstrip('.')}." if given.comment.strip() else ""
    other = f"version {champion.version} ({champion.candidate})" if champion else "nothing"
    if given.approved:
        effect = f". {past}" if past else f", in place of {other}."
        return f"Approved by {given.by} on {when}{effect}{comment}"
    who = "Not approved in time; closed" if given.by == NOBODY else f"Rejected by {given.by}"
    return f"{who} on {when}; {other} keeps serving.{comment}"
