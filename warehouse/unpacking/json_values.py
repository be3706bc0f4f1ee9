"""The values of a JSON document one after the other, without holding all of it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warehouse.base.errors import LandingError
from warehouse.files.text_parquet import NoRow

_LONGEST_CHARACTERS = 1 << 24
_BLANK = re.compile(r"[ \t\r\n]*")
_SHOWN_CHARACTERS = 100_000


class Number(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(frozen=True)
class Twice:
    """An object with a key that stands twice in it."""

    key: str
    content: str


class _TwiceFound(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _TwiceFound(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return found


_NUMBERS: dict[str, Any] = {"parse_int": Number, "parse_float": Number, "parse_constant": Number}
_STRICT = json.JSONDecoder(object_pairs_hook=_object, **_NUMBERS)
_LAX = json.JSONDecoder(**_NUMBERS)


def json_items(name: str, blocks: Iterator[bytes], member: str = "", *, are_lines: bool = False) -> Iterator[Any]:
    """The records of a document: elements of its list, of the member that is one, or a value a line.

    Parameters
    ----------
    are_lines
        Whether the name says that each line is a value; else the beginning of the document decides.

    Yields
    ------
    Any
        Values, `Number` for numbers, `Twice` for objects with a key twice, `NoRow` for lines that are not JSON.

    Raises
    ------
    LandingError
        If the document cannot be read on, lacks the member, or a value is longer than 16 million characters.
    """
    document = _Document(name, blocks)
    first = document.peek()
    if member:
        document.enter(member)
        yield from document.elements()
    elif first == "[" and not are_lines:
        yield from document.elements()
    elif are_lines or document.begins_with_line():
        yield from document.lines()
    else:
        yield from document.values()


class _Document:
    """Text that is read as far as it is needed."""

    def __init__(self, name: str, blocks: Iterator[bytes]) -> None:
        self.name = name
        self._blocks = blocks
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._is_end = False
        self._count = 0

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            match = _BLANK.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def enter(self, member: str) -> None:
        """Go to the beginning of the list that a member of the document is."""
        self._expect("{")
        while self.peek() != "}":
            key, _ = self._value()
            self._expect(":")
            if key == member:
                if self.peek() != "[":
                    raise self._wrong(f"the member {member!r} is no list")
                return
            self._value()
            if self.peek() != "}":
                self._expect(",")
        raise LandingError(
            f"{self.name} has no member {member!r}.",
            "Name the one that holds the list of records (`records:` in source.yml); nothing of it was landed.",
        )

    def elements(self) -> Iterator[Any]:
        """The elements of a list."""
        self._expect("[")
        if self.peek() == "]":
            return
        while True:
            value, text = self._value()
            self._count += 1
            yield value if text is None else Twice(value, text)
            if self.peek() == "]":
                return
            self._expect(",")

    def lines(self) -> Iterator[Any]:
        """A value of each line, and a line that is none as `NoRow`."""
        while line := self._line():
            if line.strip():
                self._count += 1
                yield _of_line(line, self._count)

    def values(self) -> Iterator[Any]:
        """Values one behind the other, over any number of lines."""
        while self.peek():
            value, text = self._value()
            self._count += 1
            yield value if text is None else Twice(value, text)

    def begins_with_line(self) -> bool:
        """Whether the first line is a value of its own."""
        line = self._line()
        self._at -= len(line)
        return _is_json(line)

    def _line(self) -> str:
        """The next line with its end; empty at the end of the document."""
        while (end := self._text.find("\n", self._at)) < 0 and self._more():
            self._refuse_long()
        end = len(self._text) if end < 0 else end + 1
        line, self._at = self._text[self._at : end], end
        return line

    def _value(self) -> tuple[Any, str | None]:
        """The next value; or, of an object with a key twice, that key and the object's text."""
        self.peek()
        while True:
            try:
                value, end = _STRICT.raw_decode(self._text, self._at)
                text = None
            except _TwiceFound as found:
                end = _LAX.raw_decode(self._text, self._at)[1]
                value, text = str(found), self._text[self._at : end][:_SHOWN_CHARACTERS]
            except RecursionError as error:
                raise self._wrong("nested too deeply") from error
            except ValueError as error:
                if self._more():
                    self._refuse_long()
                    continue
                raise self._wrong(getattr(error, "msg", str(error))) from error
            if end == len(self._text) and self._more():  # a number may go on
                continue
            self._at = end
            return value, text

    def _expect(self, sign: str) -> None:
        found = self.peek()
        if found != sign:
            raise self._wrong(f"{sign!r} is expected, and there is {found!r}" if found else "it ends too early")
        self._at += 1

    def _more(self) -> bool:
        """Read on, and let go of what is behind; False at the end of the document."""
        if self._is_end:
            return False
        block = next(self._blocks, None)
        self._is_end = block is None
        self._text = self._text[self._at :] + self._decoder.decode(block or b"", final=self._is_end)
        self._at = 0
        return True

    def _refuse_long(self) -> None:
        if len(self._text) - self._at > _LONGEST_CHARACTERS:
            raise self._wrong(f"a value is longer than {_LONGEST_CHARACTERS:,} characters, or never ends")

    def _wrong(self, words: str) -> LandingError:
        return LandingError(
            f"{self.name} is not JSON that can be read, after record {self._count:,}: {words}.",
            "It may be cut short: ask for the file again; nothing of it was landed.",
        )


def _is_json(line: str) -> bool:
    try:
        _LAX.decode(line)
    except (ValueError, RecursionError):
        return False
    return True


def _of_line(line: str, number: int) -> Any:
    text = line.strip()
    try:
        return _STRICT.decode(text)
    except _TwiceFound as found:
        return Twice(str(found), text[:_SHOWN_CHARACTERS])
    except (ValueError, RecursionError) as error:
        words = getattr(error, "msg", "nested too deeply")
        return NoRow(f"record {number:,} is not JSON: {words}", text[:_SHOWN_CHARACTERS])
