"""Documents of a shop from what it handed in: newest rows, currencies, lines that count (sections 1 to 4, 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from ledger.lines import Line, copies_of, difference_line, kind_of, set_parts, set_signs, total_of

Row = dict[str, Any]
# The rows of one delivery by contract table, in the order in which they stand there.
HandIn = dict[str, list[Row]]

KEYS = {
    "orders": ("order_id",),
    "order_items": ("order_item_id",),
    "products": ("product_code",),
    "exchange_rates": ("currency", "rate_date"),
}


@dataclass(frozen=True)
class Practice:
    """How a shop keeps its books: what its source says of it."""

    reporting_currency: str | None = None
    amounts_from: str = "lines"
    line_kinds: dict[str, str] = field(default_factory=dict)  # by patterns of codes


@dataclass(eq=False)
class Document:
    """An order, a credit note or an entry of book-keeping, with the lines that count."""

    document_id: str
    customer_id: str | None
    ordered_at: datetime
    kind: str
    cancelled_at: datetime | None
    currency: str | None
    rate: Fraction | None  # worth of one unit in the reporting currency; none if nobody knows
    stated_amount: Fraction | None
    lines: list[Line] = field(default_factory=list)
    copies: list[Line] = field(default_factory=list)  # like another line, so not counted

    @property
    def place(self) -> tuple[datetime, str]:
        """Documents of one moment are taken by their ids."""
        return (self.ordered_at, self.document_id)

    @property
    def is_without_priced_lines(self) -> bool:
        return not any(line.is_priced for line in self.lines if not line.is_total)

    @property
    def sold(self) -> list[Line]:
        """Goods sold, or the total where that is all there is."""
        goods = [line for line in self.lines if line.kind == "goods" and line.part == "sale"]
        return [line for line in goods if line.is_priced and line.amount > 0]

    @property
    def brought_back_whole(self) -> list[Line]:
        """What has to come back for the order to be reversed. A difference from the total is nothing to bring back."""
        goods = [line for line in self.sold if not line.is_difference]
        return goods or self.sold or [line for line in self.lines if line.part == "sale" and (line.amount or 0) > 0]

    @property
    def returned(self) -> list[Line]:
        return [line for line in self.lines if line.kind == "goods" and line.part == "return" and line.amount < 0]

    @property
    def going_with_the_returned(self) -> list[Line]:
        """Discounts in the return part, and the difference from a stated total."""
        return [line for line in self.lines if line.part == "return" and line not in self.returned]

    def original_amount(self, *parts: str) -> Fraction:
        """What the lines of these parts come to in the document's own currency."""
        return total_of([line.amount for line in self.lines if line.part in parts])

    def reported(self, amount: Fraction | None) -> Fraction:
        """An amount of this document in the reporting currency; nothing where no rate is known."""
        return (amount or Fraction(0)) * (self.rate or 0)

    def amount(self, *parts: str) -> Fraction:
        return self.reported(self.original_amount(*parts))


def newest(hand_ins: Iterable[HandIn], table: str) -> list[Row]:
    """The last row of each key that arrived, unless it says that the key is gone."""
    rows: dict[tuple[Any, ...], Row] = {}
    for hand_in in hand_ins:
        for row in hand_in.get(table, ()):
            rows[tuple(row[column] for column in KEYS[table])] = row
    return [row for row in rows.values() if not row.get("_is_gone")]


def exact(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def normal_code(code: str | None) -> str | None:
    return (code or "").strip().upper() or None


def home_currency(orders: list[Row], practice: Practice) -> str | None:
    """The one that the source names, otherwise that of most orders."""
    if practice.reporting_currency:
        return practice.reporting_currency
    counts = Counter(row["currency"] for row in orders if row.get("currency"))
    return min(counts, key=lambda currency: (-counts[currency], currency), default=None)


def rate_of(currency: str | None, day: datetime, rates: list[Row], home: str | None) -> Fraction | None:
    """The newest rate on or before the day."""
    if currency == home:
        return Fraction(1)
    known = [row for row in rates if row["currency"] == currency and row["rate_date"] <= day.date()]
    newest_rate = max(known, key=lambda row: row["rate_date"], default=None)
    return exact(newest_rate["rate"]) if newest_rate else None


def document_of(order: Row, rates: list[Row], home: str | None) -> Document:
    """The head of a document. A cancellation without a time, or before the order, counts from the order's own."""
    at, cancelled_at = order["ordered_at"], order.get("cancelled_at")
    if cancelled_at or order.get("order_status") == "cancelled":
        cancelled_at = max(cancelled_at or at, at)
    currency = order.get("currency") or home
    return Document(
        document_id=order["order_id"],
        customer_id=order.get("customer_id"),
        ordered_at=at,
        kind=order.get("order_kind") or "sale",
        cancelled_at=cancelled_at,
        currency=currency,
        rate=rate_of(currency, at, rates, home),
        stated_amount=exact(order.get("order_amount")),
    )


def line_of(row: Row) -> Line:
    """A line as it is written."""
    price, stated, quantity = (exact(row.get(name)) for name in ("unit_price_amount", "line_amount", "quantity"))
    priced = None if price is None else quantity * price
    amount = priced if stated is None else stated
    return Line(
        line_id=row["order_item_id"],
        kind=row.get("line_kind") or "",
        quantity=quantity,
        amount=amount,
        price=price,
        stated_amount=stated,
        code=normal_code(row.get("product_code")),
        description=row.get("product_description"),
        has_number=row.get("line_number") is not None,
        raw_amount=amount,
    )


def total_line(document: Document) -> Line:
    """The total of a document without priced lines: a return lowers money, however it is written."""
    total = document.stated_amount
    return Line(
        line_id="",
        kind="adjustment" if document.kind == "adjustment" else "goods",
        quantity=Fraction(0),
        amount=-abs(total) if document.kind == "return" else total,
        raw_amount=total,
        is_total=True,
    )


def settle_lines(document: Document, product_kinds: dict[str | None, str], practice: Practice) -> None:
    """Kinds, copies out, signs, the total or the difference from it, parts."""
    for line in document.lines:
        line.kind = kind_of(line, document.kind, product_kinds.get(line.code), practice.line_kinds)
    document.copies = copies_of(document.lines, document.stated_amount)
    document.lines = [line for line in document.lines if line not in document.copies]
    set_signs(document.lines, document.kind)
    if document.stated_amount is not None:
        if document.is_without_priced_lines:
            document.lines.append(total_line(document))
        elif practice.amounts_from == "heads":
            document.lines += difference_line(document.lines, document.kind, document.stated_amount)
    set_parts(document.lines)


def read_documents(hand_ins: Sequence[HandIn], as_of_date: datetime, practice: Practice) -> list[Document]:
    """All documents dated before the run's date, in order of time."""
    orders = [row for row in newest(hand_ins, "orders") if row["ordered_at"] < as_of_date]
    rates = newest(hand_ins, "exchange_rates")
    home = home_currency(orders, practice)
    documents = {row["order_id"]: document_of(row, rates, home) for row in orders}
    product_kinds = {normal_code(row["product_code"]): row.get("line_kind") for row in newest(hand_ins, "products")}
    for row in sorted(newest(hand_ins, "order_items"), key=lambda row: row["order_item_id"]):
        if row["order_id"] in documents:
            documents[row["order_id"]].lines.append(line_of(row))
    for document in documents.values():
        settle_lines(document, product_kinds, practice)
    return sorted(documents.values(), key=lambda document: document.place)
