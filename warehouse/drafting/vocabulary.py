"""How well a column's name says what a contract column is: by words, abbreviations and endings aside."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from pydantic import Field

from warehouse.base.declarations import Frozen, read_declaration

VOCABULARY_FILE = Path(__file__).with_name("vocabulary.yml")
TENURE = "tenure"  # how long a contract has been running: no column of the contract, but the start can be made of it
OUTRIGHT, WEAK = 1.0, 0.6
_EACH_FURTHER_WORD, _LEAST, _NOT_WHOLE = 0.12, 0.45, 0.05
_LATER = 0.0002  # of two names that say it, the one that stands first in the list
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMMER = re.compile(r"\b([a-z]{3,})(?:nummer|nr)\b")
_WORD = re.compile(r"[a-z0-9]+|#")
# What things belong to: alone they name their id, behind other words they say nothing.
_WHOSE = {
    "product",
    "order",
    "customer",
    "item",
    "user",
    "client",
    "invoice",
    "member",
    "store",
    "name",
    "number",
    "id",
}
_SHORT = 3  # shorter words keep their s


class Words(Frozen):
    """What a contract column is called."""

    names: tuple[str, ...]
    weak: tuple[str, ...] = ()
    other: tuple[str, ...] = Field((), alias="not")


class TableWords(Frozen):
    """What files and columns of a contract table are called."""

    files: tuple[str, ...]
    columns: dict[str, Words]


class Vocabulary(Frozen):
    """All words."""

    abbreviations: dict[str, str]
    fillers: tuple[str, ...]
    other_files: tuple[str, ...]
    tables: dict[str, TableWords]


@cache
def vocabulary() -> Vocabulary:
    """Read the words once."""
    return read_declaration(Vocabulary, VOCABULARY_FILE, "Mend warehouse/drafting/vocabulary.yml.")


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in the form in which they are compared.

    >>> words_of("CustomerID"), words_of("order_ids")
    (('customer', 'id'), ('order', 'id'))
    >>> words_of("Bestellnr."), words_of("Kundennummer")
    (('bestell', 'number'), ('kunden', 'number'))
    >>> words_of("Qté_commandée")
    ('quantity', 'commandee')
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    short = vocabulary().abbreviations
    found = [singular(word) for word in _WORD.findall(_NUMMER.sub(r"\1 number", _CAMEL.sub(" ", plain).lower()))]
    return tuple(part for word in found for part in short.get(word, word).split())


def singular(word: str) -> str:
    """A word without the s of the plural."""
    if len(word) < _SHORT or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word[:-1]


@cache
def name_score(name: str, table: str, column: str) -> float:
    """How well a name says that it is a contract column: 1 outright, 0 not at all.

    Parameters
    ----------
    name
        Of the file's column.
    table, column
        Of the contract, or `tenure`.
    """
    words = vocabulary().tables[table].columns[column]
    given = words_of(name)
    scores = (_score(given, words_of(phrase), OUTRIGHT) - _LATER * place for place, phrase in enumerate(words.names))
    best = max(scores, default=0.0)
    if best <= OUTRIGHT - _NOT_WHOLE:
        if "".join(given) in {"".join(words_of(word)) for word in words.weak}:
            best = max(best, WEAK)
        if any(set(words_of(word)) <= set(given) for word in words.other):
            return 0.0
    return best


def file_score(name: str, table: str) -> float:
    """How well a file's name says that its rows are those of a contract table."""
    given = words_of(name)
    phrases = [words_of(phrase) for phrase in vocabulary().tables[table].files]
    said = [phrase for phrase in phrases if set(phrase) <= set(given)]
    return max((OUTRIGHT - 0.1 * (len(given) - len(phrase)) for phrase in said), default=0.0)


def is_of_others(name: str) -> bool:
    """Whether a file is about employees, suppliers, stores: no table of the contract has them."""
    given = words_of(name)
    return bool(given) and any(given[-len(words) :] == words for words in map(words_of, vocabulary().other_files))


def _is_head(given: tuple[str, ...], word: str, fillers: set[str]) -> bool:
    """Whether a name is about a word: its last one, as in `review score`; not as in `product weight`."""
    meant = [one for one in given if one not in fillers and not one.isdigit()]
    return bool(meant) and meant[-1] == word and word not in _WHOSE


def _score(given: tuple[str, ...], phrase: tuple[str, ...], full: float) -> float:
    if "".join(given) == "".join(phrase):
        return full
    if not set(phrase) <= set(given):
        return 0.0
    fillers = set(vocabulary().fillers)
    if len(phrase) == 1 and not _is_head(given, phrase[0], fillers):
        return 0.0
    further = [word for word in given if word not in phrase and word not in fillers and not word.isdigit()]
    specific = len(phrase) - 1  # a phrase of two words in a longer name says more than one word in it
    return max(full - 0.05 - _EACH_FURTHER_WORD * max(len(further) - 0.5 * specific, 0), _LEAST)
