"""Which encoding a text file is in, and its content as UTF-8, block by block."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from warehouse.base.errors import LandingError

# Stands for bytes that are not UTF-8 in a file that otherwise is. A code point that no text may use.
UNREADABLE_CHARACTER = "\uffff"

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 4096
_UTF16_ZERO_SHARE = 0.4  # of the high bytes of text that is mostly ASCII
_ASCII = bytes(range(128))
# Letters and signs that Windows-1252 text hardly ever has; in Shift-JIS these bytes begin every other character.
_COMMON_IN_CP1252 = {0x80, 0x85, 0x8A, 0x8C, 0x8E, 0x99, 0x9A, 0x9C, 0x9E, *range(0x91, 0x98)}  # € … Š Œ Ž ™ ‘’“”•–—
_RARE_IN_CP1252 = bytes(set(range(0x80, 0xA0)) - _COMMON_IN_CP1252)
_NOT_RARE = bytes(set(range(256)) - set(_RARE_IN_CP1252))
_RARE_COUNT, _RARE_SHARE = 3, 0.2
_STRAY_UTF8_SHARE = 0.1  # so many of the odd bytes of Windows-1252 may look like UTF-8 by chance
_ESCAPED_BYTES = re.compile("[\udc80-\udcff]+")


@dataclass(frozen=True)
class TextFormat:
    """How the bytes of a file become text."""

    encoding: str
    has_unreadable_bytes: bool = False  # only UTF-8; each run of them becomes UNREADABLE_CHARACTER
    is_blank: bool = False  # nothing but white space


@dataclass
class _Counts:
    utf8_characters: int = 0  # beyond ASCII
    odd_bytes: int = 0  # that are not UTF-8
    high_bytes: int = 0
    rare_bytes: int = 0


def text_format(name: str, blocks: Iterable[bytes]) -> TextFormat:
    """Read a file through and find its encoding.

    A byte-order mark decides; without one, UTF-16 is known by its zero bytes, UTF-8 by being valid, and the rest is
    Windows-1252. Where UTF-8 prevails, single damaged places do not make a file Windows-1252.

    Raises
    ------
    LandingError
        If the file is in none of these encodings, or in two of them.
    """
    stream = iter(blocks)
    first = next(stream, b"")
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if first.startswith(mark)), None)
    encoding = marked or _utf16_without_mark(first)
    if encoding and encoding != "utf-8":
        is_blank = True
        for text in _decoded(name, chain([first], stream), encoding, "strict"):
            is_blank = is_blank and not text.strip("\ufeff \t\r\n")
        return TextFormat(encoding, is_blank=is_blank)
    counts, is_blank = _Counts(), True
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for block in chain([first], stream):
        is_blank = is_blank and not block.strip(codecs.BOM_UTF8 + b" \t\r\n")
        _count(counts, block, decoder.decode(block))
    _count(counts, b"", decoder.decode(b"", final=True))
    return _judged(name, counts, encoding == "utf-8", is_blank)


def utf8_blocks(name: str, blocks: Iterable[bytes], found: TextFormat) -> Iterator[bytes]:
    """The blocks of a file as UTF-8 without byte-order mark.

    Raises
    ------
    LandingError
        If bytes do not belong to the encoding.
    """
    if found.encoding == "utf-8" and not found.has_unreadable_bytes:
        for number, block in enumerate(blocks):
            yield block if number else block.removeprefix(codecs.BOM_UTF8)
        return
    errors = "surrogateescape" if found.has_unreadable_bytes else "strict"
    is_first = True
    for text in _decoded(name, blocks, found.encoding, errors):
        kept = text.removeprefix("\ufeff") if is_first else text
        is_first = is_first and not text
        if found.has_unreadable_bytes:
            kept = _ESCAPED_BYTES.sub(UNREADABLE_CHARACTER, kept)
        yield kept.encode()


def _utf16_without_mark(first: bytes) -> str | None:
    sample = first[:_SAMPLE_BYTES]
    zeros = [sample[start::2].count(0) / max(len(sample) // 2, 1) for start in (0, 1)]
    for high, low, encoding in ((1, 0, "utf-16-le"), (0, 1, "utf-16-be")):
        if zeros[high] > _UTF16_ZERO_SHARE and zeros[low] == 0:
            return encoding
    return None


def _decoded(name: str, blocks: Iterable[bytes], encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    offset = 0
    for block in chain(filter(None, blocks), [b""]):  # the empty one at the end says: no more
        try:
            yield decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise LandingError(
                f"{name} is neither UTF-8 nor {_shown(encoding)} text (near byte {offset + error.start:,}).",
                "Export the file as UTF-8; nothing of it was loaded.",
            ) from error
        offset += len(block)


def _shown(encoding: str) -> str:
    return "Windows-1252" if encoding == "cp1252" else encoding.upper()


def _count(counts: _Counts, block: bytes, text: str) -> None:
    if block.isascii() and text.isascii():
        return
    odd = len(text) - len(text.encode("utf-8", "ignore").decode())
    counts.odd_bytes += odd
    counts.utf8_characters += len(text) - len(text.encode("ascii", "ignore")) - odd
    counts.high_bytes += len(block.translate(None, _ASCII))
    counts.rare_bytes += len(block.translate(None, _NOT_RARE))


def _judged(name: str, counts: _Counts, is_marked: bool, is_blank: bool) -> TextFormat:
    if not counts.odd_bytes or is_marked or counts.utf8_characters >= counts.odd_bytes:
        return TextFormat("utf-8", bool(counts.odd_bytes), is_blank)
    if counts.utf8_characters > _STRAY_UTF8_SHARE * counts.odd_bytes:
        raise LandingError(
            f"{name} is UTF-8 in some places and another encoding in others.",
            "Export the whole file as UTF-8; nothing of it was loaded.",
        )
    if counts.rare_bytes >= _RARE_COUNT and counts.rare_bytes > _RARE_SHARE * counts.high_bytes:
        raise LandingError(
            f"{name} is neither UTF-8 nor Windows-1252 text; it looks like Shift-JIS or another encoding of its own.",
            "Export the file as UTF-8; nothing of it was loaded.",
        )
    return TextFormat("cp1252", is_blank=is_blank)
