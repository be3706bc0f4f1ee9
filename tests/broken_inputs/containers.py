"""Parquet, gzip and files that are not what their name says."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from tests.broken_inputs.case import GOOD, HEADER, Case, order, orders

GROUP = "Packed, binary and wrongly named files"
MAY = datetime(2024, 5, 1, 10, tzinfo=UTC)


def _case(name: str, what: str, content, **outcome) -> Case:
    return Case(name, GROUP, what, content, **outcome)


def _packed(content: bytes | str) -> bytes:
    return gzip.compress(content.encode() if isinstance(content, str) else content, mtime=0)


def _parquet(columns: dict, **options) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, **options)
    return target.getvalue()


def _orders_parquet(**columns) -> bytes:
    return _parquet({"order_id": [1], "customer_id": ["a"], "ordered_at": [MAY], "order_amount": [1.5]} | columns)


def _orders_parquet_empty() -> bytes:
    return _parquet({"order_id": pa.array([], pa.string()), "ordered_at": pa.array([], pa.timestamp("us"))})


def _two_of_one_name() -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table([[1], [2], [MAY]], names=["order_id", "ORDER_ID", "ordered_at"]), target)
    return target.getvalue()


def _invalid_utf8_parquet() -> bytes:
    return _orders_parquet(customer_id=["Zo_e"]).replace(b"Zo_e", b"Zo\xeb_")


def _damaged_names() -> bytes:
    return _orders_parquet().replace(b"customer_id", b"customer\xff\xfed")


def _damaged_pages() -> bytes:
    content = bytearray(_orders_parquet())
    content[4:60] = b"\xff" * 56
    return bytes(content)


def _gzip_bomb() -> bytes:
    return _packed(orders(order()).encode() + b"2,a,2024-05-01,1\n" * 600_000)  # 10 MB from some 25 kB


def _parquet_bomb() -> bytes:
    text = pa.array(["x"] * 3_000_000).dictionary_encode()
    return _parquet({"order_id": text, "ordered_at": text})


def _workbook() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    return target.getvalue()


CASES = (
    _case("gzip", "gzip", lambda: _packed(orders(order())), file_name="orders.csv.gz", loaded=1),
    _case(
        "gzip_members",
        "several gzip files one after the other",
        lambda: _packed(orders(order())) + _packed(order(2) + "\n"),
        file_name="orders.csv.gz",
        loaded=2,
    ),
    _case(
        "gzip_cut",
        "truncated gzip",
        lambda: _packed(orders(*(order(number) for number in range(999))))[:-500],
        file_name="orders.csv.gz",
        refused="orders.csv.gz cannot be read",
    ),
    _case(
        "gzip_damaged",
        "gzip with damaged bytes inside",
        lambda: _packed(orders(order()))[:40] + b"\x00\xff\x00\xff" + _packed(orders(order()))[44:],
        file_name="orders.csv.gz",
        refused="orders.csv.gz cannot be read",
    ),
    _case("not_gzip", "text named .csv.gz", orders(order()), file_name="orders.csv.gz", refused="cannot be read"),
    _case(
        "gzip_in_gzip",
        "gzip inside of gzip",
        lambda: _packed(_packed(orders(order()))),
        file_name="orders.csv.gz",
        refused="holds gzip, not text",
    ),
    _case("gzip_named_csv", "gzip named .csv", lambda: _packed(orders(order())), refused="holds gzip, not text"),
    _case(
        "gzip_bomb",
        "gzip larger than the limit once unpacked",
        _gzip_bomb,
        file_name="orders.csv.gz",
        unpacked_file_limit_mb=1,
        refused="larger than 1 MB once unpacked",
    ),
    _case("gzip_of_nothing", "gzip of an empty file", lambda: _packed(b""), file_name="orders.csv.gz"),
    _case("zip_named_csv", "a ZIP archive or workbook (.xlsx) named .csv", _workbook, refused="Excel workbook"),
    _case(
        "workbook",
        "an Excel workbook in the landing folder: it has to be handed in",
        _workbook,
        file_name="orders.xlsx",
        refused="taken apart when they are handed in",
    ),
    _case(
        "old_workbook",
        "an old workbook (.xls) named .csv",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        refused="an old Excel workbook",
    ),
    _case("web_page", "a web page named .csv", "<!DOCTYPE html><html>Log in</html>", refused="holds a web page"),
    _case(
        "json",
        "JSON in the landing folder: it has to be handed in",
        '[{"order_id": 1}]',
        file_name="orders.json",
        refused="taken apart when they are handed in",
    ),
    _case("json_named_csv", "JSON named .csv", '[{"order_id": 1}]', refused="names none of the columns"),
    _case("parquet", "Parquet", _orders_parquet, file_name="orders.parquet", loaded=1),
    _case("parquet_named_csv", "Parquet named .csv", _orders_parquet, refused="holds a Parquet file"),
    _case(
        "csv_named_parquet",
        "CSV named .parquet",
        HEADER + GOOD,
        file_name="orders.parquet",
        refused="not a readable Parquet file",
    ),
    _case(
        "parquet_cut",
        "truncated Parquet",
        lambda: _orders_parquet()[:-100],
        file_name="orders.parquet",
        refused="not a readable Parquet file",
    ),
    _case(
        "parquet_damaged",
        "Parquet with damaged pages",
        _damaged_pages,
        file_name="orders.parquet",
        refused="not a readable Parquet file",
    ),
    _case(
        "parquet_damaged_names",
        "Parquet with damaged column names",
        _damaged_names,
        file_name="orders.parquet",
        refused="not a readable Parquet file",
    ),
    _case(
        "parquet_wrong_text",
        "Parquet with text that is not UTF-8",
        _invalid_utf8_parquet,
        file_name="orders.parquet",
        refused="not a readable Parquet file",
    ),
    _case(
        "parquet_bomb",
        "Parquet larger than the limit once unpacked",
        _parquet_bomb,
        file_name="orders.parquet",
        unpacked_file_limit_mb=1,
        refused="larger than 1 MB once unpacked",
    ),
    _case(
        "parquet_nested_used",
        "Parquet with a list or structure in a column of the contract",
        lambda: _orders_parquet(customer_id=[{"id": 7}]),
        file_name="orders.parquet",
        refused="customer_id holds lists or structures",
    ),
    _case(
        "parquet_nested_unused",
        "Parquet with a list in another column: ignored",
        lambda: _orders_parquet(tags=[["new", "gift"]]),
        file_name="orders.parquet",
        loaded=1,
    ),
    _case(
        "parquet_two_of_one_name",
        "Parquet with two columns of one name",
        _two_of_one_name,
        file_name="orders.parquet",
        refused="order_id stands twice",
    ),
    _case(
        "parquet_time_zone",
        "Parquet times with a zone: converted to the shop's time (here UTC)",
        lambda: _orders_parquet(ordered_at=pa.array([MAY], pa.timestamp("ns", "America/New_York"))),
        file_name="orders.parquet",
        loaded=1,
        holds=("ordered_at::varchar", [("2024-05-01 10:00:00",)]),
    ),
    _case(
        "parquet_not_finite",
        "Parquet with NaN and infinite amounts",
        lambda: _parquet({"order_id": [1, 2], "ordered_at": [MAY] * 2, "order_amount": [float("nan"), float("inf")]}),
        file_name="orders.parquet",
        loaded=1,
        quarantined=1,
        reasons=("order_amount: 'inf' is not an amount",),
    ),
    _case("parquet_no_rows", "Parquet without rows", _orders_parquet_empty, file_name="orders.parquet"),
)
