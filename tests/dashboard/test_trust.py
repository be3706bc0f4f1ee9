"""The page on trust: its questions against a version made by hand, and its picture."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer
from dashboard.base.texts import Texts
from dashboard.charts.trust import bridge

_DAY = {"as_of_date": date(2026, 7, 1)}


@pytest.fixture
def version() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema quality;
            create table quality.validation_results as
            select * from (values
                (date '2026-07-01', 'raw', 'critical', true), (date '2026-07-01', 'raw', 'critical', false),
                (date '2026-07-01', 'raw', 'warning', false), (date '2026-06-01', 'raw', 'critical', false)
            ) as t (as_of_date, gate, severity, success);
            create table quality.file_loads as
            select * from (values (200, 4, false), (100, 100, true)) as t (rows_read, rows_quarantined, is_derived);
            create table quality.revenue_reconciliation as
            select * from (values
                (date '2026-07-01', 1, 1, 'int_movements', 'opening', 100.0, 9, 'files'),
                (date '2026-07-01', 1, 2, 'int_movements', 'duplicate', -20.0, 1, 'copies'),
                (date '2026-07-01', 1, 3, 'int_movements', 'rounding', 0.0, 0, 'cents'),
                (date '2026-07-01', 1, 4, 'int_movements', 'unexplained', 0.0, null, ''),
                (date '2026-07-01', 1, 5, 'int_movements', 'closing', 80.0, 8, 'ledger'),
                (date '2026-07-01', 2, 1, 'fct_order_items', 'unexplained', 3.0, null, ''),
                (date '2026-07-01', 4, 1, 'fct_orders.net_amount', 'opening', 80.0, 8, 'orders'),
                (date '2026-07-01', 4, 2, 'fct_orders.net_amount', 'shipping', -15.0, 2, 'shipping'),
                (date '2026-07-01', 4, 3, 'fct_orders.net_amount', 'adjustments', 5.0, 1, 'book-keeping'),
                (date '2026-07-01', 4, 4, 'fct_orders.net_amount', 'closing', 70.0, 8, 'net sales'),
                (date '2026-06-01', 1, 1, 'int_movements', 'opening', 7.0, 1, 'another day')
            ) as t (as_of_date, step_number, row_position, stage, amount_class, amount, row_count, description);
            create table quality.identity_summary as select date '2026-07-01' as as_of_date, 3 as merged_id_count;
            create table quality.erasures as select 1 as n where false;
            create table quality.privacy_budget as select unnest([0.5, 1.0]) as epsilon;
            create table quality.quarantined_rows as
            select * from (values
                ('orders', 'order_amount: ''abc'' is not an amount', 'a.csv'),
                ('orders', 'order_amount: ''twelve'' is not an amount', 'b.csv'),
                ('orders', 'order_id: missing', 'a.csv')
            ) as t (table_name, reason, file_name);
            """
        )
        yield connection


def test_tiles_count_the_day_and_what_came_from_files(version: duckdb.DuckDBPyConnection) -> None:
    tiles = answer(version, "trust/standing", _DAY)
    assert dict(zip(tiles["figure"], tiles["value"], strict=True)) == {
        "critical_rule_count": 2,
        "broken_critical_rule_count": 1,
        "raised_warning_count": 1,
        "kept_out_share": 0.02,
        "unexplained_amount": 3,
        "merged_id_count": 3,
        "erasure_count": 0,
        "spent_epsilon": 1.5,
    }
    texts = Texts("zh")
    assert all(texts.has(f"values.figure.{name}") for name in tiles["figure"])


def test_the_bridge_joins_its_totals(version: duckdb.DuckDBPyConnection) -> None:
    rows = answer(version, "trust/bridge", _DAY)
    assert rows[["place", "from_amount", "to_amount"]].values.tolist() == [
        ["total_files", 100, 100],
        ["duplicate", 100, 80],
        ["total_int_movements", 80, 80],
        ["shipping", 80, 65],
        ["adjustments", 65, 70],
        ["total_fct_orders_net_amount", 70, 70],
    ]


def test_the_picture_of_the_bridge_has_every_place_once(version: duckdb.DuckDBPyConnection) -> None:
    frame = answer(version, "trust/bridge", _DAY)
    spec = bridge(frame, Texts("en"), Numbers("en", "EUR")).to_dict()
    (rows,) = spec["datasets"].values()
    assert [row["place"] for row in rows] == [
        "Amounts in the files",
        "Copies of lines",
        "The ledger",
        "Shipping",
        "Book-keeping",
        "Net sales",
    ]
    assert [row["kind"] for row in rows] == ["Total", "Takes away", "Total", "Takes away", "Adds", "Total"]
    assert rows[1]["written"] == "\N{MINUS SIGN}20.00 EUR"


def test_reasons_are_counted_without_what_stood_in_the_row(version: duckdb.DuckDBPyConnection) -> None:
    rows = answer(version, "trust/kept_out", _DAY)
    assert rows[["reason", "row_count", "file_name"]].values.tolist() == [
        ["order_amount: … is not an amount", 2, "a.csv, b.csv"],
        ["order_id: missing", 1, "a.csv"],
    ]
