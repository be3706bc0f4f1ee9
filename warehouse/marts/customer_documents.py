"""A customer's orders and credit notes with their lines, as the dbt model `int_takebacks` hands them to `takebacks`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(eq=False)
class Line:
    """Goods sold or returned on one line, or a whole document without lines; amounts positive, in its own currency."""

    movement_id: str
    product: str
    quantity: Decimal
    original_amount: Decimal
    amount: Decimal  # in the reporting currency, with its sign
    document: Document
    open_quantity: Decimal = Decimal(0)  # what nobody has taken back
    given_back_amount: Decimal = Decimal(0)
    reversal: dict[str, Any] | None = None

    @property
    def paid_amount(self) -> Decimal:
        """What was paid for it: its share of the sale part, discounts included."""
        return self.original_amount * self.document.sale_amount / self.document.goods_amount


@dataclass(eq=False)
class Document:
    """One order or credit note; amounts in its own currency, what was returned positive."""

    order_id: str
    order_kind: str
    currency: str
    at: datetime
    cancelled_at: datetime | None
    sale_amount: Decimal
    goods_amount: Decimal
    charge_amount: Decimal
    return_amount: Decimal
    sale_line_count: int
    has_lines: bool
    sold: list[Line] = field(default_factory=list)
    returned: list[Line] = field(default_factory=list)
    return_discounts: list[Line] = field(default_factory=list)
    taken: int = 0  # how many takes of it stand
    is_taken_whole: bool = False
    reversal: dict[str, Any] | None = None


def documents_by_customer(
    documents: Iterable[tuple[Any, ...]], lines: Iterable[tuple[Any, ...]]
) -> dict[str, list[Document]]:
    """Each customer's documents, from the rows that the dbt model selects."""
    of_customer: dict[str, list[Document]] = defaultdict(list)
    by_id: dict[str, Document] = {}
    for customer_id, *values in documents:
        document = Document(*values)
        of_customer[customer_id].append(document)
        by_id[document.order_id] = document
    for _, order_id, movement_id, kind, part, line_kind, product, quantity, original_amount, amount in lines:
        document = by_id[order_id]
        units = original_amount if kind == "head" else quantity  # a total is taken back by money
        line = Line(movement_id, product, units, original_amount, amount, document, units)
        if part == "sale":
            document.sold.append(line)
        elif line_kind == "goods" and kind != "difference":
            document.returned.append(line)
        else:
            document.return_discounts.append(line)
    return of_customer
