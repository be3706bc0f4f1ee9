"""What stands on a date: cancelled, reversed, void (docs/what-counts.md, sections 5 and 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from ledger.documents import Document
from ledger.lines import Line
from ledger.takes import Take

TOTAL_THAT_IS_REVERSED = Fraction(95, 100)

Place = tuple[datetime, str]  # of a document in the order of time


def is_demand(document: Document) -> bool:
    """Whether a customer bought something, whatever became of it."""
    if document.customer_id is None:
        return False
    return bool(document.sold) or is_of_unknown_worth(document)


def is_of_unknown_worth(document: Document) -> bool:
    return document.kind == "sale" and not any(line.is_priced for line in document.lines)


def is_cancelled(document: Document, date: datetime) -> bool:
    return document.cancelled_at is not None and document.cancelled_at < date


def known(takes: Iterable[Take], date: datetime) -> list[Take]:
    """Those made before the date by returns that were not cancelled before it, in order of time."""
    standing = [take for take in takes if take.at < date and not is_cancelled(take.by, date)]
    return sorted(standing, key=lambda take: take.by.place)


def line_reversed_by(line: Line, date: datetime) -> Place | None:
    """The return with which all of it had been taken back."""
    needed = line.size * (TOTAL_THAT_IS_REVERSED if line.is_total else 1)
    taken = Fraction(0)
    for take in known(line.takes, date):
        taken += take.size
        if taken >= needed:
            return take.by.place
    return None


def reversed_by(order: Document, date: datetime) -> Place | None:
    """The return with which the last of its goods was taken back."""
    places = [line_reversed_by(line, date) for line in order.brought_back_whole]
    return max(places) if places and None not in places else None


def reversed_at(order: Document, date: datetime) -> datetime | None:
    """When the last of its goods was taken back."""
    place = reversed_by(order, date)
    return place[0] if place else None


def stands(order: Document, date: datetime) -> bool:
    return order.ordered_at < date and not is_cancelled(order, date) and reversed_at(order, date) is None


@dataclass(frozen=True)
class ReturnedPart:
    """A part of a return, with the order that it takes back; none for a credit."""

    amount: Fraction  # in the reporting currency, negative
    order: Document | None
    is_void: bool


def returned_parts(document: Document, date: datetime) -> Iterator[ReturnedPart]:
    """The return part of a document as it was known on a date, split by what it takes back."""
    for line in document.returned:
        left = Fraction(1)
        for take in known(line.took, date):
            left -= take.share
            yield ReturnedPart(document.reported(line.amount * take.share), take.order, is_cancelled(take.order, date))
        credited = line.credited if line.credited and is_cancelled(line.credited, date) else None
        yield ReturnedPart(document.reported(line.amount * left), credited, is_void=credited is not None)
    orders = {take.order for line in document.returned for take in known(line.took, date)}
    order = orders.pop() if len(orders) == 1 else None
    for line in document.going_with_the_returned:
        is_void = order is not None and is_cancelled(order, date)
        yield ReturnedPart(document.reported(line.amount), order, is_void)
