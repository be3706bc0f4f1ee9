"""The reasons to train a model again."""

from __future__ import annotations

from datetime import date

from ml.competition.states import State
from ml.tracking import RegisteredVersion, usable_champion


def attempt_held_back(
    challenger: RegisteredVersion | None, serving: RegisteredVersion | None, as_of_date: date
) -> RegisteredVersion | None:
    """The last training's contender, if it awaits approval or was rejected, and another version keeps serving.

    It counts as the last attempt: the same data would give the same contender and the same question again.
    """
    if challenger is None or not challenger.state.may_become(State.APPROVED):
        return None
    is_known = challenger.as_of_date <= as_of_date
    return challenger if is_known and usable_champion(serving, as_of_date) is not None else None


def reason_to_train(
    champion: RegisteredVersion | None,
    as_of_date: date,
    columns: tuple[str, ...],
    retrain_after_days: int,
    *,
    force: bool,
    evidence: str | None = None,
    attempt: RegisteredVersion | None = None,
) -> str | None:
    """The reason to train now; None if the champion is kept.

    Parameters
    ----------
    champion
        The version that serves as of the date, or else a champion of a later date; None without one.
    columns
        The features of a model trained now.
    evidence
        The reason from drift or decay (see `ml.watching`), if any; ignored if there is a newer attempt.
    attempt
        A newer version that is not approved; its age and features then count instead.
    """
    if force:
        return "asked for"
    if champion is None:
        return "no champion yet"
    if usable_champion(champion, as_of_date) is None:
        return f"the champion was trained as of {champion.as_of_date}, later than {as_of_date}"
    newest = attempt or champion
    age_days = (as_of_date - newest.as_of_date).days
    if age_days >= retrain_after_days:
        return f"{'the last attempt' if attempt else 'the champion'} is {age_days} days old"
    if set(columns) != set(newest.columns):
        return f"the features changed: {_changes(columns, newest.columns)}"
    return None if attempt else evidence


def _changes(now: tuple[str, ...], then: tuple[str, ...]) -> str:
    gained, lost = sorted(set(now) - set(then)), sorted(set(then) - set(now))
    parts = [f"now also {', '.join(gained)}"] if gained else []
    parts += [f"no longer {', '.join(lost)}"] if lost else []
    return "; ".join(parts)
