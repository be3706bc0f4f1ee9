"""What marts say of one customer as of a date and in a window after it (docs/what-counts.md, sections 7 and 9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from ledger.documents import Document
from ledger.standing import is_cancelled, is_demand, returned_parts, reversed_at, reversed_by, stands

Figures = dict[str, Any]
WINDOWS_DAYS = (30, 90, 180, 365)


@dataclass(frozen=True)
class Entry:
    """Money of a customer on a day, as it counts as of a later date."""

    at: datetime
    amount: Fraction
    is_sale: bool


def entries(documents: list[Document], as_of: datetime) -> Iterator[Entry]:
    """What counts of a customer as of a date.

    A reversed order leaves the rest of it on the day it was reversed; what is taken of it later counts on its own day.
    """
    rests: dict[Document, Fraction] = {}
    for document in documents:
        if document.ordered_at < as_of and not is_cancelled(document, as_of):
            if reversed_at(document, as_of) is None:
                yield Entry(document.ordered_at, document.amount("sale"), is_sale=True)
            else:
                rests[document] = document.amount("sale")
    for document in documents:
        if document.ordered_at < as_of and not is_cancelled(document, as_of):
            for part in returned_parts(document, as_of):
                if part.order in rests and document.place <= reversed_by(part.order, as_of):
                    rests[part.order] += part.amount
                elif not part.is_void:
                    yield Entry(document.ordered_at, part.amount, is_sale=False)
    for document, rest in rests.items():
        yield Entry(reversed_at(document, as_of), rest, is_sale=rest > 0)


def features(documents: list[Document], as_of: datetime) -> Figures:
    """What was known of a customer on a date."""
    money = list(entries(documents, as_of))
    purchases = [one for one in documents if is_demand(one) and stands(one, as_of)]
    days = {one.ordered_at.date() for one in purchases}
    figures = {
        "net_amount": sum((entry.amount for entry in money), Fraction(0)),
        "gross_amount": sum((entry.amount for entry in money if entry.is_sale), Fraction(0)),
        "return_amount": -sum((entry.amount for entry in money if not entry.is_sale), Fraction(0)),
        "order_count": len(purchases),
        "order_day_count": len(days),
        "first_order_date": min(days),
        "last_order_date": max(days),
        "days_since_last_order": (as_of.date() - max(days)).days,
    }
    for window in WINDOWS_DAYS:
        start = as_of - timedelta(days=window)
        figures[f"net_amount_{window}d"] = sum((entry.amount for entry in money if entry.at >= start), Fraction(0))
        figures[f"order_count_{window}d"] = sum(one.ordered_at >= start for one in purchases)
    return figures


def labels(documents: list[Document], start: datetime, end: datetime) -> Figures:
    """What a customer did in a window, as it stood when the window closed.

    A return of an order that stood when the window began lowers it, whatever became of the order.
    """
    within = [one for one in documents if start <= one.ordered_at < end]
    purchases = [one for one in within if is_demand(one) and stands(one, end)]
    amount = Fraction(0)
    for document in within:
        if is_cancelled(document, end):
            continue
        amount += document.amount("sale")
        for part in returned_parts(document, end):
            if not part.is_void or stands(part.order, start):
                amount += part.amount
    return {
        "is_churned": not purchases,
        "future_order_count": len({one.ordered_at.date() for one in purchases}),
        "future_net_amount": amount,
    }
