"""Tables of two engines are compared row by row: whatever differs is found, the order of rows and of sums is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.marts.spark.compare import Comparison, compare_tables
from warehouse.marts.spark.hand_over import table_folders, write_tables

ROWS = """
    select
        'c' || number as customer_id,
        cast(number / 8 as decimal(18, 2)) as amount,
        case when number % 5 > 0 then timestamp '2026-01-01 12:00:00.000001' + to_days(number::integer) end
            as ordered_at,
        number / 7 as share
    from range(1, 101) as numbers (number)
    union all
    select 'twice', 1.00, null, 0.5 from range(2)
"""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "build.duckdb")) as opened:
        opened.execute("set TimeZone = 'Asia/Tokyo'; create schema marts")
        opened.execute(f"create table marts.orders as {ROWS}")
        yield opened


def compared(connection: duckdb.DuckDBPyConnection, folder: Path, change: str = "*") -> Comparison:
    """Compare with the same rows as another engine would write them: in another order, with times in a zone."""
    target = folder / "marts.db" / "orders"
    target.mkdir(parents=True)
    with duckdb.connect() as other:
        other.execute("set TimeZone = 'UTC'")
        other.execute(f"create table made as select {change} from ({ROWS}) order by hash(customer_id)")
        zoned = "select * replace (ordered_at at time zone 'UTC' as ordered_at) from made"
        other.execute(f"copy ({zoned}) to '{target / 'part-0.parquet'}' (format parquet)")
    [comparison] = compare_tables(connection, folder)
    return comparison


def test_equal_rows_are_equal(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = compared(connection, tmp_path, "* replace (share * (1 + 1e-13) as share)")
    assert found.is_equal
    assert (found.table, found.row_count, found.double_column_count) == ("marts.orders", 102, 1)
    assert found.largest_difference > 0


@pytest.mark.parametrize(
    ("change", "rows", "doubles"),
    [
        ("* replace (case customer_id when 'c7' then amount + 0.01 else amount end as amount)", 2, 0),
        ("* replace (coalesce(ordered_at, timestamp '2026-01-01') as ordered_at)", 2 * 22, 0),
        ("* replace (ordered_at + interval 9 hour as ordered_at)", 2 * 80, 0),
        ("* replace (case customer_id when 'c9' then share + 1e-6 else share end as share)", 0, 1),
        ("* replace (nullif(share, 0.5) as share)", 0, 2),
        ("distinct *", 1, 0),
    ],
)
def test_whatever_differs_is_found(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, change: str, rows: int, doubles: int
) -> None:
    found = compared(connection, tmp_path, change)
    assert not found.is_equal
    assert (found.different_row_count, found.different_double_count) == (rows, doubles)
    assert found.in_words().startswith("DIFFERENT  marts.orders")


def test_tables_are_handed_over_whole(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_tables(connection, {("marts", "orders"), ("marts", "not_there_yet")}, tmp_path)
    assert list(table_folders(tmp_path)) == [("marts", "orders")]
    [found] = compare_tables(connection, tmp_path)
    assert found.is_equal
    assert found.row_count == 102


@pytest.mark.parametrize(
    ("ours", "theirs", "rows"),
    [
        (["a", "b", "a", None], [None, "a", "a", "b"], 0),
        (["a", "a", "b"], ["a", "b", "b"], 2),
        ([None], [None], 0),
        ([None], ["NULL"], 2),
        (["a"], [], 1),
    ],
)
def test_a_table_of_one_column(tmp_path: Path, ours: list[str | None], theirs: list[str | None], rows: int) -> None:
    """No doubles: such tables are equal by the sum of hashes, and only otherwise looked through row by row."""
    made = tmp_path / "marts.db" / "currencies"
    made.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create table marts.currencies (currency varchar)")
        connection.executemany("insert into marts.currencies values (?)", [[one] for one in ours])
        connection.execute("create table theirs (currency varchar)")
        if theirs:
            connection.executemany("insert into theirs values (?)", [[one] for one in theirs])
        connection.execute(f"copy theirs to '{made / 'part-0.parquet'}' (format parquet)")
        [found] = compare_tables(connection, tmp_path)
    assert (found.row_count, found.different_row_count) == (len(ours), rows)
    assert found.is_equal == (rows == 0)
