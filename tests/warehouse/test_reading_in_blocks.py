"""Reading takes memory for a block, not for the file, and gives the same whatever the blocks."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.base.errors import LandingError
from warehouse.base.settings import CHECKOUT
from warehouse.files.blocks import file_blocks, trimmed
from warehouse.files.encoding import TextFormat, text_format, utf8_blocks

MEASURE = """
import resource, sys
from pathlib import Path
import duckdb
from warehouse.reading.file_reading import read_landed_file
from warehouse.landing.recognition import LandedFile
from warehouse.source_definitions.folders import FileKind
path = Path(sys.argv[1])
connection = duckdb.connect(config={"memory_limit": "60MB", "threads": 1, "temp_directory": str(path.parent / "spill")})
kind = FileKind(pattern="*", format="csv", rows_are="orders")
content = read_landed_file(connection, LandedFile(path, path.name, kind))
print(content.row_count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _measured(path: Path) -> tuple[int, int]:
    """Rows, and the peak of memory in MB, of reading a file in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    rows, peak_mb = done.stdout.split()
    return int(rows), int(peak_mb)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    row = b"1," + b"x" * 998 + b"\n"
    peaks = []
    for megabytes in (40, 120):
        path = tmp_path / f"{megabytes}.csv"
        with path.open("wb") as file:
            file.write(b"a,b\n")
            for _ in range(megabytes):
                file.write(row * 1000)
        rows, peak_mb = _measured(path)
        assert rows == megabytes * 1000
        peaks.append(peak_mb)
    assert peaks[1] - peaks[0] < 40


def _pieces(content: bytes, length: int) -> list[bytes]:
    return [content[start : start + length] for start in range(0, len(content), length)]


@pytest.mark.parametrize("length", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_the_same_whatever_the_blocks(encoding: str, length: int) -> None:
    text = "Käse, Brötchen, Crème brûlée\n" * 5
    content = text.encode(encoding)
    pieces = [content[:8], *_pieces(content[8:], length)]  # marks are looked for in the first block
    found = text_format("x.csv", pieces)
    assert b"".join(utf8_blocks("x.csv", pieces, found)) == text.encode()


@pytest.mark.parametrize("length", [1, 2, 5, 1000])
def test_damaged_bytes_are_marked_whatever_the_blocks(length: int) -> None:
    content = "Käse Käse Käse ".encode() + b"\xe4\n"
    found = text_format("x.csv", _pieces(content, length))
    assert found == TextFormat("utf-8", has_unreadable_bytes=True)
    assert b"".join(utf8_blocks("x.csv", _pieces(content, length), found)).decode() == "Käse Käse Käse \uffff\n"


@pytest.mark.parametrize("length", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"\n\r\na\n\nb\r\n\r\n", b"a\n\nb\n"), (b"a", b"a\n"), (b"\n\n", b"\n"), (b"", b"\n")],
)
def test_line_ends_around_the_text_are_cut_off(content: bytes, expected: bytes, length: int) -> None:
    assert b"".join(trimmed(_pieces(content, length))) == expected


def test_unpacking_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 50_000_000))  # 1:1000
    size_bytes = 0
    with pytest.raises(LandingError, match="larger than 3 MB once unpacked"):
        for block in file_blocks(path, path.name, 3_000_000):
            size_bytes += len(block)
    assert path.stat().st_size < 60_000
    assert size_bytes <= 3_000_000
