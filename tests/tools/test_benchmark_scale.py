"""The shop of any size, and what its stages are measured as."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tools.benchmark.cost import StageCost, cost_of
from tools.benchmark.marts import AS_OF_DATE
from tools.benchmark.peer_features import ENGINES
from tools.benchmark.peers import PeerCost, difference
from tools.benchmark.scale import SizeMeasured, report_lines
from tools.benchmark.scale_files import split_off_last_day, write_shop
from warehouse.base.settings import Settings


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_shop(folder, 2000, "500MB")
    return folder


def test_a_customer_orders_seven_to_eight_times_and_an_order_has_two_and_a_half_lines(files: Path) -> None:
    counted = {
        table: duckdb.sql(f"select count(*) from read_parquet('{files / table}.parquet')").fetchall()[0][0]
        for table in ("customers", "orders", "order_items")
    }
    assert counted["customers"] == 2000
    assert 6.5 < counted["orders"] / counted["customers"] < 8.5
    assert 2.4 < counted["order_items"] / counted["orders"] < 2.6


def test_every_line_has_its_order_and_nothing_lies_in_the_future(files: Path) -> None:
    orders, lines = (f"read_parquet('{files / name}.parquet')" for name in ("orders", "order_items"))
    orphans = duckdb.sql(f"select count(*) from {lines} anti join {orders} using (order_id)").fetchall()
    newest = duckdb.sql(f"select max(ordered_at), max(cancelled_at) from {orders}").fetchall()[0]
    assert orphans == [(0,)]
    assert max(newest).date() < AS_OF_DATE


def test_the_same_count_gives_the_same_files(files: Path, tmp_path: Path) -> None:
    write_shop(tmp_path, 2000, "500MB")
    for name in ("customers", "orders", "order_items"):
        one, other = (f"read_parquet('{folder / name}.parquet')" for folder in (files, tmp_path))
        assert duckdb.sql(f"from {one} except all from {other}").fetchall() == []


def test_the_last_day_and_what_came_before_it_are_the_whole_shop(files: Path, tmp_path: Path) -> None:
    parts = split_off_last_day(files, tmp_path)
    day = AS_OF_DATE - timedelta(days=1)
    names = ("orders", "order_items")
    tables = {name: [f"read_parquet('{part}/{name}_*.parquet')" for part in parts] for name in names}
    before, of_day = tables["orders"]
    [(newest, told_too_early)] = duckdb.sql(f"select max(ordered_at), max(cancelled_at) from {before}").fetchall()
    assert newest.date() < day
    assert told_too_early.date() < day
    again = duckdb.sql(f"select count(*) from {of_day} where ordered_at < date '{day}' and cancelled_at is null")
    assert again.fetchall() == [(0,)]
    # Of an order that was sent twice, the later one holds.
    earlier = f"select earlier.* from {before} as earlier anti join {of_day} using (order_id)"
    lost = duckdb.sql(
        f"with held as (select * from {of_day} union all {earlier}) "
        f"select * from held except all select * from read_parquet('{files}/orders.parquet')"
    )
    assert lost.fetchall() == []
    for name, (first, second) in tables.items():
        distinct = f"select count(distinct {name[:-1]}_id) from (from {first} union all from {second})"
        expected = f"select count(*) from read_parquet('{files}/{name}.parquet')"
        assert duckdb.sql(distinct).fetchall() == duckdb.sql(expected).fetchall()


@pytest.mark.parametrize("engine", ["polars", "pandas"])
def test_an_engine_has_the_rows_of_duckdb(engine: str, files: Path, settings: Settings) -> None:
    pytest.importorskip(engine)
    results = {name: files / f"{name}.features.parquet" for name in ("duckdb", engine)}
    for name, output in results.items():
        ENGINES[name](files, output)
    assert duckdb.sql(f"select count(*) > 1900 from '{results['duckdb']}'").fetchall() == [(True,)]
    assert difference(*results.values(), settings) is None


def test_a_time_is_told_only_with_the_same_rows(files: Path, tmp_path: Path, settings: Settings) -> None:
    expected = tmp_path / "expected.parquet"
    ENGINES["duckdb"](files, expected)
    [(amount, counted)] = duckdb.sql(f"select sum(net_amount), sum(order_count) from '{expected}'").fetchall()
    [(sold,)] = duckdb.sql(
        f"select sum(quantity * unit_price_amount) from '{files}/order_items.parquet' "
        f"where order_id in (select order_id from '{files}/orders.parquet' where cancelled_at is null)"
    ).fetchall()
    assert amount == pytest.approx(float(sold))
    assert counted > 10_000
    changed = tmp_path / "changed.parquet"
    lacking = "* replace (case when customer_id like '%7' then null else mean_order_amount end as mean_order_amount)"
    duckdb.sql(f"copy (select {lacking} from '{expected}' where customer_id not like '%3') to '{changed}'")
    words = difference(expected, changed, settings) or ""
    columns = dict(re.findall(r"(\w+) \(([\d,]+)\)", words))
    assert len(columns) == 10  # those who are missing differ in each
    assert columns["mean_order_amount"] != columns["net_amount"]


def test_engines_are_told_as_multiples_of_duckdb() -> None:
    found = [
        PeerCost("duckdb", StageCost("duckdb", 2.0, 1.2, 0.5)),
        PeerCost("pandas", StageCost("pandas", 9.0, 9.0, 3.0)),
        PeerCost("polars", None, "polars is not installed", is_installed=False),
    ]
    measured = SizeMeasured(10, {"orders": 75}, peers=found)
    assert measured.problem is None
    lines = report_lines([measured])
    assert "| pandas | 9.0 s | 9.0 s | 4.5 | 3.00 |" in lines
    assert "- polars: polars is not installed" in lines
    measured.peers.append(PeerCost("pyspark", None, "other rows than duckdb's, in order_count (3)"))
    assert measured.problem == "pyspark: other rows than duckdb's, in order_count (3)"
    measured.day_problem = "marts ended with 1"
    assert report_lines([measured])[-2] == "marts ended with 1"


def test_stages_are_told_as_multiples_of_the_bare_reading() -> None:
    stages = [StageCost("bare reading", 2.0, 1.0, 0.5), StageCost("ingest", 6.0, 4.0, 1.5)]
    stages.append(StageCost("marts", 14.0, 9.0, 1.0, "no space left"))
    lines = report_lines([SizeMeasured(10, {"orders": 75}, stages)])
    assert "## 10 customers: 75 orders" in lines
    assert "| ingest | 6.0 s | 4.0 s | 3.0 | 1.50 |" in lines
    assert "| **all** | 20.0 s | 13.0 s | 10.0 | 1.50 |" in lines
    assert "Stopped at marts: no space left" in lines


def test_a_stage_that_takes_too_long_is_stopped(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    stopped = cost_of("marts", [sys.executable, "-c", "import time; time.sleep(60)"], settings, 0.5)
    failed = cost_of("marts", [sys.executable, "-c", "raise SystemExit('no space left')"], settings, 60)
    done = cost_of("marts", [sys.executable, "-c", "sum(range(10_000_000))"], settings, 60)
    assert stopped.problem == "killed: for want of memory, or after 0 s"
    assert failed.problem == "no space left"
    assert done.problem is None
    assert done.processor_seconds > 0
