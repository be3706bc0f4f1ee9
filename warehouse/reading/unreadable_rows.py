"""Records of a file that cannot be read as rows, beside those that can."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class UnreadableRow:
    """A record that does not have the header's number of fields, or a line that stands in another row's value."""

    row_number: int
    reason: str
    content: str


Batch = tuple[pa.Table, list[UnreadableRow]]
