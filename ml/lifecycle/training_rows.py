"""The rows about a training: one decision, or two if a baseline serves until an approval."""

from __future__ import annotations

from collections.abc import Callable

from ml.competition.results import Decision
from ml.competition.states import State
from ml.lifecycle.decisions import DecisionRow
from ml.tracking import Recorded, RegisteredVersion

# (verdict, reason, version) → row
MakeRow = Callable[..., DecisionRow]


def training_rows(
    make_row: MakeRow, words: str, recorded: Recorded, decision: Decision, later_champion: RegisteredVersion | None
) -> list[DecisionRow]:
    """Return the rows of a training; the last one is its outcome.

    Parameters
    ----------
    words
        The reasons for the training and for the decision.
    later_champion
        The champion, if it was trained as of a later date and therefore stays.
    """
    serving, verdict = recorded.champion, decision.verdict
    full_reason = words
    if later_champion is not None and decision.serving:
        full_reason = f"{words} {past_words(serving, later_champion)}"
    if verdict == State.AWAITING_APPROVAL:
        words += f" It serves once a user approves; until then version {serving.version} ({serving.candidate}) does."
        # The baseline that serves until then is recorded, so that a rollback can go back to it.
        interim = State.BASELINE_SERVES if later_champion is None else State.SERVES_PAST_DATES
        rows = [make_row(verdict=interim, reason=full_reason, version=serving)] if decision.serving else []
        return [*rows, make_row(verdict=verdict, reason=words, version=recorded.challenger)]
    if later_champion is not None and verdict != State.CHAMPION_KEPT:
        verdict = State.SERVES_PAST_DATES
    return [make_row(verdict=verdict, reason=full_reason, version=serving)]


def past_words(version: RegisteredVersion, later_champion: RegisteredVersion) -> str:
    """The dates that a version serves if there is a champion of a later date, in words."""
    return (
        f"Version {version.version} serves dates from {version.as_of_date} up to that of the next version; version "
        f"{later_champion.version}, trained as of {later_champion.as_of_date}, stays champion."
    )
