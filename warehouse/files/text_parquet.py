"""Records of any origin as a Parquet file whose columns are all text, with those that are no rows set apart.

What is no row, such as a line that is not JSON, stands in its place with the reason and its content, so that it is
counted and quarantined like a line of a CSV that cannot be split.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.files.encoding import UNREADABLE_CHARACTER

UNREADABLE_REASON, UNREADABLE_CONTENT = "_unreadable_reason", "_unreadable_content"
NESTED_KEY = "clientele_nested"  # in the file's metadata: the columns that hold lists or structures, as JSON
_BATCH_ROWS = 50_000
_BATCH_CHARACTERS = 1 << 24


@dataclass(frozen=True)
class NoRow:
    """What stands where a row should."""

    reason: str
    content: str


Record = Sequence[str | None] | NoRow


@dataclass(frozen=True)
class Records:
    """A table as text: its columns, and its rows in their order, read when they are asked for."""

    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Record]]
    nested: Collection[str] = ()  # columns that hold lists or structures; known at the latest when all rows are read


def write_records(target: Path, records: Records) -> int:
    """Write records as Parquet; the same records give the same bytes. Memory does not grow with their number.

    Returns
    -------
    int
        How many there are, those that are no rows included.
    """
    names = (*records.columns, UNREADABLE_REASON, UNREADABLE_CONTENT)
    schema = pa.schema([(name, pa.string()) for name in names])
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in _batches(records.rows()):
            count += len(batch)
            writer.write_table(_table(batch, schema))
        writer.add_key_value_metadata({NESTED_KEY: json.dumps([*records.nested])})
    return count


def _batches(rows: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += len(row.content) if isinstance(row, NoRow) else sum(len(text) for text in row if text)
        if len(batch) >= _BATCH_ROWS or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _table(batch: list[Record], schema: pa.Schema) -> pa.Table:
    empty = (None,) * (len(schema) - 2)
    rows = [(*empty, row.reason, row.content) if isinstance(row, NoRow) else (*row, None, None) for row in batch]
    return pa.Table.from_arrays([_texts(column) for column in zip(*rows, strict=True)], schema=schema)


def _texts(values: Sequence[str | None]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # half of a character, as JSON can write one
        return pa.array([text and _whole(text) for text in values], pa.string())


def _whole(text: str) -> str:
    return "".join(UNREADABLE_CHARACTER if "\ud800" <= character <= "\udfff" else character for character in text)
