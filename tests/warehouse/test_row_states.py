"""Several states of one record, in one file or over files: which counts, and what the report says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_source import Kiosk

from warehouse.base.errors import LandingError, SourceError
from warehouse.base.settings import Settings

HEADER = "order_id,customer_id,ordered_at,order_status,changed\n"
NEWEST_BY = "description: A log of states.\nform: contract\nnewest_by: {orders: changed}\n"
PLAIN = "description: A log of states.\nform: contract\n"


def newest_status(kiosk: Kiosk) -> list[tuple]:
    return kiosk.newest("orders", "order_id", "order_id, order_status")


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ("2024-05-03 08:00:00", "2024-05-01 10:00:00", "completed"),
        ("2024-05-01 12:00:00+02:00", "2024-05-01 11:00:00Z", "cancelled"),
        ("10", "9", "completed"),
        ("v2", "v10", "completed"),  # as texts
        ("", "2024-05-01", "cancelled"),
        ("2024-05-01", "", "completed"),
        ("2024-05-01", "2024-05-01", "cancelled"),  # the last of equal ones
    ],
)
def test_the_newest_by_a_column_of_the_file_counts(
    settings: Settings, tmp_path: Path, first: str, second: str, counts: str
) -> None:
    log = Kiosk.create(settings, tmp_path, NEWEST_BY, {})
    report = log.hand_in(orders=HEADER + f"1,ann,2024-05-01,completed,{first}\n1,ann,2024-05-01,cancelled,{second}\n")
    assert newest_status(log) == [("1", counts)]
    [load] = report.loads
    assert (load.rows_read, load.rows_loaded, load.rows_already_loaded, load.rows_superseded) == (2, 1, 1, 1)
    assert "  1 older states of rows of the same file give way to the newest" in "\n".join(report.lines())


def test_without_such_a_column_the_last_row_counts(settings: Settings, tmp_path: Path) -> None:
    log = Kiosk.create(settings, tmp_path, PLAIN, {})
    rows = "1,ann,2024-05-01,completed,\n2,bob,2024-05-01,completed,\n1,ann,2024-05-01,cancelled,\n"
    log.hand_in(orders=HEADER + rows)
    assert newest_status(log) == [("1", "cancelled"), ("2", "completed")]
    report = log.hand_in(orders=HEADER + rows + "2,bob,2024-05-01,cancelled,\n")
    assert newest_status(log) == [("1", "cancelled"), ("2", "cancelled")]
    [load] = report.loads
    assert (load.rows_new, load.rows_corrected, load.rows_superseded, load.rows_already_loaded) == (0, 1, 2, 3)


def test_states_that_nothing_puts_in_order_are_refused(settings: Settings, tmp_path: Path) -> None:
    log = Kiosk.create(settings, tmp_path, NEWEST_BY, {})
    without = HEADER.replace(",changed", "")
    log.hand_in(orders=without + "1,ann,2024-05-01,completed\n1,ann,2024-05-01,completed\n")
    with pytest.raises(LandingError, match="the column changed, which says which of them is the newest"):
        log.hand_in(orders=without + "1,ann,2024-05-01,completed\n1,ann,2024-05-01,cancelled\n")


def test_a_table_that_does_not_exist_is_no_place_for_states(settings: Settings, tmp_path: Path) -> None:
    for line in ("newest_by: {oders: changed}", "full: [oders]"):
        (tmp_path / line[:4]).mkdir()
        log = Kiosk.create(settings, tmp_path / line[:4], f"{PLAIN}{line}\n", {})
        with pytest.raises(SourceError, match="oders"):
            log.hand_in(orders=HEADER)


def test_new_and_corrected_rows_are_counted_apart(settings: Settings, tmp_path: Path) -> None:
    shop = Kiosk.create(settings, tmp_path, PLAIN, {})
    shop.hand_in(orders=HEADER + "1,ann,2024-05-01,completed,\n2,bob,2024-05-01,completed,\n")
    report = shop.hand_in(orders_june=HEADER + "2,bob,2024-05-01,cancelled,\n3,cyd,2024-06-01,completed,\n")
    assert "  2 loaded, of which 1 replace rows loaded before" in list(report.lines())
    assert not any("WARNING" in line for line in report.lines())
    counts = "select rows_new, rows_corrected, rows_rekeyed from quality.file_loads order by arrival_number"
    assert shop.rows(counts) == [(2, 0, 0), (1, 1, 0)]


def test_a_key_that_is_used_again_for_other_things_is_questioned(settings: Settings, tmp_path: Path) -> None:
    shop = Kiosk.create(settings, tmp_path, PLAIN, {})
    shop.hand_in(orders_may=HEADER + "1,ann,2024-05-03,completed,\n2,bob,2024-05-09,completed,\n")
    report = shop.hand_in(orders_june=HEADER + "1,cyd,2024-06-02,completed,\n2,dan,2024-06-07,completed,\n")
    [warning] = [line for line in report.lines() if "WARNING" in line]
    assert "2 of 2 rows (100%) of orders have the key of a row of another customer, order or day" in warning
    assert "such as 1." in warning
    assert shop.rows("select rows_rekeyed from quality.file_loads order by arrival_number") == [(0,), (2,)]


def test_a_key_that_is_not_one_within_a_file_is_questioned(settings: Settings, tmp_path: Path) -> None:
    shop = Kiosk.create(settings, tmp_path, PLAIN, {})
    report = shop.hand_in(orders=HEADER + "".join(f"7,c{day},2024-05-{day},completed,\n" for day in range(10, 20)))
    assert any("WARNING: 9 of 10 rows" in line for line in report.lines())


def test_a_column_that_earlier_files_had_is_missed_aloud(settings: Settings, tmp_path: Path) -> None:
    shop = Kiosk.create(settings, tmp_path, PLAIN, {})
    rows = "1,ann,2024-05-03,cancelled,\n2,,2024-05-09,completed,\n3,cyd,2024-05-10,completed,\n"
    shop.hand_in(orders=HEADER + rows)
    report = shop.hand_in(orders=HEADER.replace("customer_id", "client").replace("order_status", "state") + rows)
    warnings = [line for line in report.lines() if "WARNING" in line]
    assert len(warnings) == 2
    assert "no row of the file has a value in customer_id, but 2 of the rows that it replaces have one" in warnings[0]
    assert "order_status, but 1 of the rows" in warnings[1]  # the default takes the place of cancelled
    assert shop.rows("select lost_columns from quality.file_loads order by arrival_number") == [
        ("",),
        ("customer_id (2), order_status (1)",),
    ]
