"""What names a person in a text, and what is put in its place: the same in tables, files and later exports.

A key that holds the person's id (`ORD-C0000012-3`) gets another one, the same wherever it stands, so that tables still
join and a file that is landed again gives no second row. Elsewhere the words are redacted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from warehouse.privacy.secret import keyed_hash

ERASED = "[erased]"
ALIAS = "erased-"
_SHORTEST_ID_CHARACTERS = 6
_SHORTEST_NUMBER_DIGITS = 9  # a date has eight
_MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_KEY = re.compile(r"[^\s\"'{}\[\]<>,;|=()]+")  # a text that is one key, not words or data that quote it
_ORDER_COLUMN = re.compile(r"(^|_)order(_item)?_id$")
_NOT_BEFORE, _NOT_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"


def is_distinctive(identifier: str) -> bool:
    """Whether an id is found in any text without being taken for a figure or a word.

    >>> [is_distinctive(one) for one in ("C0000012", "777000123", "anna@example.com")]
    [True, True, True]
    >>> [is_distinctive(one) for one in ("17850", "20240501", "anna", "C-12")]
    [False, False, False, False]
    """
    if _MAIL_ADDRESS.fullmatch(identifier) or re.fullmatch(rf"[0-9]{{{_SHORTEST_NUMBER_DIGITS},}}", identifier):
        return True
    has_both = bool(re.search(r"\d", identifier) and re.search(r"[^\W\d_]", identifier))
    is_framed = bool(re.fullmatch(r"\w.*\w", identifier, re.DOTALL))  # its ends are ends of words
    return len(identifier) >= _SHORTEST_ID_CHARACTERS and has_both and is_framed


def holds_id(text: str, identifier: str) -> bool:
    """Whether an id stands in a text, bounded by what is neither letter nor digit.

    >>> holds_id("O-777000123-1", "777000123"), holds_id("17", "7"), holds_id("ORD_C12_1", "C12")
    (True, False, True)
    """
    return bool(identifier and re.search(_NOT_BEFORE + re.escape(identifier) + _NOT_AFTER, text))


def orders_holding(pairs: Iterable[tuple[str | None, str | None]]) -> frozenset[str]:
    """Order ids that hold the id of the customer beside them.

    >>> orders_holding([("O-7-1", "7"), ("17", "7"), ("7", None)])
    frozenset({'O-7-1'})
    """
    return frozenset(order for order, customer in pairs if order and customer and holds_id(order, customer))


def core_of(value: str) -> str:
    """A value without marks at its ends: what is compared.

    >>> core_of("+49 555 1 "), core_of("(b)")
    ('49 555 1', 'b')
    """
    return re.sub(r"^[\W_]+|[\W_]+$", "", value.lower())


@dataclass(frozen=True)
class Naming:
    """What names a person, or several.

    Parameters
    ----------
    words
        Ids that are found in any text.
    values
        Further texts of the person: address, telephone number.
    orders
        Ids of orders that hold an id of the person, which may be too short to be looked for anywhere.
    """

    words: frozenset[str]
    values: frozenset[str]
    orders: frozenset[str]
    secret: bytes

    def __bool__(self) -> bool:
        return bool(self.words or self.values or self.orders)

    def alias(self, key: str) -> str:
        """What takes the place of a key; nobody without the secret can tell what it was."""
        return ALIAS + keyed_hash(self.secret, key)[:20]

    def cleaned(self, text: str) -> str:
        """The text without the person."""
        if not text or not self._pattern.search(text):
            return text
        stripped = text.strip()
        # A lone id is no key that was made of it.
        is_word = stripped not in self.orders and stripped.lower() in {word.lower() for word in self.words}
        if _KEY.fullmatch(stripped) and self._words_pattern.search(stripped) and not is_word:
            return self.alias(stripped)
        return self._pattern.sub(ERASED, text)

    def cleaned_row(self, fields: Mapping[str, str | None]) -> dict[str, str]:
        """The fields of a row that change, by column."""
        given = {column: text for column, text in fields.items() if text}
        order = given.get("order_id", "").strip()
        changed = {}
        for column, text in given.items():
            key = text.strip()
            is_key = bool(_ORDER_COLUMN.search(column)) and (
                key in self.orders or (order in self.orders and holds_id(key, order))
            )
            new = self.alias(key) if is_key else self.cleaned(text)
            if new != text:
                changed[column] = new
        return changed

    def search_pattern(self) -> str:
        """Regular expression (RE2 and Python) that finds every row to look at, and some others."""
        tokens = {*self.words, *map(core_of, self.values), *self.orders} - {""}
        return "(?i)" + "|".join(sorted(map(re.escape, tokens))) if tokens else "[^\\s\\S]"

    @cached_property
    def _words_pattern(self) -> re.Pattern[str]:
        tokens = sorted(map(re.escape, self.words), key=len, reverse=True)
        return re.compile(f"{_NOT_BEFORE}(?:{'|'.join(tokens)}){_NOT_AFTER}" if tokens else r"[^\s\S]", re.IGNORECASE)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        cores = sorted({core for core in map(core_of, self.values) if core}, key=len, reverse=True)
        parts = [self._words_pattern.pattern, *map(re.escape, cores)]
        return re.compile("|".join(parts), re.IGNORECASE)
