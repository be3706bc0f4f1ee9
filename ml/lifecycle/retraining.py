"""When to train: what speaks for it, in words, or nothing."""

from __future__ import annotations

from datetime import date

from ml.competition.states import State
from ml.tracking import RegisteredVersion, usable_champion


def attempt_held_back(
    challenger: RegisteredVersion | None, serving: RegisteredVersion | None, as_of_date: date
) -> RegisteredVersion | None:
    """The last training's contender, if a person is asked about it or has rejected it, and what serves goes on.

    It counts as the last attempt: the same data would only give the same contender and the same question again.
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
    """Why to train now; None when the champion goes on untouched.

    Parameters
    ----------
    champion
        What serves this source as of the date, or the champion if that is of a later date; None when there is none.
    columns
        The features a model trained now would take.
    evidence
        What drift or decay say for training, in words (see `ml.watching`); None when they say nothing. Against
        a champion that has an attempt after it they say nothing new.
    attempt
        A newer version that does not serve for want of approval; its age and features count then.
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
