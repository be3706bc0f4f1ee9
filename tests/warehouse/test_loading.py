"""Landing → raw: rows in = loaded + quarantined + already loaded, whatever the file holds."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import duckdb
import pytest

from warehouse.base.connections import open_build_file
from warehouse.base.errors import LandingError, SourceError
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import IngestReport, ingest_source

ORDERS = "order_id,customer_id,ordered_at,order_amount\n"


def land(settings: Settings, name: str, content: str | bytes) -> Path:
    path = settings.landing_of("files") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(settings: Settings, query: str, source: str = "files") -> list[tuple]:
    with open_build_file(settings, source, read_only=True) as connection:
        return connection.execute(query).fetchall()


def counts(report: IngestReport) -> list[tuple[str, int, int, int, int]]:
    return [
        (load.table_name, load.rows_read, load.rows_loaded, load.rows_quarantined, load.rows_already_loaded)
        for load in report.loads
    ]


def test_good_rows_are_loaded_with_types(settings: Settings) -> None:
    land(settings, "orders.csv", ORDERS + "1,007,2024-05-01 10:00:00,12.30\n2,,2024-05-02,7\n")
    assert counts(ingest_source(settings, "files")) == [("orders", 2, 2, 0, 0)]
    found = rows(settings, "select order_id, customer_id, ordered_at::varchar, order_amount::double from raw.orders")
    assert found == [("1", "007", "2024-05-01 10:00:00", 12.3), ("2", None, "2024-05-02 00:00:00", 7.0)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",c,2024-05-01,1", "order_id: missing"),
        ("nan,c,2024-05-01,1", "order_id: missing"),
        ("1,c,,1", "ordered_at: missing"),
        ("1,c,2024-13-01,1", "ordered_at: '2024-13-01' is not a date and time (YYYY-MM-DD HH:MM:SS)"),
        ("1,c,infinity,1", "ordered_at: 'infinity' is not a date and time (YYYY-MM-DD HH:MM:SS)"),
        ("1,c,2999-01-01,1", "ordered_at: '2999-01-01' lies in the future"),
        ("1,c,1890-01-01,1", "ordered_at: '1890-01-01' is below 1970-01-01"),
        ("1,c,2024-05-01,twelve", "order_amount: 'twelve' is not an amount"),
        ('1,c,2024-05-01,"1,200"', "order_amount: '1,200' is not an amount: "
         "its mark can be a decimal mark or separate thousands, and nothing in the file says which"),
        ("1,c,2024-05-01,inf", "order_amount: 'inf' is not an amount"),
        ("1,c,2024-05-01", "3 fields where the header has 4"),
        ("1,c,2024-05-01,1,extra", "5 fields where the header has 4"),
        ("1,c,bad,worse", "ordered_at: 'bad' is not a date and time (YYYY-MM-DD HH:MM:SS); "
         "order_amount: 'worse' is not an amount"),
    ],
)  # fmt: skip
def test_a_bad_row_is_quarantined_with_its_reason_and_content(settings: Settings, row: str, reason: str) -> None:
    land(settings, "orders.csv", ORDERS + "good,c,2024-05-01,1\n" + row + "\n")
    assert counts(ingest_source(settings, "files")) == [("orders", 2, 1, 1, 0)]
    [(file_name, row_number, found, content)] = rows(
        settings, "select file_name, row_number, reason, row_content from quality.quarantined_rows"
    )
    assert (file_name, row_number, found) == ("orders.csv", 2, reason)
    for value in next(csv.reader([row])):
        assert value in content.replace("\\", "")


def test_personal_values_do_not_appear_in_notes(settings: Settings) -> None:
    land(settings, "orders.csv", ORDERS + "1,c,2024-05-01,1\n")
    land(settings, "customers.csv", "customer_id,birth_date\nc,05.06.1980\n")
    ingest_source(settings, "files")
    assert rows(settings, "select example from quality.value_notes") == [
        ("a value is not a date (YYYY-MM-DD): has its day or its month first",)
    ]


def test_the_same_file_twice_changes_nothing(settings: Settings) -> None:
    land(settings, "orders.csv", ORDERS + "1,a,2024-05-01,1\nbad,a,never,1\n")
    ingest_source(settings, "files")
    before = rows(settings, "select * from raw.orders"), rows(settings, "select * from quality.quarantined_rows")
    report = ingest_source(settings, "files")
    assert report.loads == ()
    assert report.known_files == ("orders.csv",)
    after = rows(settings, "select * from raw.orders"), rows(settings, "select * from quality.quarantined_rows")
    assert after == before


def test_a_grown_file_adds_only_its_new_rows_and_corrections(settings: Settings) -> None:
    land(settings, "orders.csv", ORDERS + "1,a,2024-05-01,1\n2,a,2024-05-02,2\n")
    ingest_source(settings, "files")
    land(settings, "orders.csv", ORDERS + "1,a,2024-05-01,1\n2,a,2024-05-02,99\n3,a,2024-05-03,3\n")
    assert counts(ingest_source(settings, "files")) == [("orders", 3, 2, 0, 1)]
    assert rows(settings, "select order_id, order_amount::int from raw.orders order by _arrival_number, order_id") == [
        ("1", 1),
        ("2", 2),
        ("2", 99),
        ("3", 3),
    ]
    # Back to the first value: that is a correction too, not a known row.
    land(settings, "orders.csv", ORDERS + "2,a,2024-05-02,2\n")
    assert counts(ingest_source(settings, "files")) == [("orders", 1, 1, 0, 0)]


def test_rows_of_a_large_file_stand_in_its_order(settings: Settings) -> None:
    settings = settings.model_copy(update={"threads": 2})
    made = (
        "select order_id, 'c' as customer_id, timestamp '2024-05-01' as ordered_at, {} as order_amount from "
        "(select hash(range)::varchar as order_id, range as place from range(60_000)) order by place"
    )
    for name, amount in (
        ("orders/first.parquet", "if(place % 1000 = 7, 'twelve', '1')"),
        ("orders/later.parquet", "(1 + place % 2)::varchar"),
    ):
        path = land(settings, name, b"")
        duckdb.sql(f"copy ({made.format(amount)}) to '{path}' (row_group_size 10_000)")
        ingest_source(settings, "files")
        [(loaded, broken)] = rows(
            settings,
            "select count(*), count(*) filter (_row_number < former) from "
            f"(select *, lag(_row_number) over () as former from raw.orders where _file_name = '{name}')",
        )
        assert (loaded, broken) == ({"orders/first.parquet": 59_940, "orders/later.parquet": 30_000}[name], 0)


def test_files_of_a_release_that_read_otherwise_are_read_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(settings, "orders.csv", ORDERS + "1,a,2024-05-01,1\n2,a,2024-05-02T01:00:00+02:00,2\n")
    with monkeypatch.context() as earlier:
        earlier.setattr("warehouse.source_definitions.folders.READING_RULES_VERSION", "1")
        ingest_source(settings, "files")
    with open_build_file(settings, "files") as connection:  # what that release made of the offset
        was = "ordered_at = '2024-05-02 01:00:00', _row_hash = md5(_row_hash)"
        connection.execute(f"update raw.orders set {was} where order_id = '2'")
    report = ingest_source(settings, "files")
    assert counts(report) == [("orders", 2, 2, 0, 0)]
    assert [load.rows_new for load in report.loads] == [2]
    assert "All 1 files are read again, in order of arrival" in report.notices[0]
    assert rows(settings, "select order_id, ordered_at::varchar from raw.orders order by 1") == [
        ("1", "2024-05-01 00:00:00"),
        ("2", "2024-05-01 23:00:00"),
    ]
    assert ingest_source(settings, "files").known_files == ("orders.csv",)


def test_duplicate_keys_in_one_file(settings: Settings) -> None:
    land(settings, "orders.csv", ORDERS + "1,a,2024-05-01,1\n1,a,2024-05-01,1\n1,b,2024-05-01,1\n")
    report = ingest_source(settings, "files")
    assert counts(report) == [("orders", 3, 1, 0, 2)]
    assert [load.rows_superseded for load in report.loads] == [2]
    assert "  2 older states of rows of the same file give way to the newest" in "\n".join(report.lines())
    assert rows(settings, "select customer_id from raw.orders") == [("b",)]


def test_a_bad_row_does_not_shadow_a_good_one_of_the_same_key(settings: Settings) -> None:
    land(settings, "orders.csv", ORDERS + "1,a,never,1\n1,a,2024-05-01,1\n")
    assert counts(ingest_source(settings, "files")) == [("orders", 2, 1, 1, 0)]


@pytest.mark.parametrize(
    ("content", "customer"),
    [
        (("\ufeff" + ORDERS + "1,é,2024-05-01,1\n").encode(), "é"),
        ((ORDERS + "1,é,2024-05-01,1\n").encode("cp1252"), "é"),
        ((ORDERS + "1,Zoë,2024-05-01,1\n").encode("utf-16"), "Zoë"),
        (ORDERS.replace(",", ";") + "1;x,y;2024-05-01;1\n", "x,y"),
        (ORDERS.replace(",", "\t") + "1\tx\t2024-05-01\t1\n", "x"),
        (ORDERS.replace("\n", "\r\n") + "1,x,2024-05-01,1\r\n", "x"),
        (ORDERS + '1,"O\'Hara, ""Bo""\n🦊",2024-05-01,1\n', 'O\'Hara, "Bo"\n🦊'),
        (ORDERS + "1,  x  ,2024-05-01,1", "x"),
    ],
)
def test_encodings_delimiters_and_quotes(settings: Settings, content: str | bytes, customer: str) -> None:
    land(settings, "orders.csv", content)
    assert counts(ingest_source(settings, "files")) == [("orders", 1, 1, 0, 0)]
    assert rows(settings, "select customer_id from raw.orders") == [(customer,)]


def test_gzip_and_parquet_and_subfolders(settings: Settings) -> None:
    land(settings, "orders_2024.csv.gz", gzip.compress((ORDERS + "1,a,2024-05-01,1\n").encode()))
    folder = settings.landing_of("files") / "orders"
    folder.mkdir()
    duckdb.sql(
        "select 2 as order_id, 13085.0::double as customer_id, timestamp '2024-05-02 01:02:03' as ordered_at, "
        "2.55::double as order_amount"
    ).write_parquet(str(folder / "may.parquet"))
    report = ingest_source(settings, "files")
    assert counts(report) == [("orders", 1, 1, 0, 0)] * 2
    assert rows(settings, "select sum(order_amount)::double from raw.orders") == [(3.55,)]


def test_unknown_columns_are_ignored_and_named(settings: Settings) -> None:
    land(settings, "orders.csv", "shoe_size," + ORDERS + "43,1,a,2024-05-01,1\n")
    assert ingest_source(settings, "files").loads[0].ignored_columns == ("shoe_size",)
    assert rows(settings, "select ignored_columns from quality.file_loads") == [("shoe_size",)]


def test_missing_optional_columns_are_null_and_defaults_hold(settings: Settings) -> None:
    land(settings, "orders.csv", "ORDER_ID,Ordered_At\n1,2024-05-01\n")
    ingest_source(settings, "files")
    assert rows(settings, "select customer_id, order_kind, order_status from raw.orders") == [
        (None, "sale", "completed")
    ]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "the landing folder"),
        ({"customers.csv": "customer_id\n1\n"}, "No orders"),
        ({"orders.csv": "order_id,customer_id\n1,a\n"}, "orders.csv: the column ordered_at is missing"),
        ({"orders.csv": "order_id,order_id,ordered_at\n1,2,2024-01-01\n"}, "stands twice in the header"),
        ({"orders.csv": ORDERS + '1,"a,2024-05-01,1\n2,b,2024-05-01,1\n'}, "never closed"),
        ({"orders.parquet": "PAR1 not really"}, "orders.parquet is not a readable Parquet file"),
        ({"orders.csv.gz": "not gzip"}, "orders.csv.gz cannot be read"),
        ({"oders.csv": ORDERS}, "oders.csv: source 'files' does not know what this file is"),
    ],
)
def test_a_file_that_does_not_fit_as_a_whole_is_refused_by_name(
    settings: Settings, files: dict[str, str], words: str
) -> None:
    settings.landing_of("files").mkdir(parents=True)
    for name, content in files.items():
        land(settings, name, content)
    with pytest.raises(LandingError) as refusal:
        ingest_source(settings, "files")
    assert words in refusal.value.message
    assert refusal.value.what_to_do
    if settings.build_file("files").exists():
        assert rows(settings, "select count(*) from raw.orders") == [(0,)]


@pytest.mark.parametrize("content", ["", "\n\n", ORDERS])
def test_an_empty_file_loads_no_rows_and_says_so(settings: Settings, content: str) -> None:
    land(settings, "orders.csv", content)
    report = ingest_source(settings, "files")
    assert counts(report) == [("orders", 0, 0, 0, 0)]
    assert "  the file has no rows" in list(report.lines())


def test_an_unknown_source_names_the_known_ones(settings: Settings) -> None:
    with pytest.raises(SourceError, match="no source 'shop'") as refusal:
        ingest_source(settings, "shop")
    assert "online_retail_ii" in refusal.value.what_to_do


def test_input_with_a_taken_name_is_kept_beside_the_first(settings: Settings, tmp_path: Path) -> None:
    given = tmp_path / "orders.csv"
    for amount in (1, 2, 2):
        given.write_text(ORDERS + f"1,a,2024-05-01,{amount}\n")
        land_input(settings, "files", given)
    assert len(list(settings.landing_of("files").glob("*.csv"))) == 2


def test_input_that_is_missing_or_a_link_out_of_the_folder(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="does not exist"):
        land_input(settings, "files", tmp_path / "nowhere.csv")
    secret = tmp_path / "orders.csv"
    secret.write_text(ORDERS)
    settings.landing_of("files").mkdir(parents=True)
    (settings.landing_of("files") / "orders.csv").symlink_to(secret)
    with pytest.raises(LandingError, match="leads out of its folder"):
        ingest_source(settings, "files")


def test_cdnow_in_full(settings: Settings, real_data: Path) -> None:
    land_input(settings, "cdnow", real_data / "cdnow_master.txt")
    assert counts(ingest_source(settings, "cdnow")) == [
        ("orders", 69_659, 69_659, 0, 0),
        ("order_items", 69_659, 69_659, 0, 0),
    ]
    found = rows(
        settings, "select count(distinct customer_id), sum(order_amount)::double from raw.orders", source="cdnow"
    )
    assert found == [(23_570, 2500315.63)]


def test_a_torn_line_of_a_mapped_file_is_quarantined(settings: Settings, tmp_path: Path) -> None:
    given = tmp_path / "purchases.txt"
    given.write_text("id date cds dollars\n 00001 19970101 1 11.77\n 00002 1997\n 00003 19971399 1 5.00\n")
    land_input(settings, "cdnow", given)
    report = ingest_source(settings, "cdnow")
    assert counts(report) == [("orders", 3, 1, 2, 0), ("order_items", 1, 1, 0, 0)]


def test_online_retail_loads_whole_bad_debts_included(settings: Settings, real_data: Path, tmp_path: Path) -> None:
    slice_file = tmp_path / "slice.parquet"
    duckdb.sql(
        f"select * from '{real_data / 'online_retail_ii.parquet'}' "
        "where Invoice like 'A%' or InvoiceDate < '2009-12-03'"
    ).write_parquet(str(slice_file))
    land_input(settings, "online_retail_ii", slice_file)
    report = ingest_source(settings, "online_retail_ii")
    items = report.loads[0]
    assert (items.rows_quarantined, items.rows_already_loaded) == (0, 0)
    written_off = "select count(*) from raw.order_items where unit_price_amount < 0"
    assert rows(settings, written_off, source="online_retail_ii") == [(5,)]
    kinds = rows(settings, "select distinct order_kind from raw.orders order by all", source="online_retail_ii")
    assert kinds == [("adjustment",), ("return",), ("sale",)]
