"""Stray quotation marks: no line vanishes into a value, wherever they stand; texts of several lines stay."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from warehouse.base.errors import LandingError
from warehouse.landing.recognition import LandedFile
from warehouse.reading import file_reading
from warehouse.reading.file_reading import LANDED, UNREADABLE, read_landed_file
from warehouse.source_definitions.folders import FileKind

COLUMNS = ["order_item_id", "order_id", "ordered_at", "product_description", "unit_price_amount"]
NAMES = ["Mug", "Blue mug, large", "Teapot; brass", "Cup No 5", 'Plate 12"', "", "Tasse für Käse", "Kännchen"]
MANY = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@dataclass
class Reader:
    """Reads files, and keeps nothing of the one before."""

    connection: duckdb.DuckDBPyConnection
    folder: Path

    def read(self, content: bytes, name: str = "order_items.csv") -> tuple[list[tuple], list[tuple]]:
        """Readable rows, their numbers last, and unreadable ones: number, reason, content."""
        path = self.folder / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        kind = FileKind(pattern="*", format="csv", rows_are="order_items")
        read_landed_file(self.connection, LandedFile(path, name, kind))
        return (
            self.connection.execute(f"from {LANDED} order by _row_number").fetchall(),
            self.connection.execute(f"from {UNREADABLE} order by row_number").fetchall(),
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield Reader(connection, tmp_path_factory.mktemp("landing"))


def _rows(count: int, delimiter: str) -> list[list[str]]:
    names = [name for name in NAMES if delimiter not in name]
    return [
        [
            f"{n}-{n % 3}",
            f"ORD{n // 3:05d}",
            f"2024-05-{n % 28 + 1:02d}",
            names[n % len(names)],
            f"{n % 40}.{n % 89:02d}",
        ]
        for n in range(1, count + 1)
    ]


def _file(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    return end.join(delimiter.join(row) for row in [COLUMNS, *rows]).encode()


def _with_marks(rows: list[list[str]], places: list[tuple[int, int]]) -> list[list[str]]:
    return [
        [f'"{value}' if (line, column) in places else value for column, value in enumerate(row)]
        for line, row in enumerate(rows)
    ]


@MANY
@given(data=st.data())
def test_every_line_is_a_row_or_quarantined_or_the_file_is_refused(reader: Reader, data: st.DataObject) -> None:
    count = data.draw(st.sampled_from([2, 5, 60, 300]))
    delimiter, end = data.draw(st.sampled_from([",", ";", "\t"])), data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    place = st.tuples(st.integers(0, count - 1), st.integers(0, len(COLUMNS) - 1))
    places = data.draw(st.lists(place, min_size=1, max_size=7, unique=True))
    rows = _rows(count, delimiter)
    holds_inches = data.draw(st.booleans())
    if not holds_inches:
        rows = [[value.replace('"', "") for value in row] for row in rows]
    content = _file(_with_marks(rows, places), delimiter, end)
    name = data.draw(st.sampled_from(["order_items.csv", "order_items.csv.gz"]))
    try:
        readable, unreadable = reader.read(content, name)
    except LandingError as refusal:
        assert len(places) % 2 == 1 or holds_inches, refusal
        assert "never closed" in refusal.message
        return
    numbers = [row[-1] for row in readable] + [number for number, _, _ in unreadable]
    assert sorted(numbers) == list(range(1, count + 1))
    touched = {line for line, _ in places}
    for *values, number in readable:
        expected = rows[number - 1]
        assert values == expected or (number - 1 in touched and "".join(values).count("\n") == 0)
    for number, _, line in unreadable:
        assert line.replace('"', "") == delimiter.join(rows[number - 1]).replace('"', "")


@pytest.mark.parametrize("column", range(5))
def test_half_of_a_file_between_two_marks_is_told_with_its_rows(reader: Reader, column: int) -> None:
    rows = _rows(2000, ",")
    rows = [[*row[:3], "Blue mug", row[4]] for row in rows]
    readable, unreadable = reader.read(_file(_with_marks(rows, [(499, column), (1498, column)])))
    assert len(readable) == 1000
    assert [number for number, _, _ in unreadable] == list(range(500, 1500))
    [reason] = {reason for _, reason, _ in unreadable}
    assert "opened in row 500 and closed in row 1,499 makes one value of 1,000 rows" in reason
    assert unreadable[1][2] == ",".join(rows[500])


def test_rows_behind_are_counted_as_in_the_mended_file_in_all_blocks(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reading, "BLOCK_BYTES", (600, 1 << 14))
    rows = [[*row[:3], row[3].replace('"', ""), row[4]] for row in _rows(1000, ";")]
    places = [(200, 3), (203, 3), (204, 1), (204, 3), (500, 0), (502, 2), (900, 4), (901, 4)]
    readable, unreadable = reader.read(_file(_with_marks(rows, places), ";"))
    assert [row[0] for row in readable] == [rows[row[-1] - 1][0] for row in readable]
    assert [number for number, _, _ in unreadable] == [201, 202, 203, 204, 205, 501, 502, 503, 901, 902]


def test_a_mark_with_more_than_a_block_behind_it_is_never_closed(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reading, "BLOCK_BYTES", (600, 1 << 14))
    rows = [[*row[:3], row[3].replace('"', ""), row[4]] for row in _rows(1000, ",")]
    content = _file(_with_marks(rows, [(1, 0)]))
    assert len(content) > 1 << 14
    with pytest.raises(LandingError, match="never closed"):
        reader.read(content)


TEXTS = [
    "12 Rose Lane\nVienna",
    "Very good, but late;\nand dear, sadly, for a mug;\n\nnever again, thanks",
    "pros: light, cheap\r\ncons: none, really, none, at all",
    "2, rue de Rivoli\n75001 Paris, France",
    "a, b, c, d, e\nf, g, h, i, j\nk, l, m, n, o",
    "1;2;3;4;5\n6;7;8;9;0",
    '{\n  "size": 5,\n  "colour": "red"\n}',
]


@pytest.mark.parametrize("count", [3, 200])
@pytest.mark.parametrize("column", [0, 1, 3, 4])
@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_several_lines_stay(reader: Reader, text: str, column: int, count: int) -> None:
    rows = _rows(count, ",")
    rows = [[*row[:3], row[3].replace(",", ""), row[4]] for row in rows]
    quoted = '"' + text.replace('"', '""') + '"'
    written = [list(row) for row in rows]
    written[1][column] = quoted
    readable, unreadable = reader.read(_file(written))
    assert unreadable == []
    assert len(readable) == count
    assert readable[1][column] == text


def test_a_short_record_that_holds_an_address_is_one_row(reader: Reader) -> None:
    rows = [[*row[:3], "Mug", row[4]] for row in _rows(30, ",")]
    rows[4] = ["5-2", "ORD1", '"12 Rose Lane\nVienna"']
    readable, unreadable = reader.read(_file(rows))
    assert len(readable) == 29
    assert [(number, reason) for number, reason, _ in unreadable] == [(5, "3 fields where the header has 5")]


def test_odd_rows_between_two_marks_do_not_hide_the_others(reader: Reader) -> None:
    rows = [[*row[:3], "Mug", row[4]] for row in _rows(300, ",")]
    for line in range(100, 200, 7):
        rows[line] = [*rows[line], "one field more"]
    readable, unreadable = reader.read(_file(_with_marks(rows, [(90, 3), (220, 3)])))
    assert [number for number, _, _ in unreadable] == list(range(91, 222))
    assert len(readable) == 300 - 131
