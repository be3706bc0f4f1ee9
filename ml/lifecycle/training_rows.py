"""What is written down about a training: one decision, or two where a baseline stands in until people have answered."""

from __future__ import annotations

from collections.abc import Callable

from ml.competition.results import Decision
from ml.competition.states import State
from ml.lifecycle.decisions import DecisionRow
from ml.tracking import Recorded, RegisteredVersion

# Makes a row of a `verdict`, a `reason` and the `version` concerned.
MakeRow = Callable[..., DecisionRow]


def training_rows(
    make_row: MakeRow, words: str, recorded: Recorded, decision: Decision, later_champion: RegisteredVersion | None
) -> list[DecisionRow]:
    """Return the rows of a training; the last one is its outcome.

    Parameters
    ----------
    words
        Why it was trained and what was decided.
    later_champion
        The champion, if it was trained as of a later date: it stays what it is.
    """
    serving, verdict = recorded.champion, decision.verdict
    told = words
    if later_champion is not None and decision.serving:
        told = f"{words} {past_words(serving, later_champion)}"
    if verdict == State.AWAITING_APPROVAL:
        words += f" It serves once a person approves; until then version {serving.version} ({serving.candidate}) does."
        # A baseline that stands in is a version that serves, so that one can go back to it.
        standing_in = State.BASELINE_SERVES if later_champion is None else State.SERVES_PAST_DATES
        rows = [make_row(verdict=standing_in, reason=told, version=serving)] if decision.serving else []
        return [*rows, make_row(verdict=verdict, reason=words, version=recorded.challenger)]
    if later_champion is not None and verdict != State.CHAMPION_KEPT:
        verdict = State.SERVES_PAST_DATES
    return [make_row(verdict=verdict, reason=told, version=serving)]


def past_words(version: RegisteredVersion, later_champion: RegisteredVersion) -> str:
    """Say which dates a version serves beside a champion of a later date."""
    return (
        f"Version {version.version} serves dates from {version.as_of_date} up to that of the next version; version "
        f"{later_champion.version}, trained as of {later_champion.as_of_date}, stays champion."
    )
