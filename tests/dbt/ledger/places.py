"""Where the amounts of all lines went that were handed in: each is in one place (docs/what-counts.md, section 1)."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from ledger.documents import HandIn, Row, line_of, newest
from ledger.plain_ledger import Ledger


def places(ledger: Ledger, hand_ins: list[HandIn]) -> dict[str, Fraction]:
    """Sums of the lines' amounts as they are written, by what became of the lines."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    orders = {row["order_id"]: row for row in newest(hand_ins, "orders")}
    lines = newest(hand_ins, "order_items")
    copies = {line.line_id for document in ledger.documents for line in document.copies}
    without_rate = {document.document_id for document in ledger.documents if document.rate is None}

    def status_of(row: Row) -> str:
        order = orders.get(row["order_id"])
        if order is None:
            return "order_unknown"
        if order["ordered_at"] >= ledger.as_of_date:
            return "after_as_of_date"
        if row["order_item_id"] in copies:
            return "duplicate"
        return "no_exchange_rate" if order["order_id"] in without_rate else "kept"

    for row in lines:
        sums[status_of(row)] += line_of(row).raw_amount or 0
    return dict(sums)
