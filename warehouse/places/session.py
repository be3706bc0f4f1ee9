"""A database that is being read: what fetching needs of it, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Rows = tuple[tuple[str, ...], Iterator[Sequence[Any]]]  # names of the columns, and the rows


@dataclass(frozen=True)
class Session:
    """One read-only look at a database: all that is read of it belongs to one moment."""

    select: Callable[[str, Sequence[Any]], Rows]  # a SELECT and what is bound in it
    mark: str  # stands for a bound value
    quote: str  # stands around names

    def quoted(self, name: str) -> str:
        """A name, or names with points between them, as SQL."""
        return ".".join(
            f"{self.quote}{part.replace(self.quote, self.quote * 2)}{self.quote}" for part in name.split(".")
        )
