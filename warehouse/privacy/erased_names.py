"""Erased people recognised in texts by their hashes alone: in an old export that is landed again, in what is published.

Of erased people only keyed hashes are kept. So each piece of a text that may be an id or a value is hashed and looked
up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import duckdb

from warehouse.file_reading import LANDED
from warehouse.privacy.naming import Naming, core_of, is_distinctive, orders_holding
from warehouse.privacy.secret import hash_parameters, keyed_hash_sql
from warehouse.privacy.suppression import Suppressed

_PIECE = re.compile(r"[0-9A-Za-z]+|[^\W_]+")
_MOST_PIECES = 6
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
    words: set[str] = set()
    values: set[str] = set()
    orders: set[str] = set()
    for column in columns:
        quoted = '"' + column.replace('"', '""') + '"'
        found = connection.execute(f"select distinct trim({quoted}) from {LANDED} where {quoted} is not null")
        while texts := found.fetchmany(_BATCH_ROWS):
            for (text,) in texts:
                _look_up(text, suppressed, words, values)
                if column.lower() == "order_id" and suppressed.holds_order(text):
                    orders.add(text)
        if column.lower() == "order_id" and customer:
            orders |= _orders_of_erased(connection, quoted, customer, suppressed)
    words |= {order for order in orders if is_distinctive(order)}
    return Naming(frozenset(words), frozenset(values), frozenset(orders), suppressed.secret)


def names_erased(texts: Iterable[str], suppressed: Suppressed) -> bool:
    """Whether any of some ids is one that was erased, or was made of one."""
    words: set[str] = set()
    for text in texts:
        _look_up(text, suppressed, words, set())
        if words or suppressed.holds_order(text):
            return True
    return False


def _look_up(text: str, suppressed: Suppressed, words: set[str], values: set[str]) -> None:
    for piece in _pieces(text):
        if is_distinctive(piece):
            words |= {piece for form in {piece, piece.lower()} if suppressed.holds(form)}
        core = core_of(piece)
        if len(core) >= _SHORTEST_VALUE_CHARACTERS and not core.isalpha() and suppressed.holds_value(core):
            values.add(core)


def _pieces(text: str) -> Iterator[str]:
    """Every run of up to six words, with what stands between them."""
    spans = [match.span() for match in _PIECE.finditer(text)]
    for first, (start, _) in enumerate(spans):
        for _, end in spans[first : first + _MOST_PIECES]:
            yield text[start:end]


def _orders_of_erased(
    connection: duckdb.DuckDBPyConnection, order: str, customer: str, suppressed: Suppressed
) -> frozenset[str]:
    hashed = keyed_hash_sql(f"concat($salt::varchar, {customer})")
    return orders_holding(
        connection.execute(
            f"select distinct trim({order}), {customer} from {LANDED} where list_contains($hashes, {hashed})",
            {
                "hashes": sorted(suppressed.hashes),
                "salt": suppressed.salt,
                **hash_parameters(suppressed.secret),
            },
        ).fetchall()
    )
