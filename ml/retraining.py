"""When to train: what speaks for it, in words, or nothing."""

from __future__ import annotations

from datetime import date

from ml.tracking import RegisteredVersion


def usable_champion(champion: RegisteredVersion | None, as_of_date: date) -> RegisteredVersion | None:
    """The champion, unless it was trained with knowledge of what is the future at this date."""
    return champion if champion is not None and champion.as_of_date <= as_of_date else None


def reason_to_train(
    champion: RegisteredVersion | None,
    as_of_date: date,
    columns: tuple[str, ...],
    retrain_after_days: int,
    *,
    force: bool,
    evidence: str | None = None,
) -> str | None:
    """Why to train now; None when the champion goes on untouched.

    Parameters
    ----------
    champion
        What serves this source; None when nothing does.
    columns
        The features a model trained now would take.
    evidence
        What drift or decay say for training, in words (see `ml.watching`); None when they say nothing.
    """
    if force:
        return "asked for"
    if champion is None:
        return "no champion yet"
    if usable_champion(champion, as_of_date) is None:
        return f"the champion was trained as of {champion.as_of_date}, later than {as_of_date}"
    age_days = (as_of_date - champion.as_of_date).days
    if age_days >= retrain_after_days:
        return f"the champion is {age_days} days old"
    if set(columns) != set(champion.columns):
        return f"the features changed: {_changes(columns, champion.columns)}"
    return evidence


def _changes(now: tuple[str, ...], then: tuple[str, ...]) -> str:
    gained, lost = sorted(set(now) - set(then)), sorted(set(then) - set(now))
    parts = [f"now also {', '.join(gained)}"] if gained else []
    parts += [f"no longer {', '.join(lost)}"] if lost else []
    return "; ".join(parts)
