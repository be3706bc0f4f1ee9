"""What each return takes back of what its customer bought earlier (docs/what-counts.md, 6).

Each return decides by what went before it alone, so that nothing later changes what was true on a date. That is a walk
through a customer's documents in order of time, which SQL cannot do set by set; the dbt model `int_takebacks` calls it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from warehouse.marts.customer_documents import Document, Line

# A return takes goods back only if it gives back this share of what was paid for them.
PAID_BACK_SHARE = Decimal("0.95")
_CENT, _KEPT = Decimal("0.01"), Decimal("0.0000000001")
_DIGITS = 80  # products of amounts and units stay exact
_SALE, _GIVE_BACK, _RETURN = 0, 1, 2  # order of what happens at one moment


def walk(customer_id: str, documents: list[Document]) -> list[dict[str, Any]]:
    """Take a customer's documents in order of time; the records of takes and reversals."""
    with localcontext(prec=_DIGITS):
        return _Walk(customer_id).through(documents)


@dataclass(frozen=True)
class _Take:
    """What a return took of a sale: units of a line, or (without a line) the whole order."""

    document: Document
    line: Line | None = None
    quantity: Decimal = Decimal(0)
    original_amount: Decimal = Decimal(0)
    is_credit: bool = False


class _Walk:
    """One customer: what he bought and still has, and what was recorded."""

    def __init__(self, customer_id: str) -> None:
        self.customer_id = customer_id
        self.sold: dict[tuple[str, str], list[Line]] = defaultdict(list)  # by product and currency
        self.sales: list[Document] = []
        self.takes: dict[str, list[_Take]] = defaultdict(list)  # by returning order
        self.records: list[dict[str, Any]] = []

    def through(self, documents: list[Document]) -> list[dict[str, Any]]:
        events = [
            (document.at, rank, document.order_id, document) for document in documents for rank in (_SALE, _RETURN)
        ]
        events += [
            (document.cancelled_at, _GIVE_BACK, document.order_id, document)
            for document in documents
            if document.cancelled_at is not None
        ]
        for at, rank, _, document in sorted(events, key=lambda event: event[:3]):
            if rank == _SALE:
                self._sell(document)
            elif rank == _GIVE_BACK:
                self._give_back(document, at)
            elif document.cancelled_at is None or document.cancelled_at > document.at:
                self._return(document)
        return self.records

    def _sell(self, document: Document) -> None:
        if document.sale_amount > 0:
            self.sales.append(document)
        for line in document.sold:
            self.sold[line.product if document.has_lines else "", document.currency].append(line)

    def _return(self, document: Document) -> None:
        if not document.has_lines:
            if document.returned and not self._take_whole(document, of_totals=False):
                self._take_money(document)
            return
        has_candidates = any(self._candidates(line) for line in document.returned)
        if document.returned and not has_candidates and self._take_whole(document, of_totals=True):
            return
        taken_of = {order_id for line in document.returned for order_id in self._take_line(line)}
        if len(taken_of) == 1:
            for discount in document.return_discounts:
                self._record("discount", discount, next(iter(taken_of)))

    def _candidates(self, line: Line) -> list[Line]:
        """Lines that a return can take from, the first to be taken from first."""
        if line.quantity == 0:
            return []
        found = []
        for sold in self.sold[line.product, line.document.currency]:
            is_open = sold.open_quantity > 0 and not sold.document.is_taken_whole
            if is_open and not _is_out_of_sight(line, sold) and _is_paid_back(line, sold):
                found.append(sold)
        return sorted(found, key=lambda sold: self._preference(line, sold), reverse=True)

    def _preference(self, line: Line, sold: Line) -> tuple[Any, ...]:
        price = _cents(line.original_amount / line.quantity)
        same_price = price in (_cents(sold.original_amount / sold.quantity), _cents(sold.paid_amount / sold.quantity))
        just_as_many = sold.quantity == line.quantity == sold.open_quantity
        return same_price, just_as_many, sold.document.at, sold.document.order_id, sold.movement_id

    def _take_line(self, line: Line) -> list[str]:
        """Take back what the line can; the orders it takes from. Without any, it is a credit."""
        candidates = self._candidates(line)
        if not candidates:
            self._credit(line)
        return self._take_from(candidates, line)

    def _take_from(self, candidates: list[Line], line: Line) -> list[str]:
        """Take as much as the line has from one after the other; its amount is divided without a remainder."""
        wanted, left, orders = line.quantity, line.amount, []
        for sold in candidates:
            units = min(wanted, sold.open_quantity)
            wanted -= units
            amount = left if wanted == 0 else (line.amount * units / line.quantity).quantize(_KEPT, ROUND_HALF_UP)
            left -= amount
            kind = "take" if sold.document.reversal is None else "late_take"
            record = self._record(kind, line, sold.document.order_id, sold.movement_id)
            record |= {"quantity": units.quantize(_KEPT, ROUND_HALF_UP), "amount": amount}
            self._take(sold, units, line.original_amount * units / line.quantity, line)
            orders.append(sold.document.order_id)
            if wanted == 0:
                break
        return orders

    def _take(self, sold: Line, units: Decimal, original_amount: Decimal, line: Line) -> None:
        sold.open_quantity -= units
        sold.given_back_amount += original_amount
        sold.document.taken += 1
        self.takes[line.document.order_id].append(_Take(sold.document, sold, units, original_amount))
        if sold.reversal is None and _is_reversed(sold):
            sold.reversal = self._record("line_reversal", line, sold.document.order_id, sold.movement_id)
        reversed_count = sum(one.reversal is not None for one in sold.document.sold)
        if sold.document.reversal is None and reversed_count == sold.document.sale_line_count:
            sold.document.reversal = self._record("order_reversal", line, sold.document.order_id)

    def _take_whole(self, document: Document, *, of_totals: bool) -> bool:
        """Take back the latest untouched order that is worth the same, as a whole."""
        worth = {_cents(document.return_amount), _cents(document.return_amount - document.charge_amount)}
        for sale in sorted(self.sales, key=lambda one: (one.at, one.order_id), reverse=True):
            same = worth & {_cents(sale.sale_amount), _cents(sale.sale_amount + sale.charge_amount)}
            is_own = sale is document
            if is_own or sale.taken or sale.currency != document.currency or not same or (of_totals and sale.has_lines):
                continue
            sale.taken, sale.is_taken_whole = 1, True
            self.takes[document.order_id].append(_Take(sale))
            for line in (*document.returned, *document.return_discounts):
                self._record("take", line, sale.order_id)
            sale.reversal = self._record("order_reversal", document.returned[0], sale.order_id)
            return True
        return False

    def _take_money(self, document: Document) -> None:
        """Take money from the totals of the latest orders without lines that are not cancelled."""
        open_totals = [
            sold
            for sold in self.sold["", document.currency]
            if not sold.document.has_lines
            and sold.open_quantity > 0
            and not sold.document.is_taken_whole
            and (sold.document.cancelled_at is None or sold.document.cancelled_at > document.at)
        ]
        latest_first = sorted(open_totals, key=lambda one: (one.document.at, one.document.order_id), reverse=True)
        self._take_from(latest_first, document.returned[0])

    def _credit(self, line: Line) -> None:
        """A credit whose product was last sold on a cancelled order is part of what the cancellation undid."""
        bought = [one for one in self.sold[line.product, line.document.currency] if one.document is not line.document]
        sold = max(
            (one for one in bought if one.document.has_lines),
            key=lambda one: (one.document.at, one.document.order_id, one.movement_id),
            default=None,
        )
        if sold is None or sold.document.cancelled_at is None:
            return
        if sold.document.is_taken_whole or sold.given_back_amount + line.original_amount > sold.paid_amount:
            return
        sold.given_back_amount += line.original_amount
        credit = _Take(sold.document, sold, original_amount=line.original_amount, is_credit=True)
        self.takes[line.document.order_id].append(credit)
        self._record("credit", line, sold.document.order_id)

    def _give_back(self, document: Document, at: datetime) -> None:
        """A return was cancelled: what it took back is there again."""
        for take in self.takes.pop(document.order_id, ()):
            if take.is_credit and take.line:
                take.line.given_back_amount -= take.original_amount
                continue
            take.document.taken -= 1
            take.document.is_taken_whole = False
            if take.line is not None:
                take.line.open_quantity += take.quantity
                take.line.given_back_amount -= take.original_amount
                if _is_reversed(take.line):
                    continue
            for one in filter(None, (take.document, take.line)):
                if one.reversal is not None:
                    one.reversal["until_at"], one.reversal = at, None

    def _record(self, kind: str, line: Line, order_id: str, movement_id: str | None = None) -> dict[str, Any]:
        """Note that a return takes all of its line from an order, or that a line or an order is reversed by it."""
        is_reversal = kind.endswith("reversal")
        record = {
            "record_kind": kind,
            "customer_id": self.customer_id,
            "order_id": order_id,
            "movement_id": movement_id,
            "return_order_id": line.document.order_id,
            "return_movement_id": line.movement_id,
            "quantity": None if is_reversal else line.quantity.quantize(_KEPT, ROUND_HALF_UP),
            "amount": None if is_reversal else line.amount,
            "from_at": line.document.at,
            "until_at": None if is_reversal else line.document.cancelled_at,
        }
        self.records.append(record)
        return record


def _is_out_of_sight(line: Line, sold: Line) -> bool:
    """Totals have no product, and a credit note does not look at its own lines: what it sells is what was asked for."""
    is_own = sold.document is line.document and line.document.order_kind == "return"
    return is_own or not sold.document.has_lines


def _is_paid_back(line: Line, sold: Line) -> bool:
    """The return gives back per unit (nearly) what was paid per unit; multiplied out, for divisions are not exact."""
    given = line.original_amount * sold.quantity * sold.document.goods_amount
    return given >= PAID_BACK_SHARE * sold.original_amount * sold.document.sale_amount * line.quantity


def _is_reversed(sold: Line) -> bool:
    """All its units are back; of the total of an order without lines, nearly all of the money."""
    left_open = Decimal(0) if sold.document.has_lines else (1 - PAID_BACK_SHARE) * sold.quantity
    return sold.open_quantity <= left_open


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
