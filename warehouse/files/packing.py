"""Packed files: gzip, bzip2, xz and Zstandard, told by the end of their names."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

PACKED_SUFFIXES = (".gz", ".bz2", ".xz", ".zst")
# What reading one that is damaged or cut short may raise.
UNPACKING_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, pa.ArrowException)


def open_unpacked(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked if its name says that it is packed."""
    match path.suffix.lower():
        case ".gz":
            return cast(IO[bytes], gzip.open(path))
        case ".bz2":
            return bz2.open(path)
        case ".xz":
            return lzma.open(path)
        case ".zst":
            return cast(IO[bytes], pa.input_stream(str(path), compression="zstd"))
        case _:
            return path.open("rb")


def open_packing(target: IO[bytes], suffix: str) -> Any:
    """What is written here comes into the target, packed as the suffix says; the same bytes each time."""
    match suffix.lower():
        case ".gz":
            return gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0)
        case ".bz2":
            return bz2.open(target, "wb")
        case ".xz":
            return lzma.open(target, "wb")
        case ".zst":
            return pa.CompressedOutputStream(target, "zstd")
        case _:
            return target


def unpacked_name(name: str) -> str:
    """A file's name without the suffix that says how it is packed.

    >>> unpacked_name("orders.csv.GZ"), unpacked_name("orders.csv")
    ('orders.csv', 'orders.csv')
    """
    return next((name[: -len(suffix)] for suffix in PACKED_SUFFIXES if name.lower().endswith(suffix)), name)
