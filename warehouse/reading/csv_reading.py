"""A CSV as batches of records, each record numbered, those of another length than the header set aside."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from warehouse.base.errors import LandingError
from warehouse.files.blocks import BlockStream, without_beginning
from warehouse.files.csv_header import ROW_NUMBER, csv_header
from warehouse.reading.swallowed_rows import set_swallowed_apart
from warehouse.reading.unreadable_rows import Batch, UnreadableRow

# The parser reads up to 32 blocks ahead, and no record can be longer than a block: small ones first.
BLOCK_BYTES = (1 << 20, 1 << 24)
# Put behind the last record: where it is not read as a record, an open quotation mark has swallowed it. A code point
# that no text may use.
END_RECORD = "\ufffe"
_STRADDLING = "straddles two block boundaries"


class RecordTooLong(LandingError):
    """A record is longer than a block."""


def read_csv(
    name: str, blocks: Callable[[], Iterator[bytes]], block_bytes: int
) -> tuple[str, tuple[str, ...], Iterator[Batch]]:
    """Delimiter and columns of a CSV, and its records in batches: texts and ``_row_number``, and the unreadable ones.

    Parameters
    ----------
    blocks
        Gives the file's UTF-8 bytes, from the start each time, with one line end behind the last record.

    Raises
    ------
    RecordTooLong
        From the batches, if a record is longer than a block.
    LandingError
        At once, if the header cannot be read; from the batches, if a record cannot, or a quotation mark stays open.
    """
    header = csv_header(name, BlockStream(blocks()))
    if not header.columns:  # nothing but a line that names the delimiter
        return header.delimiter, (), iter(())
    records = without_beginning(blocks(), header.separator_line_bytes)
    stream = BlockStream(chain(records, [END_RECORD.encode(), b"\n"]))
    found = _batches(name, stream, header.delimiter, header.columns, block_bytes)
    return header.delimiter, header.columns, set_swallowed_apart(found, header)


@dataclass
class _Numbering:
    """Numbers of the records, in order of the file; the parser may report unreadable ones before their turn."""

    last: int = -1  # the header's number is 0
    reported: deque[UnreadableRow] = field(default_factory=deque)  # the parser's thread fills it
    pending: list[UnreadableRow] = field(default_factory=list)

    def take(self, row_count: int) -> tuple[np.ndarray, list[UnreadableRow]]:
        """Numbers of the next readable records, and the unreadable ones up to and right after them."""
        while self.reported:
            self.pending.append(self.reported.popleft())
        taken = np.array([row.row_number for row in self.pending], dtype=np.int64)
        free = np.setdiff1d(np.arange(self.last + 1, self.last + 1 + row_count + len(taken)), taken)[:row_count]
        if row_count:
            self.last = int(free[-1])
        for row in self.pending:
            if row.row_number == self.last + 1:
                self.last += 1
        ready = [row for row in self.pending if row.row_number <= self.last]
        self.pending = [row for row in self.pending if row.row_number > self.last]
        return free, ready


def _batches(
    name: str, stream: BlockStream, delimiter: str, columns: tuple[str, ...], block_bytes: int
) -> Iterator[Batch]:
    numbering = _Numbering()
    is_closed = False

    def set_aside(row: pacsv.InvalidRow) -> str:
        nonlocal is_closed
        if row.text == END_RECORD:
            is_closed = True
            return "skip"
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        numbering.reported.append(UnreadableRow(row.number - 1, reason, row.text))  # its number counts the header
        return "skip"

    reader = _reader(stream, delimiter, columns, set_aside, block_bytes)
    for read in _explained(name, reader, numbering, block_bytes):
        batch = read
        if len(columns) == 1 and batch.num_rows and batch.column(0)[-1].as_py() == END_RECORD:
            batch, is_closed = batch.slice(0, batch.num_rows - 1), True
        is_first = numbering.last < 0
        numbers, unreadable = numbering.take(batch.num_rows)
        if unreadable and unreadable[0].row_number == 0:
            raise LandingError(
                f"{name}: the header cannot be split into columns.", "Look at the quotation marks in the first line."
            )
        records = pa.Table.from_batches([batch]).append_column(ROW_NUMBER, pa.array(numbers))
        # The header was read as the first record, because names are repaired before.
        yield (records.slice(1) if is_first else records), unreadable
    if not is_closed:
        place = f"record {numbering.last}" if numbering.last > 0 else "the header"
        raise LandingError(
            f"{name}: a quotation mark is opened in {place} and never closed.",
            "Close it, or double it if it belongs to the text; nothing of the file was loaded.",
        )


def _reader(
    stream: BlockStream,
    delimiter: str,
    columns: tuple[str, ...],
    set_aside: Callable[[pacsv.InvalidRow], str],
    block_bytes: int,
) -> Iterator[pa.RecordBatch]:
    yield from pacsv.open_csv(
        io.BufferedReader(stream),  # hands out whole blocks, whatever the pieces it gets
        read_options=pacsv.ReadOptions(use_threads=False, column_names=list(columns), block_size=block_bytes),
        parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=set_aside),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
        ),
    )


def _explained(
    name: str, batches: Iterator[pa.RecordBatch], numbering: _Numbering, block_bytes: int
) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except pa.ArrowInvalid as error:
        if _STRADDLING in str(error):
            raise RecordTooLong(
                f"{name}: a record after record {max(numbering.last, 0):,} is longer than {block_bytes >> 20} MB: a "
                "quotation mark is opened there and never closed.",
                "Close it, or double it if it belongs to the text; nothing of the file was loaded.",
            ) from error
        raise LandingError(
            f"{name} cannot be read as CSV: {str(error).splitlines()[0][:200]}",
            "Look at that place in the file; nothing of it was loaded.",
        ) from error
