"""Erased people recognised in texts by their hashes alone: in an old export that is landed again, in what is published.

Of erased people only keyed hashes are kept. So each piece of a text that may be an id or a value is hashed and looked
up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import duckdb

from warehouse.base.sql_text import quoted
from warehouse.privacy.naming import Naming, is_distinctive, orders_holding
from warehouse.privacy.suppression import ORDER, VALUE, Suppressed
from warehouse.reading.file_reading import LANDED

_PIECE = re.compile(r"[0-9A-Za-z]+|[^\W_]+")
_MOST_PIECES = 6
_MOST_WORDS = 3  # of a name
_MOST_REMEMBERED = 1_000_000
_SHORTEST_VALUE_CHARACTERS = 6
_BATCH_ROWS = 50_000


def naming_of_erased(
    connection: duckdb.DuckDBPyConnection, columns: Iterable[str], customer: str | None, suppressed: Suppressed
) -> Naming:
    """What names erased people in the file that was read into the temporary table ``landed``.

    Parameters
    ----------
    customer
        SQL of the customer's id as raw has it, where rows are about customers.
    """
    named = _Found(suppressed)
    orders: set[str] = set()
    for column in columns:
        found = connection.execute(
            f"select distinct trim({quoted(column)}) from {LANDED} where {quoted(column)} is not null"
        )
        while texts := found.fetchmany(_BATCH_ROWS):
            for (text,) in texts:
                named.look_at(text)
                if column.lower() == "order_id" and suppressed.holds(text, ORDER):
                    orders.add(text)
        if column.lower() == "order_id" and customer:
            orders |= _orders_of_erased(connection, quoted(column), customer, suppressed)
    words = named.words | {order for order in orders if is_distinctive(order)}
    return Naming(frozenset(words), frozenset(named.values), frozenset(orders), suppressed.secret)


def names_erased(texts: Iterable[str], suppressed: Suppressed) -> bool:
    """Whether any of some ids is one that was erased, or was made of one."""
    named = _Found(suppressed)
    for text in texts:
        named.look_at(text)
        if named.words or suppressed.holds(text, ORDER):
            return True
    return False


@dataclass
class _Found:
    """What was found of erased people; each piece is looked up once."""

    suppressed: Suppressed
    words: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def look_at(self, text: str) -> None:
        for piece in _pieces(text):
            if piece not in self.seen:
                if len(self.seen) > _MOST_REMEMBERED:
                    self.seen.clear()
                self.seen.add(piece)
                self._look_up(piece)

    def _look_up(self, piece: str) -> None:
        if is_distinctive(piece) and any(self.suppressed.holds(form) for form in {piece, piece.lower()}):
            self.words.add(piece)
        if len(piece) >= _SHORTEST_VALUE_CHARACTERS and self.suppressed.holds(piece.lower(), VALUE):
            self.values.add(piece.lower())


def _pieces(text: str) -> Iterator[str]:
    """Every run of up to six words, with what stands between them, that may be an id or a value: no lone word."""
    spans = [match.span() for match in _PIECE.finditer(text)]
    for first, (start, _) in enumerate(spans):
        for count, (_, end) in enumerate(spans[first : first + _MOST_PIECES]):
            piece = text[start:end]
            is_in_words = not re.search(r"[\d@]", piece)
            if not is_in_words or 0 < count < _MOST_WORDS:
                yield piece


def _orders_of_erased(
    connection: duckdb.DuckDBPyConnection, order: str, customer: str, suppressed: Suppressed
) -> frozenset[str]:
    found = f"select distinct trim({order}), {customer} from {LANDED} where {suppressed.holds_sql(customer)}"
    return orders_holding(connection.execute(found, suppressed.parameters()).fetchall())
