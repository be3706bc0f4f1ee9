"""The shop of any size, and what its stages are measured as."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest

from tools.benchmark.marts import AS_OF_DATE
from tools.benchmark.scale import SizeMeasured, StageCost, _cost_of, report_lines
from tools.benchmark.scale_files import write_shop
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
    stopped = _cost_of("marts", [sys.executable, "-c", "import time; time.sleep(60)"], settings, 0.5)
    failed = _cost_of("marts", [sys.executable, "-c", "raise SystemExit('no space left')"], settings, 60)
    done = _cost_of("marts", [sys.executable, "-c", "sum(range(10_000_000))"], settings, 60)
    assert stopped.problem == "killed: for want of memory, or after 0 s"
    assert failed.problem == "no space left"
    assert done.problem is None
    assert done.processor_seconds > 0
