"""What every mart must say of a shop's documents (docs/what-counts.md, section 9), exactly: round it once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from ledger.customers import Figures, features, labels
from ledger.documents import Document, HandIn, Practice, read_documents
from ledger.lines import CHARGES
from ledger.standing import is_cancelled, is_demand, is_of_unknown_worth, returned_parts, reversed_at, stands
from ledger.takes import take_back_all


class Ledger:
    """The books of one shop as of a run's date."""

    def __init__(self, hand_ins: list[HandIn], as_of_date: date, practice: Practice | None = None) -> None:
        self.as_of_date = midnight(as_of_date)
        self.documents = read_documents(hand_ins, self.as_of_date, practice or Practice())
        take_back_all(self.documents)

    # Facts

    def order_items(self) -> dict[str, Figures]:
        """fct_order_items by line: every line that counts."""
        return {
            line.line_id: {
                "order_id": document.document_id,
                "line_kind": line.kind,
                "quantity": line.quantity,
                "line_amount": document.reported(line.amount),
            }
            for document in self.documents
            for line in document.lines
            if line.line_id
        }

    def orders(self) -> dict[str, Figures]:
        """fct_orders by document."""
        return {document.document_id: self.order(document) for document in self.documents}

    def order(self, document: Document) -> Figures:
        gross, returned = document.amount("sale"), -document.amount("return")
        is_off = is_cancelled(document, self.as_of_date)
        void = sum(part.amount for part in returned_parts(document, self.as_of_date) if part.is_void)
        cancelled = gross - returned if is_off else void
        charges = {
            f"{kind}_amount": sum(
                document.reported(line.amount) for line in document.lines if line.kind == kind and not is_off
            )
            for kind in CHARGES
            if kind != "fee"
        }
        return {
            "gross_amount": gross,
            "return_amount": returned,
            "cancelled_amount": cancelled,
            "net_amount": gross - returned - cancelled,
            "fee_amount": Fraction(0) if is_off else document.amount("charge"),
            "adjustment_amount": Fraction(0) if is_off else document.amount("adjustment"),
            "is_purchase": is_demand(document) and stands(document, self.as_of_date),
            "reversed_at": reversed_at(document, self.as_of_date),
            "cancelled_at": document.cancelled_at if is_off else None,
            **charges,
        }

    # Months

    def purchases(self) -> list[Document]:
        return [one for one in self.documents if is_demand(one) and stands(one, self.as_of_date)]

    def first_months(self) -> dict[str, date]:
        """The month of each customer's first purchase."""
        first: dict[str, date] = {}
        for document in self.purchases():
            first.setdefault(document.customer_id, month_of(document))
        return first

    def monthly_sales(self) -> dict[date, Figures]:
        """monthly_sales by month with a document."""
        money = ("gross_amount", "return_amount", "cancelled_amount", "net_amount", "fee_amount", "adjustment_amount")
        months: dict[date, Figures] = defaultdict(lambda: defaultdict(Fraction))
        for document in self.documents:
            month, order = months[month_of(document)], self.order(document)
            for name in money:
                month[name] += order[name]
            is_guest = document.customer_id is None
            month["guest_net_amount"] += order["net_amount"] if is_guest else 0
            wanted = bool(document.sold) or is_of_unknown_worth(document)
            month["guest_order_count"] += is_guest and wanted and not is_cancelled(document, self.as_of_date)
            month["purchase_count"] += order["is_purchase"]
        first = self.first_months()
        for name, month in months.items():
            month["customer_count"] = len({one.customer_id for one in self.purchases() if month_of(one) == name})
            month["new_customer_count"] = sum(first_month == name for first_month in first.values())
        return {name: dict(month) for name, month in months.items()}

    def cohort_retention(self) -> dict[tuple[date, date], Figures]:
        """cohort_retention by cohort month and month, where anyone came."""
        first = self.first_months()
        cells: dict[tuple[date, date], list[Document]] = defaultdict(list)
        for document in self.purchases():
            cells[first[document.customer_id], month_of(document)].append(document)
        return {
            cell: {
                "active_customer_count": len({document.customer_id for document in documents}),
                "cohort_customer_count": sum(month == cell[0] for month in first.values()),
                "purchase_amount": sum(self.order(document)["net_amount"] for document in documents),
            }
            for cell, documents in cells.items()
        }

    # Customers

    def customer_features(self, day: date) -> dict[str, Figures]:
        """customer_features of one date by customer with a purchase that stood on it."""
        return {customer: features(documents, midnight(day)) for customer, documents in self.customers_on(day).items()}

    def customer_labels(self, day: date, days: int) -> dict[str, Figures]:
        """customer_labels of one date and window."""
        start, end = midnight(day), midnight(day) + timedelta(days=days)
        return {customer: labels(documents, start, end) for customer, documents in self.customers_on(day).items()}

    def customers_on(self, day: date) -> dict[str, list[Document]]:
        """All documents of each customer with a purchase that stood on a date."""
        return {
            customer: documents
            for customer, documents in self.by_customer.items()
            if any(is_demand(one) and stands(one, midnight(day)) for one in documents)
        }

    @cached_property
    def by_customer(self) -> dict[str, list[Document]]:
        own = defaultdict(list)
        for document in self.documents:
            if document.customer_id is not None:
                own[document.customer_id].append(document)
        return own


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def month_of(document: Document) -> date:
    return document.ordered_at.date().replace(day=1)
