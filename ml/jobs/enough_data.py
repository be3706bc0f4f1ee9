"""Refusals of training for want of data: too few customers, a history that is too short, outcomes of one kind only."""

from __future__ import annotations

from numpy.typing import NDArray

from ml.competition.results import Refused
from ml.data.dated_rows import DatedRows
from ml.data.history import ShortHistory, first_day


def require_customers(count: int, minimum: int, where: str) -> None:
    """Raise Refused if there are fewer eligible customers; `where` says in which rows."""
    if count < minimum:
        raise Refused(f"Only {count} eligible customers {where}; {minimum} are needed.")


def require_both_classes(positives: NDArray, event_words: tuple[str, str], minimum: int, role: str) -> None:
    """Raise Refused if a class has too few rows to learn from, or to evaluate on.

    Parameters
    ----------
    positives
        Mask of the positive rows, shape (n_rows,).
    event_words
        Words for the positive and the negative class.
    role
        What the rows are for: "training" or "evaluation".
    """
    for count, what in ((positives.sum(), event_words[0]), ((~positives).sum(), event_words[1])):
        if count < minimum:
            raise Refused(f"Only {int(count)} of {len(positives)} {role} rows {what}; {minimum} are needed.")


def require_history(rows: DatedRows) -> None:
    """Raise Refused if there are no rows to train on or to evaluate on, with the date from which there will be."""
    for role, found in (("training", rows.training), ("evaluation", rows.evaluation)):
        if found.empty:
            history = short_history(rows, days_back=2 * rows.label_horizon_days)
            raise Refused(f"The history is too short: {history.words('orders', role)}")


def short_history(rows: DatedRows, days_back: int) -> ShortHistory:
    """How much history of orders there is; `days_back` as in `ShortHistory`."""
    first = first_day(rows.scoring["first_order_date"])
    return ShortHistory(rows.as_of_date, rows.history_began_on or first, first, days_back)
