"""Files read again by other rules: as if loaded from scratch, and never half-done."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from own_source import Kiosk

from warehouse.base.connections import open_build_file
from warehouse.base.errors import LandingError, SourceError
from warehouse.base.settings import Settings
from warehouse.loading.ingest import ingest_source
from warehouse.marts.increments import begin, complete

SOURCE_YML = """
    description: Slips of a kiosk.
    form: mapped
    files:
      - pattern: "slips*.csv"
        format: csv
        rows_are: orders
        columns: [Slip, Day, Sum]
"""
SELECT = """select _row_number, "Slip" as order_id, "Day" as ordered_at, "Sum" as order_amount from landed"""
HEADER = "Slip,Day,Sum\n"


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path) -> Kiosk:
    kiosk = Kiosk.create(settings, tmp_path, SOURCE_YML, {"orders": SELECT})
    kiosk.hand_in(slips=HEADER + "1,2024-05-01,100\n2,2024-05-01,20\nx,never,1\n")
    kiosk.hand_in(slips=HEADER + "1,2024-05-01,10\n")
    return kiosk


def change_select(kiosk: Kiosk, sql: str) -> None:
    (kiosk.settings.sources_folder / "kiosk" / "orders.sql").write_text(sql)


def content(kiosk: Kiosk) -> list[tuple]:
    return kiosk.rows("select * exclude (_load_id, _loaded_at) from raw.orders order by all")


def test_it_is_as_if_loaded_from_scratch(kiosk: Kiosk) -> None:
    change_select(kiosk, SELECT.replace('"Slip"', "'K' || \"Slip\"").replace(" from", ", 'EUR' as currency from"))
    report = ingest_source(kiosk.settings, "kiosk")
    assert "All 2 files are read again, in order of arrival" in report.notices[0]
    newest = kiosk.newest("orders", "order_id", "order_id, order_amount::int, currency")
    assert newest == [("K1", 10, "EUR"), ("K2", 20, "EUR")]
    again = content(kiosk)
    assert kiosk.rows("select count(*), sum(rows_quarantined) from quality.file_loads") == [(2, 1)]
    assert kiosk.rows("select count(*) from quality.quarantined_rows") == [(1,)]
    kiosk.settings.build_file("kiosk").unlink()
    ingest_source(kiosk.settings, "kiosk")
    assert content(kiosk) == again


def test_rows_of_files_that_were_taken_out_of_the_landing_folder_stay(kiosk: Kiosk) -> None:
    kiosk.hand_in(slips_march=HEADER + "7,2024-03-01,70\n")
    (kiosk.settings.landing_of("kiosk") / "slips_march.csv").unlink()
    change_select(kiosk, SELECT + "\n-- as before")
    ingest_source(kiosk.settings, "kiosk")
    assert kiosk.newest("orders", "order_id", "order_id, order_amount::int") == [("1", 10), ("2", 20), ("7", 70)]


def test_if_it_fails_everything_is_as_it_was(kiosk: Kiosk) -> None:
    before = content(kiosk), kiosk.rows("select * from quality.file_loads order by all")
    change_select(kiosk, SELECT.replace('"Sum"', '"Total"'))
    with pytest.raises(SourceError, match="Total"):
        ingest_source(kiosk.settings, "kiosk")
    assert (content(kiosk), kiosk.rows("select * from quality.file_loads order by all")) == before
    change_select(kiosk, SELECT)
    assert ingest_source(kiosk.settings, "kiosk").loads == ()


def test_the_marts_are_built_anew(kiosk: Kiosk) -> None:
    with open_build_file(kiosk.settings, "kiosk") as connection:
        begin(connection, date(2024, 6, 1), "same")
        connection.execute("create schema intermediate")
        connection.execute("create table intermediate.int_snapshot_dates (as_of_date date, sampled_below text)")
        complete(connection)
    change_select(kiosk, SELECT.replace('"Sum"', "'1'"))
    ingest_source(kiosk.settings, "kiosk")
    with open_build_file(kiosk.settings, "kiosk") as connection:
        assert begin(connection, date(2024, 6, 1), "same").is_full


def test_a_file_with_a_place_before_others_is_read_in_its_place(kiosk: Kiosk) -> None:
    landing = kiosk.settings.landing_of("kiosk")
    (landing / "slips_1.csv").write_text("Slip,Day\n9,2024-05-09\n")
    (landing / "slips_2.csv").write_text(HEADER + "9,2024-05-09,2\n")
    (landing / "slips_3.csv").write_text(HEADER + "9,2024-05-09,3\n8,2024-05-08,3\n")
    with pytest.raises(LandingError, match="Sum is missing"):
        ingest_source(kiosk.settings, "kiosk")
    (landing / "slips_1.csv").unlink()
    (landing / "slips_2.csv").rename(landing.parent / "slips_2.csv")
    ingest_source(kiosk.settings, "kiosk")
    (landing.parent / "slips_2.csv").rename(landing / "slips_2.csv")
    report = ingest_source(kiosk.settings, "kiosk")
    assert "slips_2.csv arrived before files that were loaded already" in report.notices[0]
    assert kiosk.newest("orders", "order_id", "order_id, order_amount::int") == [
        ("1", 10),
        ("2", 20),
        ("8", 3),
        ("9", 3),
    ]
