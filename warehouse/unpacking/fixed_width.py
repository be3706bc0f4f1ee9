"""Lines whose columns stand at fixed places, as records of text."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping

from warehouse.base.errors import LandingError
from warehouse.files.blocks import BlockStream
from warehouse.files.text_parquet import NoRow, Record, Records

_LONGEST_LINE_CHARACTERS = 1 << 24


def fixed_width_records(name: str, blocks: Callable[[], Iterator[bytes]], positions: Mapping[str, str]) -> Records:
    """The lines that are not blank; there is no header. What is left of a column without its blanks is the value.

    Parameters
    ----------
    blocks
        Gives the file's UTF-8 bytes, from the start each time.
    positions
        First and last character of each column, from 1: `{"order_id": "1-10"}`.
    """
    places = {column: place_of(place) for column, place in positions.items()}
    end = max(last for _, last in places.values())

    def rows() -> Iterator[Record]:
        for line in _lines(name, blocks()):
            if line[end:].strip():
                yield NoRow(f"{len(line.rstrip())} characters where the columns end at {end}", line)
            else:
                yield [line[first - 1 : last].strip() or None for first, last in places.values()]

    return Records(tuple(places), rows)


def place_of(place: str) -> tuple[int, int]:
    """First and last character.

    Raises
    ------
    ValueError
        If it is no such place.

    >>> place_of("11-19"), place_of("7")
    ((11, 19), (7, 7))
    """
    first, _, last = place.partition("-")
    found = int(first), int(last or first)
    if not 1 <= found[0] <= found[1]:
        raise ValueError(place)
    return found


def _lines(name: str, blocks: Iterator[bytes]) -> Iterator[str]:
    text = io.TextIOWrapper(io.BufferedReader(BlockStream(blocks)), encoding="utf-8")
    while line := text.readline(_LONGEST_LINE_CHARACTERS):
        if len(line) == _LONGEST_LINE_CHARACTERS and not line.endswith("\n"):
            raise LandingError(
                f"{name}: a line is longer than {_LONGEST_LINE_CHARACTERS:,} characters.",
                "Look at the line ends of the file; nothing of it was landed.",
            )
        if line.strip():
            yield line.rstrip("\n")
