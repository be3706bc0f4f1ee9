"""What names of files say: numbers and dates in their order, and which file stands beside one of its name."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_DIGITS = re.compile(r"(\d+)")
# The name that a file gets whose own is taken by other content.
_KEPT_BESIDE = re.compile(r"(.+)--[0-9a-f]{8}(\.[^/]*)?")

NaturalKey = tuple[tuple[tuple[str | int, ...], ...], str]


def natural_key(name: str) -> NaturalKey:
    """Sort key of a path with forward slashes: numbers count as numbers, a name comes before what adds to it.

    >>> sorted(["o_10.csv", "o_2.csv", "o_2024-05-fix.csv", "o_2024-05.csv"], key=natural_key)
    ['o_2.csv', 'o_10.csv', 'o_2024-05.csv', 'o_2024-05-fix.csv']
    """
    path = PurePosixPath(name)
    parts = (*path.parts[:-1], path.name.split(".")[0])
    return tuple(_tokens(part) for part in parts), name


def given_name(name: str) -> str:
    """The name under which a file was handed in that stands beside other content of that name."""
    match = _KEPT_BESIDE.fullmatch(name)
    return match[1] + (match[2] or "") if match else name


def _tokens(part: str) -> tuple[str | int, ...]:
    # Texts and numbers alternate, so that like is compared with like.
    return tuple(int(token) if at % 2 else token.casefold() for at, token in enumerate(_DIGITS.split(part)))
