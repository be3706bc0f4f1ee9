"""A landed file as blocks of bytes: opened, unpacked within a limit, and checked for being what its name says."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from warehouse.base.errors import LandingError
from warehouse.files.packing import UNPACKING_ERRORS, open_unpacked

_BLOCK_BYTES = 1 << 20
# First bytes of what is sometimes named .csv, with the word for it and what to do.
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "Let its name end in .zip or .xlsx."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook", "Save the sheet as CSV UTF-8."),
    (b"PAR1", "a Parquet file", "Rename it so that it ends in .parquet."),
    (b"\x1f\x8b", "gzip", "Unpack it, or let its name end in .csv.gz if it is packed once."),
    (b"BZh", "bzip2", "Unpack it, or let its name end in .csv.bz2 if it is packed once."),
    (b"\xfd7zXZ\x00", "xz", "Unpack it, or let its name end in .csv.xz if it is packed once."),
    (b"\x28\xb5\x2f\xfd", "Zstandard", "Unpack it, or let its name end in .csv.zst if it is packed once."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it."),
    (b"%PDF", "a PDF document", "Export the table as CSV UTF-8."),
    (b"SQLite format 3\x00", "an SQLite database", "Export the table as CSV UTF-8."),
    (b"<!doctype html", "a web page", "Look at it in a browser: often it is a log-in page instead of the export."),
    (b"<html", "a web page", "Look at it in a browser: often it is a log-in page instead of the export."),
)


def file_blocks(path: Path, name: str, limit_bytes: int | None, *, any_format: bool = False) -> Iterator[bytes]:
    """The file's bytes, unpacked if its name says that it is packed.

    Parameters
    ----------
    limit_bytes
        Largest size of the unpacked file; None: no limit.
    any_format
        Whether the content may be something other than text.

    Raises
    ------
    LandingError
        If the file cannot be read, is damaged, is of another format than its name says, or is larger than the limit.
    """
    size_bytes = 0
    try:
        with open_unpacked(path) as stream:
            while block := stream.read(_BLOCK_BYTES):
                if not size_bytes and not any_format:
                    _refuse_other_format(name, block)
                size_bytes += len(block)
                refuse_too_large(name, size_bytes, limit_bytes)
                yield block
    except UNPACKING_ERRORS as error:
        raise LandingError(
            f"{name} cannot be read: {error}",
            "Check its permissions or ask for the file again; nothing of it was loaded.",
        ) from error


def refuse_too_large(name: str, size_bytes: int, limit_bytes: int | None) -> None:
    """Raise LandingError if a file is larger than the limit once unpacked."""
    if limit_bytes is not None and size_bytes > limit_bytes:
        raise LandingError(
            f"{name} is larger than {limit_bytes / 1e6:,.0f} MB once unpacked: it may be a decompression bomb.",
            "If it is meant to be so large, raise CLIENTELE_UNPACKED_FILE_LIMIT_MB; nothing of it was loaded.",
        )


def trimmed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks without line ends before the first and after the last line, and one line end at the very end."""
    held = b""  # line ends that are only passed on if something follows
    is_start = True
    for block in blocks:
        text = block.lstrip(b"\r\n") if is_start else block
        if not text:
            continue
        is_start = False
        body = text.rstrip(b"\r\n")
        if body:
            yield held + body
            held = text[len(body) :]
        else:
            held += text
        if len(held) > _BLOCK_BYTES:  # blank lines without end must not fill the memory
            yield held
            held = b""
    yield b"\n"


def without_beginning(blocks: Iterable[bytes], size_bytes: int) -> Iterator[bytes]:
    """The blocks without so many bytes at the very beginning."""
    left = size_bytes
    for block in blocks:
        kept = block[left:]
        left -= len(block) - len(kept)
        if kept:
            yield kept


class BlockStream(io.RawIOBase):
    """Blocks as a file that can be read once, front to back."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        super().__init__()
        self._blocks = iter(blocks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _refuse_other_format(name: str, first: bytes) -> None:
    start = first[:64].lstrip().lower()
    for mark, words, advice in _OTHER_FORMATS:
        if first.startswith(mark) or (mark.startswith(b"<") and start.startswith(mark)):
            raise LandingError(f"{name} holds {words}, not text as its name says.", advice)
