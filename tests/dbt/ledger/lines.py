"""Lines of one document: what each is, its sign and its part (docs/what-counts.md, sections 1.3, 2, 3, 4 and 8)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.documents import Document
    from ledger.takes import Take

CHARGES = ("shipping", "tax", "tip", "gift_card", "fee")


@dataclass(eq=False)
class Line:
    """A line of a document, or the total of a document without priced lines, or the difference from the total."""

    line_id: str
    kind: str
    quantity: Fraction
    amount: Fraction | None  # in the document's currency; none if no price is known
    price: Fraction | None = None
    stated_amount: Fraction | None = None
    code: str | None = None
    description: str | None = None
    has_number: bool = False
    is_total: bool = False
    is_difference: bool = False
    part: str = ""
    raw_amount: Fraction | None = None  # as written
    took: list[Take] = field(default_factory=list)  # as a return: what it took back
    takes: list[Take] = field(default_factory=list)  # as a sale: what was taken back of it
    credited: Document | None = None  # as a return that took nothing: the order that it is a credit for
    credits: list[tuple[Document, Line]] = field(default_factory=list)  # as a sale: such returns

    @property
    def is_priced(self) -> bool:
        return self.amount is not None

    @property
    def product(self) -> tuple[str, str | None]:
        """What was sold: its code, without one its name; lines with neither are of one unknown product."""
        return ("code", self.code) if self.code else ("name", self.description)

    @property
    def size(self) -> Fraction:
        """How much there is to take back: units, or money of a total."""
        return abs(self.amount) if self.is_total else abs(self.quantity)


def to_cents(amount: Fraction) -> int:
    """Cents, half a cent away from zero."""
    return floor(abs(amount) * 100 + Fraction(1, 2)) * (1 if amount >= 0 else -1)


def total_of(amounts: list[Fraction | None]) -> Fraction:
    return sum((amount for amount in amounts if amount is not None), Fraction(0))


def fits(code: str, pattern: str) -> bool:
    """Patterns as in SQL: % stands for anything, _ for one character."""
    parts = ({"%": ".*", "_": "."}.get(character, re.escape(character)) for character in pattern.upper())
    return re.fullmatch("".join(parts), code) is not None


def kind_of(line: Line, document_kind: str, product_kind: str | None, patterns: dict[str, str]) -> str:
    """The first that speaks decides: document, line, product, the source's list, the sign."""
    if document_kind == "adjustment":
        return "adjustment"
    if line.kind or product_kind:
        return line.kind or product_kind
    fitting = [pattern for pattern in patterns if line.code and fits(line.code, pattern)]
    if fitting:
        return patterns[max(fitting, key=len)]
    is_taken_off = document_kind == "sale" and line.quantity > 0 and (line.stated_amount or 0) < 0
    return "discount" if is_taken_off or (line.price or 0) < 0 else "goods"


def copies_of(lines: list[Line], stated_amount: Fraction | None) -> list[Line]:
    """Lines without number that are like an earlier one, unless the stated total proves that all were meant."""
    copies, seen = [], set()
    for line in lines:
        likeness = (line.kind, line.code, line.description, line.quantity, line.price, line.stated_amount)
        if likeness in seen and not line.has_number:
            copies.append(line)
        if not line.has_number:
            seen.add(likeness)
    total = total_of([line.amount for line in lines])
    is_told = stated_amount is not None and any(line.is_priced for line in lines)
    is_proved = is_told and to_cents(abs(total)) == to_cents(abs(stated_amount))
    return [] if is_proved else copies


def set_signs(lines: list[Line], document_kind: str) -> None:
    """A return lowers money, however it is written."""
    for line in lines:
        if line.kind != "goods" or not line.is_priced:
            continue
        if line.quantity < 0 and (line.price or 0) >= 0:
            line.amount = -abs(line.amount)
        if document_kind == "return" and line.amount < 0:
            line.quantity = -abs(line.quantity)
    if document_kind == "return" and not is_signed(lines):
        for line in lines:
            line.quantity = -line.quantity
            line.amount = -line.amount if line.is_priced else None


def is_signed(lines: list[Line]) -> bool:
    """Whether the lines of a return say themselves what came back and what was sold."""
    telling = [line for line in lines if line.kind not in ("discount", "adjustment")] or lines
    return any(line.quantity < 0 or (line.amount or 0) < 0 for line in telling)


def difference_line(lines: list[Line], document_kind: str, stated_amount: Fraction) -> list[Line]:
    """What the stated total says beside the lines; on a return the total has the sign of the lines."""
    total = total_of([line.amount for line in lines])
    if document_kind == "return":
        stated_amount = abs(stated_amount) if total > 0 else -abs(stated_amount)
    difference = stated_amount - total
    if difference == 0:
        return []
    kind = "goods" if difference > 0 else "discount"
    return [
        Line(
            line_id="",
            kind="adjustment" if document_kind == "adjustment" else kind,
            quantity=Fraction(0),
            amount=difference,
            part={"adjustment": "adjustment", "return": "return"}.get(document_kind, "sale"),
            is_difference=True,
        )
    ]


def set_parts(lines: list[Line]) -> None:
    """Each line belongs to one part, whatever the kind of its document; a difference knows its own."""
    goods = [line.amount for line in lines if line.kind == "goods" and line.is_priced and line.part != "return"]
    is_sold, is_returned = any(amount > 0 for amount in goods), any(amount < 0 for amount in goods)
    for line in lines:
        amount = line.amount or Fraction(0)
        if line.is_difference:
            continue
        if line.kind == "goods":
            line.part = "return" if amount < 0 else "sale"
        elif line.kind == "discount":
            line.part = "sale" if discounts_a_sale(amount, is_sold, is_returned) else "return"
        else:
            line.part = "charge" if line.kind in CHARGES else "adjustment"


def discounts_a_sale(amount: Fraction, is_sold: bool, is_returned: bool) -> bool:
    if is_sold:
        return amount < 0 or not is_returned
    return not is_returned and amount > 0
