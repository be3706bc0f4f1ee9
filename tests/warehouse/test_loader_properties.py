"""What holds of every file: no row is lost, a second reading changes nothing, the order of rows does not matter."""

from __future__ import annotations

import csv
import gzip
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.landing.recognition import LandedFile
from warehouse.loading.file_loading import TableLoad, load_file
from warehouse.loading.load import Load
from warehouse.reading import file_reading
from warehouse.reading.file_reading import LANDED, UNREADABLE, read_landed_file
from warehouse.source_definitions.folders import FileKind, load_source
from warehouse.tables.quality_tables import create_quality_tables
from warehouse.tables.raw_tables import create_raw_tables

COLUMNS = ["order_id", "customer_id", "ordered_at", "order_amount"]
HEADER = ",".join(COLUMNS).encode() + b"\n"
LIMIT_BYTES = 1_000_000
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
MANY = hypothesis_settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
AT_LENGTH = hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=SLOW)


@dataclass
class Loader:
    """The loader on a warehouse in memory, which is emptied for each example."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    loads: int = 0

    def empty(self) -> None:
        for table in ("raw.orders", "quality.quarantined_rows", "quality.file_loads"):
            self.connection.execute(f"delete from {table}")

    def load(self, content: bytes, name: str = "orders.csv") -> TableLoad | None:
        """The counts; None if the file is refused. Anything else is a failure."""
        source = load_source(Settings(), "files")
        self.loads += 1
        load = Load(uuid.uuid4().hex, source, self.landed(content, name), "", _now(), LIMIT_BYTES, self.loads)
        try:
            [counts] = load_file(self.connection, load)
        except LandingError as refusal:
            assert name in refusal.message
            assert refusal.what_to_do
            return None
        return counts

    def landed(self, content: bytes, name: str = "orders.csv") -> LandedFile:
        path = self.folder / name
        path.write_bytes(content)
        format_ = "parquet" if name.endswith(".parquet") else "csv"
        return LandedFile(path, name, FileKind(pattern=name, format=format_, rows_are="orders"))

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    def raw(self) -> list[tuple]:
        return self.rows(
            "select * exclude (_load_id, _file_name, _row_number, _loaded_at, _arrival_number) from raw.orders "
            "order by all"
        )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loader]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        create_raw_tables(connection)
        create_quality_tables(connection)
        yield Loader(connection, tmp_path_factory.mktemp("landing"))


def _csv(rows: list[list[str]], **options) -> bytes:
    text = io.StringIO()
    csv.writer(text, **options).writerows([COLUMNS, *rows])
    return text.getvalue().encode()


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
KEYS = st.sampled_from(["1", "2", "3", " 2 ", "", "nan", "a\x00"])
MOMENTS = st.sampled_from(["2024-05-01", "2024-05-01T10:00:00+02:00", "45413", "31.12.2023", "2999-01-01", ""])
AMOUNTS = st.sampled_from(["1", "1.50", "1,50", "-2", "1e400", "NaN", "", "=1+1", "1_000"])
ROWS = st.tuples(KEYS | TEXTS, TEXTS, MOMENTS | TEXTS, AMOUNTS | TEXTS).map(list)
RAGGED = ROWS | st.lists(TEXTS, max_size=7)
FILES = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=300).map(lambda body: HEADER + body),
    st.lists(RAGGED, max_size=12).map(_csv),
    st.lists(RAGGED, max_size=12).map(lambda rows: _csv(rows, delimiter=";", quoting=csv.QUOTE_ALL)),
    st.tuples(
        st.lists(ROWS, max_size=6).map(_csv), st.sampled_from(["utf-16", "utf-16-be", "cp1252", "utf-8-sig"])
    ).map(lambda pair: pair[0].decode().encode(pair[1], "replace")),
    st.lists(
        st.sampled_from([b"1,a,2024-05-01,1", b'"', b"\n", b"\r", b",", b"\x00", b"\xe9", b"\xc3\xa9"]), max_size=30
    ).map(lambda parts: HEADER + b"".join(parts)),
)


@MANY
@given(content=FILES)
def test_no_row_is_lost_and_a_second_reading_changes_nothing(loader: Loader, content: bytes) -> None:
    check_that_no_row_is_lost(loader, content)


@pytest.mark.campaign
@AT_LENGTH
@given(content=FILES)
def test_no_row_is_lost_whatever_the_file(loader: Loader, content: bytes) -> None:
    check_that_no_row_is_lost(loader, content)


def check_that_no_row_is_lost(loader: Loader, content: bytes) -> None:
    loader.empty()
    first = loader.load(content)
    if first is None:
        assert loader.rows("select count(*) from raw.orders") == [(0,)]
        assert loader.rows("select count(*) from quality.quarantined_rows") == [(0,)]
        return
    assert first.rows_read == first.rows_loaded + first.rows_quarantined + first.rows_already_loaded
    assert loader.rows("select count(*) from raw.orders") == [(first.rows_loaded,)]
    assert loader.rows("select count(*), count(distinct row_number) from quality.quarantined_rows") == [
        (first.rows_quarantined, first.rows_quarantined)
    ]
    before = loader.raw()
    second = loader.load(content)
    assert (second.rows_loaded, second.rows_quarantined) == (0, first.rows_quarantined)
    assert second.rows_already_loaded == first.rows_loaded + first.rows_already_loaded
    assert loader.raw() == before


@MANY
@given(rows=st.lists(ROWS, max_size=12))
def test_every_row_that_was_written_is_read(loader: Loader, rows: list[list[str]]) -> None:
    loader.empty()
    counts = loader.load(_csv(rows, quoting=csv.QUOTE_ALL))
    assert counts.rows_read == len(rows)


SHUFFLED = st.lists(ROWS, max_size=12).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows)))


@MANY
@given(orders=SHUFFLED)
def test_the_order_of_rows_does_not_matter(loader: Loader, orders: tuple[list[list[str]], ...]) -> None:
    check_that_order_does_not_matter(loader, orders)


@pytest.mark.campaign
@AT_LENGTH
@given(orders=SHUFFLED)
def test_the_order_of_rows_never_matters(loader: Loader, orders: tuple[list[list[str]], ...]) -> None:
    check_that_order_does_not_matter(loader, orders)


def check_that_order_does_not_matter(loader: Loader, orders: tuple[list[list[str]], ...]) -> None:
    found = []
    for shuffled in orders:
        loader.empty()
        loader.load(_csv(shuffled, quoting=csv.QUOTE_ALL))
        found.append((loader.rows("select order_id from raw.orders order by all"), loader.raw()))
    # Of two rows with one key and other values the last counts, so that only then the order decides between them.
    has_conflict = loader.rows("select 1 from quality.file_loads where rows_superseded > 0")
    assert found[0][0] == found[1][0]
    if not has_conflict:
        assert found[0][1] == found[1][1]


@MANY
@given(changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_damaged_parquet_is_refused_or_balances(loader: Loader, changes: list[tuple[int, int]]) -> None:
    loader.empty()
    path = loader.folder / "good.parquet"
    if not path.exists():
        duckdb.sql(
            "select i::varchar as order_id, timestamp '2024-05-01' as ordered_at from range(50) t(i)"
        ).write_parquet(str(path))
    content = bytearray(path.read_bytes())
    for position, value in changes:
        content[position % len(content)] = value
    counts = loader.load(bytes(content), "orders.parquet")
    expected = (counts.rows_loaded, counts.rows_quarantined) if counts else (0, 0)
    assert loader.rows("select (select count(*) from raw.orders), (select count(*) from quality.quarantined_rows)") == [
        expected
    ]


@MANY
@given(changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_gzip_is_refused_or_balances(loader: Loader, changes: list[tuple[int, int]]) -> None:
    loader.empty()
    content = bytearray(gzip.compress(_csv([["1", "a", "2024-05-01", "1"]] * 20), mtime=0))
    for position, value in changes:
        content[position % len(content)] = value
    counts = loader.load(bytes(content), "orders.csv.gz")
    if counts:
        assert counts.rows_read == counts.rows_loaded + counts.rows_quarantined + counts.rows_already_loaded


# No text of several lines that each look like a row: in a file of two rows nothing says that it is none.
SHORT = st.text(st.sampled_from('ab"\né🦊'), max_size=5) | st.text(st.sampled_from('ab",é🦊'), max_size=5)


@MANY
@given(
    records=st.lists(st.lists(SHORT, min_size=1, max_size=4), max_size=40),
    block_bytes=st.sampled_from([(96,), (512,), (16, 96)]),
)
@example(records=[["a,\n", "a\na,"]], block_bytes=(96,))  # nothing but one text of several lines
def test_rows_keep_their_numbers_across_blocks(
    loader: Loader, records: list[list[str]], block_bytes: tuple[int, ...]
) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["a", "b"], *records])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(file_reading, "BLOCK_BYTES", block_bytes)
        content = read_landed_file(loader.connection, loader.landed(text.getvalue().encode()))
    expected = [(number, *record) for number, record in enumerate(records, start=1) if len(record) == 2]
    others = [(number,) for number, record in enumerate(records, start=1) if len(record) != 2]
    assert content.row_count == len(records)
    assert loader.rows(f"select {ROW_NUMBER}, a, b from {LANDED} order by all") == expected
    assert loader.rows(f"select row_number from {UNREADABLE} order by all") == others
