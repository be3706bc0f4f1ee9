"""One broken input and its expected outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEADER = "order_id,customer_id,ordered_at,order_amount\n"
GOOD = "1,a,2024-05-01 10:00:00,1.50\n"
Content = bytes | str | Callable[[], bytes]


@dataclass(frozen=True)
class Case:
    """A file in the landing folder of source ``files``, and what must become of its rows.

    Either ``refused`` gives words of the message, and nothing of the file is loaded; or the three counts say where its
    rows go, ``reasons`` stand among those of the quarantined ones, and ``holds`` in raw.
    """

    name: str
    group: str
    what: str  # for the documentation
    content: Content = b""
    file_name: str = "orders.csv"
    place: Callable[[Path], None] | None = None  # puts the input into the landing folder, where a file is not enough
    loaded: int = 0
    quarantined: int = 0
    known: int = 0
    reasons: tuple[str, ...] = ()
    refused: str = ""
    holds: tuple[str, list[tuple]] | None = None  # columns of the file's rows in raw, in order of the file
    unpacked_file_limit_mb: int = 100
    landed_name: str = ""  # of what is handed in instead of put there; what it is called in the landing folder
    handed_in: bool = False

    def put(self, folder: Path) -> None:
        """Put the input into a landing folder."""
        if self.place:
            self.place(folder)
            return
        content = self.content() if callable(self.content) else self.content
        path = folder / self.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def orders(*rows: str, end: str = "\n") -> str:
    """A file of orders in contract form: its header and the rows."""
    return HEADER.replace("\n", end) + "".join(row + end for row in rows)


def order(number: int = 1, customer: str = "a", at: str = "2024-05-01 10:00:00", amount: str = "1.50") -> str:
    """One row of orders."""
    return f"{number},{customer},{at},{amount}"
