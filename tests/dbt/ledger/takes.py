"""What returns take back, one after the other, each knowing only what went before (docs/what-counts.md, section 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from ledger.documents import Document
from ledger.lines import Line, to_cents

PRICE_THAT_CAME_BACK = Fraction(95, 100)


@dataclass(eq=False, frozen=True)
class Take:
    """A part of a return line that takes back a part of a line sold earlier."""

    by: Document
    by_line: Line
    share: Fraction  # of the return line
    order: Document
    line: Line
    size: Fraction  # units, or money of a total

    @property
    def at(self) -> datetime:
        return self.by.ordered_at

    @property
    def value(self) -> Fraction:
        """The money given back."""
        return -self.by_line.amount * self.share

    def stands_at(self, moment: datetime) -> bool:
        """Whether it was not given up by then: a cancelled return gives back what it took."""
        return self.by.cancelled_at is None or self.by.cancelled_at > moment


def note(take: Take) -> None:
    take.line.takes.append(take)
    take.by_line.took.append(take)


def taken(line: Line, moment: datetime) -> Fraction:
    return sum((take.size for take in line.takes if take.stands_at(moment)), Fraction(0))


def is_untouched(line: Line, moment: datetime) -> bool:
    return not any(take.stands_at(moment) for take in line.takes)


def paid(order: Document, line: Line) -> Fraction:
    """The line's share of the order's sale part, discounts included."""
    return line.amount / sum(sold.amount for sold in order.sold) * order.original_amount("sale")


def take_back_all(documents: Iterable[Document]) -> None:
    """Let every return take back what its customer bought earlier and still has. Guests have no earlier orders."""
    by_customer = defaultdict(list)
    for document in documents:
        if document.customer_id is not None:
            by_customer[document.customer_id].append(document)
    for own in by_customer.values():
        for document in sorted(own, key=lambda document: document.place):
            if document.returned and not (document.cancelled_at and document.cancelled_at <= document.ordered_at):
                take_back(document, earlier_than(document, own))


def earlier_than(document: Document, documents: list[Document]) -> list[Document]:
    """The customer's orders of the same currency up to the same moment, the latest first."""
    earlier = [
        other
        for other in documents
        if other.ordered_at <= document.ordered_at
        and other.currency == document.currency
        and other.brought_back_whole
        and not (other is document and document.kind == "return")
    ]
    return sorted(earlier, key=lambda other: other.place, reverse=True)


def take_back(document: Document, earlier: list[Document]) -> None:
    if document.is_without_priced_lines:
        [total] = document.returned
        if not take_whole_order(document, [o for o in earlier if o is not document], [-total.amount]):
            take_from_totals(document, total, earlier)
        return
    for line in sorted(document.returned, key=lambda line: line.line_id):
        take_by_line(document, line, earlier)
        if not line.took:
            link_credit(document, line, earlier)
    if not any(line.took for line in document.returned):
        worth = [-document.original_amount("return"), -document.original_amount("return", "charge")]
        totals = [order for order in earlier if order.is_without_priced_lines]
        if take_whole_order(document, totals, worth):
            for line in document.returned:
                unlink_credit(line)


# Lines


def take_by_line(document: Document, line: Line, earlier: list[Document]) -> None:
    """Take units from one candidate after the other."""
    left = line.size
    for order, sold in candidates(document, line, earlier):
        units = min(left, sold.size - taken(sold, document.ordered_at))
        if units > 0:
            note(Take(document, line, units / line.size, order, sold, units))
            left -= units


def candidates(document: Document, line: Line, earlier: list[Document]) -> list[tuple[Document, Line]]:
    """What the line may take back, the likeliest first."""
    if line.size == 0:
        return []
    price = -line.amount / line.size
    at = document.ordered_at
    found = []
    for order in earlier:
        for sold in sorted(order.sold, key=lambda sold: sold.line_id, reverse=True):
            if sold.is_total or sold.product != line.product or sold.size - taken(sold, at) <= 0:
                continue
            paid_price = paid(order, sold) / sold.size
            if price >= PRICE_THAT_CAME_BACK * paid_price:
                is_same_price = to_cents(price) in (to_cents(sold.amount / sold.size), to_cents(paid_price))
                is_same_size = sold.size == line.size and is_untouched(sold, at)
                found.append((not is_same_price, not is_same_size, order, sold))
    found.sort(key=lambda one: one[:2])  # the latest first among equals, as they were found
    return [(order, sold) for _, _, order, sold in found]


def link_credit(document: Document, line: Line, earlier: list[Document]) -> None:
    """A credit belongs to the latest sale of its product before its own document, if that is still worth as much."""
    for order in (other for other in earlier if other is not document):
        for sold in sorted(order.sold, key=lambda sold: sold.line_id, reverse=True):
            if sold.product == line.product and not (sold.is_total or sold.is_difference):
                if paid(order, sold) - given_back(sold, document.ordered_at) >= -line.amount:
                    line.credited = order
                    sold.credits.append((document, line))
                return


def unlink_credit(line: Line) -> None:
    """What takes back an order is no credit."""
    if line.credited:
        for sold in line.credited.sold:
            sold.credits = [one for one in sold.credits if one[1] is not line]
    line.credited = None


def given_back(sold: Line, moment: datetime) -> Fraction:
    """The money that returns and credits gave back of a line until now."""
    takes = [take.value for take in sold.takes if take.stands_at(moment)]
    credits = [-line.amount for by, line in sold.credits if by.cancelled_at is None or by.cancelled_at > moment]
    return sum(takes + credits, Fraction(0))


# Whole orders and totals


def take_whole_order(document: Document, earlier: list[Document], worth: list[Fraction]) -> bool:
    """Take back the latest order of which nothing is taken back and that is worth the same."""
    at = document.ordered_at
    cents = {to_cents(amount) for amount in worth}
    for order in earlier:
        charged = {to_cents(order.original_amount("sale", "charge")), to_cents(order.original_amount("sale"))}
        whole = order.brought_back_whole
        is_sale = order.original_amount("sale") > 0
        if is_sale and charged & cents and all(is_untouched(sold, at) for sold in whole):
            for line in document.returned:
                for sold in whole:
                    share = Fraction(1, len(whole))
                    note(Take(document, line, share, order, sold, sold.size / len(document.returned)))
            return True
    return False


def take_from_totals(document: Document, total: Line, earlier: list[Document]) -> None:
    """Take money from the totals of orders that are not cancelled by then."""
    at = document.ordered_at
    left = total.size
    for order in earlier:
        if not order.is_without_priced_lines or (order.cancelled_at and order.cancelled_at <= at):
            continue
        [sold] = order.sold
        money = min(left, sold.size - taken(sold, at))
        if money > 0:
            note(Take(document, total, money / total.size, order, sold, money))
            left -= money
