"""Taking records out of a landed text file; all others stay as they are, byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from warehouse.base.errors import LandingError
from warehouse.files.blocks import BlockStream, file_blocks, trimmed
from warehouse.files.csv_header import Header, csv_header
from warehouse.files.encoding import text_format, utf8_blocks
from warehouse.files.packing import open_packing, open_unpacked
from warehouse.landing.recognition import LandedFile
from warehouse.privacy.landed_rows import Affected

_LONGEST_FIELD_CHARACTERS = 1 << 28
_MARK = "\ufeff"


def rewrite_text(file: LandedFile, affected: Affected, target: Path, limit_bytes: int | None) -> None:
    """Write the file without the affected records, in its encoding, packed as it was.

    Raises
    ------
    LandingError
        If the records cannot be told apart in the way in which the loader numbered them; nothing is changed then.
    """
    found = text_format(file.name, file_blocks(file.path, file.name, limit_bytes))
    encoding = _with_byte_order(file.path, found.encoding)
    with target.open("wb") as staged:
        packed = open_packing(staged, file.path.suffix)
        text = io.TextIOWrapper(packed, encoding=encoding, errors="surrogateescape", newline="")
        if file.kind.format == "lines":
            count = _copy_lines(_lines(file.path, encoding), affected, text)
        else:
            blocks = utf8_blocks(file.name, file_blocks(file.path, file.name, limit_bytes), found)
            stream = BlockStream(trimmed(blocks))
            header = csv_header(file.name, stream)
            count = _copy_records(_lines(file.path, encoding), affected, text, header)
        text.close()
    if count != affected.record_count:
        target.unlink()
        raise LandingError(
            f"{file.name}: its {affected.record_count:,} records cannot be told apart one by one ({count:,} found).",
            "Take the person's records out by hand, then run erase again; the file was not changed.",
        )


def _with_byte_order(path: Path, encoding: str) -> str:
    """Name the byte order that a byte-order mark gives, so that the mark stays what it is."""
    if encoding not in ("utf-16", "utf-32"):
        return encoding
    with open_unpacked(path) as stream:
        is_big = stream.read(4).startswith((b"\xfe\xff", b"\x00\x00\xfe\xff"))
    return f"{encoding}-{'be' if is_big else 'le'}"


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines with their ends as they are."""
    with (
        open_unpacked(path) as stream,
        io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="") as text,
    ):
        yield from text


def _copy_lines(lines: Iterator[str], affected: Affected, target: io.TextIOWrapper) -> int:
    number = -1
    for line in lines:
        if line.strip().strip(_MARK):
            number += 1
            if number in affected.dropped:
                continue
        target.write(line)
    return max(number, 0)


def _copy_records(lines: Iterator[str], affected: Affected, target: io.TextIOWrapper, header: Header) -> int:
    delimiter, columns = header.delimiter, list(header.columns)
    taken: list[str] = []

    def watched() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    limit = csv.field_size_limit(_LONGEST_FIELD_CHARACTERS)
    try:
        number = -2 if header.separator_line_bytes else -1  # the header's is 0
        for fields in csv.reader(watched(), delimiter=delimiter):
            raw, end = "".join(taken), taken[-1]
            taken.clear()
            is_record = bool(fields) and fields != [_MARK]
            number += is_record
            if is_record and number in affected.dropped:
                continue
            if is_record and len(fields) == len(columns):
                changes = affected.changes(number, dict(zip(columns, fields, strict=True)))
                if changes:
                    new = {columns.index(name): text for name, text in changes.items()}
                    raw = _with_fields(raw, fields, new, delimiter, end)
            target.write(raw)
        return max(number, 0)
    finally:
        csv.field_size_limit(limit)


def _with_fields(raw: str, fields: list[str], new: dict[int, str], delimiter: str, last_line: str) -> str:
    """The record with other texts in some fields."""
    ending = last_line[len(last_line.rstrip("\r\n")) :]
    if '"' not in raw:
        parts = raw[: len(raw) - len(ending)].split(delimiter)
        return delimiter.join(new.get(at, part) for at, part in enumerate(parts)) + ending
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=ending).writerow(
        [new.get(at, value) for at, value in enumerate(fields)]
    )
    return written.getvalue()
