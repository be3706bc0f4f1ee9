"""What a source fetches from databases: nothing lost, nothing twice, and failures in words."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from own_source import SOURCE, Kiosk

from tests.warehouse.forks import die_at, in_fork, was_killed
from warehouse.base.errors import LandingError, SourceError
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase
from warehouse.loading.ingest import ingest_source
from warehouse.source_definitions.folders import load_source


class Till:
    """A SQLite file of sales, and a source that fetches from it."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.file = folder / "till.db"
        self.folder = folder
        self._settings = settings
        self.kiosk: Kiosk | None = None
        self.run("create table sales (order_id integer, customer_id text, ordered_at text, order_amount, updated_at)")

    def run(self, sql: str, *rows: tuple) -> None:
        with sqlite3.connect(self.file) as connection:
            connection.executemany(sql, rows) if rows else connection.execute(sql)
        connection.close()

    def sell(self, *rows: tuple) -> None:
        """Sales: number, customer, amount, when they were changed last."""
        self.run(
            "insert into sales values (?, ?, '2024-05-01 10:00:00', ?, ?)",
            *((number, customer, amount, updated) for number, customer, amount, updated in rows),
        )

    def source(self, fetch: str, head: str = "", address: str = "") -> Kiosk:
        yml = (
            f"description: a till\nform: contract\n{head}\nplaces:\n  till:\n"
            f"    address: {address or f'sqlite://{self.file}'}\n    {fetch}\n"
        )
        place = self.folder / "sources" / SOURCE
        place.mkdir(parents=True, exist_ok=True)
        (place / "source.yml").write_text(yml, encoding="utf-8")
        settings = self._settings.model_copy(update={"sources_folder": self.folder / "sources"})
        self.kiosk = Kiosk(settings, self.folder)
        return self.kiosk


@pytest.fixture
def till(settings: Settings, tmp_path: Path) -> Till:
    return Till(settings, tmp_path)


WHOLE = "fetch: [{file: orders, table: sales}]"
BY_CURSOR = "fetch: [{file: orders, table: sales, cursor: updated_at, overlap: 10}]"


def loaded(kiosk: Kiosk) -> list[int]:
    """Rows that each file gave, of those that were read now."""
    return [load.rows_loaded for load in ingest_source(kiosk.settings, SOURCE).loads]


def test_what_is_new_is_fetched_once_and_changes_count(till: Till) -> None:
    till.sell(*((number, "a", number * 1.5, f"2024-06-01 00:00:{number:02d}") for number in range(1, 31)))
    kiosk = till.source(BY_CURSOR)
    assert loaded(kiosk) == [30]
    assert loaded(kiosk) == [0]  # the overlap, which is known
    assert loaded(kiosk) == []  # the same again is no arrival
    till.sell((99, "b", 7, "2024-06-01 00:00:25"))  # written late, within the overlap
    till.run("update sales set order_amount = 8, updated_at = '2024-06-02 00:00:00' where order_id = 1")
    assert loaded(kiosk) == [2]
    assert kiosk.newest("orders", "order_id", "order_id, order_amount::double")[:2] == [("1", 8.0), ("10", 15.0)]
    assert kiosk.rows("select count(distinct order_id), count(*) from raw.orders") == [(31, 32)]


@pytest.mark.campaign
def test_rows_without_a_cursor_value_are_never_missed(till: Till) -> None:
    till.sell((1, "a", 1, "2024-06-01"), (2, "a", 2, None))
    kiosk = till.source(BY_CURSOR)
    assert loaded(kiosk) == [2]
    till.sell((3, "a", 3, None))
    assert loaded(kiosk) == [1]
    lines = list(ingest_source(kiosk.settings, SOURCE).lines())
    assert "  2 rows have no updated_at: they are fetched each time" in lines


def test_a_cursor_value_in_the_future_hides_nothing(till: Till) -> None:
    till.sell((1, "a", 1, "2999-01-01 00:00:00"))
    kiosk = till.source(BY_CURSOR)
    lines = list(ingest_source(kiosk.settings, SOURCE).lines())
    assert any(
        line.startswith("  WARNING: the newest updated_at is 2999-01-01 00:00:00, in the future") for line in lines
    )
    till.sell((2, "a", 2, (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S")))
    assert loaded(kiosk) == [1]


@pytest.mark.campaign
def test_lines_of_an_order_that_did_not_change_are_not_gone(till: Till) -> None:
    """An increment that repeats one line of an order, and brings another, says nothing of the third."""
    till.run("create table lines (order_item_id, order_id, product_code, quantity, line_amount, changed integer)")
    insert = "insert into lines values (?, 1, ?, 1, 1, ?)"
    till.run(insert, ("1-1", "tea", 1), ("1-2", "cup", 7))
    till.sell((1, "a", 1, "2024-06-01"))
    kiosk = till.source(
        "fetch: [{file: orders, table: sales}, {file: order_items, table: lines, cursor: changed, overlap: 3}]"
    )
    ingest_source(kiosk.settings, SOURCE)
    till.run(insert, ("1-3", "pot", 8))
    ingest_source(kiosk.settings, SOURCE)
    assert [key for (key,) in kiosk.newest("order_items", "order_item_id", "order_item_id")] == ["1-1", "1-2", "1-3"]


@pytest.mark.campaign
def test_a_whole_table_arrives_when_it_differs(till: Till) -> None:
    till.sell((1, "a", 1, None), (2, "a", 2, None))
    kiosk = till.source(WHOLE)
    assert [loaded(kiosk), loaded(kiosk)] == [[2], []]
    till.run("update sales set order_amount = 5 where order_id = 2")
    assert loaded(kiosk) == [1]


def test_a_query_is_fetched_and_nulls_and_bytes_stay_what_they_are(till: Till) -> None:
    till.run(
        "insert into sales values (1, cast(x'61ff' as text), '2024-05-01', null, null), (2, '', '2024-05-02', 1, 1)"
    )
    kiosk = till.source("fetch: [{file: orders, query: \"select * from sales where customer_id not like '%x%';\"}]")
    report = ingest_source(kiosk.settings, SOURCE)
    assert [(load.rows_loaded, load.rows_quarantined) for load in report.loads] == [(1, 1)]
    assert kiosk.rows("select reason from quality.quarantined_rows") == [
        ("customer_id: bytes that are not UTF-8, as the rest of the file is",)
    ]
    assert kiosk.rows("select order_id, customer_id from raw.orders") == [("2", None)]


@pytest.mark.campaign
def test_more_rows_than_the_limit_come_in_steps(till: Till) -> None:
    till.sell(*((number, "a", 1, number) for number in range(1, 8)))
    kiosk = till.source("rows_maximum: 3\n    fetch: [{file: orders, table: sales, cursor: updated_at}]")
    assert [loaded(kiosk) for _ in range(4)] == [[3], [2], [2], [0]]
    assert kiosk.rows("select count(distinct order_id), count(*) from raw.orders") == [(7, 7)]
    kiosk = till.source(f"rows_maximum: 6\n    {WHOLE}")
    with pytest.raises(LandingError, match="has more than 6 rows"):
        ingest_source(kiosk.settings, SOURCE)


@pytest.mark.campaign
def test_more_rows_of_one_cursor_value_than_the_limit_are_refused(till: Till) -> None:
    till.sell((1, "a", 1, 1), *((number, "a", 1, 5) for number in range(2, 7)))
    kiosk = till.source("rows_maximum: 3\n    fetch: [{file: orders, table: sales, cursor: updated_at}]")
    assert loaded(kiosk) == [3]
    with pytest.raises(LandingError, match="more than 3 rows of orders have the same updated_at"):
        ingest_source(kiosk.settings, SOURCE)


def test_an_overlap_that_holds_more_rows_than_the_limit_is_refused_and_not_read_forever(till: Till) -> None:
    till.sell(*((number, "a", 1, number) for number in range(1, 8)))
    limit = "rows_maximum: 3\n    fetch: [{file: orders, table: sales, cursor: updated_at, overlap: %d}]"
    kiosk = till.source(limit % 1)
    assert [loaded(kiosk) for _ in range(3)] == [[3], [1], [1]]
    kiosk = till.source(limit % 2)
    with pytest.raises(LandingError, match="more than 3 rows of orders lie within the overlap of 2"):
        ingest_source(kiosk.settings, SOURCE)
    assert kiosk.rows("select max(order_id) from raw.orders") == [("5",)]


@pytest.mark.campaign
def test_a_duckdb_file_is_read_like_any_other(till: Till, tmp_path: Path) -> None:
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create table sales as select i as order_id, 'a' as customer_id, timestamptz '2024-05-01 10:00:00+02' "
            "as ordered_at, "
            "1.10::decimal(9, 2) as order_amount, [i] as tags, "
            "timestamp '2024-06-01' + interval (i) second as updated_at "
            "from range(3) as t(i)"
        )
    kiosk = till.source(BY_CURSOR.replace("overlap: 10", "overlap: 1"), address=f"duckdb://{file}")
    assert [loaded(kiosk), loaded(kiosk)] == [[3], [0]]
    held = kiosk.rows("select distinct ordered_at::varchar, order_amount::varchar from raw.orders")
    assert held == [("2024-05-01 08:00:00", "1.1000000000")]


@pytest.mark.parametrize(
    ("fetch", "address", "words"),
    [
        (WHOLE, "sqlite:///nowhere/at/all.db", "till: sqlite:///nowhere/at/all.db cannot be read: unable to open"),
        ("fetch: [{file: orders, table: nothing}]", "", "no such table: nothing"),
        ('fetch: [{file: orders, query: "delete from sales returning *"}]', "", "cannot be read: near"),
        (WHOLE, "postgresql://127.0.0.1:1/shop", "cannot be read: connection to server"),
        (WHOLE, "mysql://127.0.0.1:1/shop", "cannot be read: (2003, \"Can't connect to MySQL server"),
    ],
)
def test_failures_are_told_in_words(till: Till, fetch: str, address: str, words: str) -> None:
    kiosk = till.source(fetch, address=address)
    with pytest.raises(LandingError) as refused:
        ingest_source(kiosk.settings, SOURCE)
    assert words in refused.value.message
    assert "CLIENTELE_PLACE_TILL_USER" in refused.value.what_to_do
    assert list(kiosk.settings.landing_of(SOURCE).iterdir()) == []


@pytest.mark.campaign
def test_a_query_that_never_ends_is_ended(till: Till) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n where i < 0"
    kiosk = till.source(f'seconds_maximum: 1\n    fetch: [{{file: orders, query: "{endless}"}}]')
    with pytest.raises(LandingError, match="cannot be read: interrupted"):
        ingest_source(kiosk.settings, SOURCE)


@pytest.mark.campaign
def test_a_database_that_breaks_half_way_gives_nothing(till: Till) -> None:
    till.sell(*((number, "a" * 500, 1, number) for number in range(1, 2000)))
    kiosk = till.source("fetch: [{file: orders, table: sales}]")
    content = bytearray(till.file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 100_000] = b"\xff" * 100_000
    till.file.write_bytes(content)
    with pytest.raises(LandingError, match="cannot be read: database disk image is malformed"):
        ingest_source(kiosk.settings, SOURCE)
    assert list(kiosk.settings.landing_of(SOURCE).iterdir()) == []


@pytest.mark.parametrize(
    ("fetch", "head", "address", "words"),
    [
        (WHOLE, "", "postgresql://me:secret@host/shop", "line 5: the address holds a user, password or options"),
        (WHOLE, "", "oracle://host/shop", "addresses of oracle scheme are not known"),
        (WHOLE, "", "postgresql://host:port/shop", "the address cannot be read"),
        ("fetch: []", "", "", "nothing is fetched"),
        ("fetch: [{file: orders}]", "", "", "a database has tables"),
        ("fetch: [{file: sales, table: sales}]", "", "", "'sales' is no table of the contract"),
        ("fetch: [{file: orders, table: sales, overlap: 5}]", "", "", "overlap is about a cursor"),
        ("fetch: [{file: orders, table: sales, curser: x}]", "", "", "there is no field curser. Is cursor meant"),
        ("fetch: [{objects: '*.csv'}]", "", "", "a database has tables"),
        (WHOLE, "", "s3://bucket", "an object store has files"),
    ],
)
def test_what_cannot_be_fetched_is_refused_with_its_line(
    till: Till, fetch: str, head: str, address: str, words: str
) -> None:
    kiosk = till.source(fetch, head, address)
    with pytest.raises(SourceError) as refused:
        load_source(kiosk.settings, SOURCE)
    assert words in refused.value.message
    assert "secret" not in str(refused.value)


def test_what_is_fetched_by_a_cursor_is_no_full_export(till: Till) -> None:
    till.sell((1, "a", 1, 1))
    kiosk = till.source("fetch: [{file: orders, table: sales, cursor: updated_at}]", "full: [orders]")
    with pytest.raises(SourceError, match="declared a full export"):
        ingest_source(kiosk.settings, SOURCE)


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.campaign), 61])
def test_a_fetch_that_is_killed_loses_and_doubles_nothing(till: Till, tmp_path: Path, every: int) -> None:
    """Killed at each step on files of the landing folder, it is done again by the next run."""
    till.sell(*((number, "a", number, number) for number in range(1, 6)))
    kiosk = till.source("fetch: [{file: orders, table: sales, cursor: updated_at, overlap: 2}]")
    in_fork(ingest_source, kiosk.settings, SOURCE)
    till.sell((6, "b", 6, 6), (7, "b", 7, 7))
    till.run("update sales set order_amount = 100, updated_at = 8 where order_id = 1")
    kills, killed = 0, True
    for step in count(1, every):
        tried = Kiosk(kiosk.settings.model_copy(update={"home": tmp_path / f"home-{step}"}), tmp_path)
        shutil.copytree(kiosk.settings.home, tried.settings.home)
        folder = tried.settings.landing_of(SOURCE)
        killed = was_killed(in_fork(_die_fetching, tried.settings, str(folder), step))
        kills += killed
        in_fork(ingest_source, tried.settings, SOURCE)
        assert tried.newest("orders", "order_id", "order_id::int, order_amount::int") == [
            *((1, 100), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7))
        ], step
        assert tried.rows("select count(*) from raw.orders") == [(8,)], step
        assert not [path for path in folder.iterdir() if path.name.startswith((".scratch-", ".incoming-", ".landed-"))]
        shutil.rmtree(tried.settings.home)
        if not killed:
            break
    assert kills > (1 if every > 1 else 40)


def _die_fetching(settings: Settings, folder: str, step: int) -> None:
    die_at(step, folder)
    ingest_source(settings, SOURCE)


@pytest.mark.campaign
def test_who_was_erased_does_not_come_back_from_the_database(till: Till) -> None:
    till.sell((1, "ann", 1, "2024-06-01 00:00:01"), (2, "bob", 2, "2024-06-01 00:00:02"))
    kiosk = till.source(BY_CURSOR)
    ingest_source(kiosk.settings, SOURCE)
    erase(kiosk.settings, SOURCE, "ann", "tester", "a letter", rebuild=False)
    till.sell((3, "ann", 3, "2024-06-01 00:00:03"))  # still known there, and again within the overlap
    ingest_source(kiosk.settings, SOURCE)
    held = kiosk.newest("orders", "order_id", "order_id, customer_id, order_amount::double")
    assert held == [("1", None, 1.0), ("2", "bob", 2.0), ("3", None, 3.0)]
    folder = kiosk.settings.landing_of(SOURCE)
    landed = [row for path in folder.rglob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert {row["customer_id"] for row in landed} == {None, "bob"}
