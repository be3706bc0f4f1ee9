"""One record of a file gives several rows: goods, postage and coupon in columns beside each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_source import Kiosk

from warehouse.base.errors import SourceError
from warehouse.base.settings import Settings

SOURCE_YML = """
    description: Parcels of a kiosk, postage and coupon beside the goods.
    form: mapped
    files:
      - pattern: "parcels*.csv"
        format: csv
        rows_are: order_items
        also_give: [orders]
        columns: [Parcel, Sent, Article, Goods, Postage, Coupon]
"""
LINES = """
    select _row_number, "Parcel" || '/goods' as order_item_id, "Parcel" as order_id, "Article" as product_code,
        1 as quantity, "Goods" as line_amount
    from landed
    union all
    select _row_number, "Parcel" || '/postage', "Parcel", 'POSTAGE', 1, "Postage" from landed
    union all
    select _row_number, "Parcel" || '/coupon', "Parcel", 'COUPON', 1, '-' || "Coupon" from landed
    where "Coupon" is not null
"""
HEADS = 'select contract_row.order_id, min("Sent") as ordered_at from accepted group by all'
HEADER = "Parcel,Sent,Article,Goods,Postage,Coupon\n"


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path) -> Kiosk:
    return Kiosk.create(settings, tmp_path, SOURCE_YML, {"order_items": LINES, "orders": HEADS})


def test_each_column_becomes_a_line_and_the_counts_tell_of_both(kiosk: Kiosk) -> None:
    report = kiosk.hand_in(parcels=HEADER + "P1,2024-03-01,TEA,9.50,3.90,\nP2,2024-03-02,CUP,12,3.90,2\n")
    lines = kiosk.rows("select order_id, product_code, line_amount::double from raw.order_items order by all")
    assert lines == [
        ("P1", "POSTAGE", 3.9),
        ("P1", "TEA", 9.5),
        ("P2", "COUPON", -2.0),
        ("P2", "CUP", 12.0),
        ("P2", "POSTAGE", 3.9),
    ]
    [items, heads] = report.loads
    assert (items.rows_landed, items.rows_read, items.rows_loaded, items.rows_quarantined) == (2, 5, 5, 0)
    assert (heads.rows_landed, heads.rows_read) == (None, 2)
    assert any("2 records gave 5 rows" in line for line in report.lines())


def test_a_bad_line_costs_that_line_and_names_the_record_and_the_order(settings: Settings, tmp_path: Path) -> None:
    weighed = LINES.replace("1 as quantity", '"Goods" as quantity')
    kiosk = Kiosk.create(settings, tmp_path, SOURCE_YML, {"order_items": weighed, "orders": HEADS})
    report = kiosk.hand_in(
        parcels=HEADER + "P1,2024-03-01,TEA,9.50,3.90,\nP2,2024-03-02,CUP,many,3.90,\nP3,2024-03-03,PEN,1,2,\n"
    )
    found = kiosk.rows("select row_number, table_name, record_key, order_id from quality.quarantined_rows")
    assert found == [(2, "order_items", "P2/goods", "P2")]
    assert kiosk.rows("select _row_number from raw.order_items where order_id = 'P3'") == [(3,), (3,)]
    assert report.loads[0].rows_read == 6
    [told] = [line for line in report.lines() if "worth less" in line]
    assert "1 line of 1 order in quarantine (P2)" in told


def test_a_select_that_drops_a_record_is_refused_with_the_record(settings: Settings, tmp_path: Path) -> None:
    kiosk = Kiosk.create(
        settings,
        tmp_path,
        SOURCE_YML,
        {"order_items": f"select * from ({LINES}) where order_id <> 'P2'", "orders": HEADS},
    )
    with pytest.raises(SourceError, match=r"no row for 1 of the 2 rows of parcels\.csv, such as row 2"):
        kiosk.hand_in(parcels=HEADER + "P1,2024-03-01,TEA,9.50,3.90,\nP2,2024-03-02,CUP,12,3.90,2\n")


def test_a_select_that_invents_numbers_is_refused(settings: Settings, tmp_path: Path) -> None:
    numbered = f"select * replace (_row_number + 1 as _row_number) from ({LINES}) union all from ({LINES})"
    kiosk = Kiosk.create(settings, tmp_path, SOURCE_YML, {"order_items": numbered, "orders": HEADS})
    with pytest.raises(SourceError, match="is not that of a row"):
        kiosk.hand_in(parcels=HEADER + "P1,2024-03-01,TEA,9.50,3.90,\n")


def test_a_computed_table_may_carry_the_number_along(settings: Settings, tmp_path: Path) -> None:
    heads = 'select _row_number, contract_row.order_id, "Sent" as ordered_at from accepted'
    kiosk = Kiosk.create(settings, tmp_path, SOURCE_YML, {"order_items": LINES, "orders": heads})
    kiosk.hand_in(parcels=HEADER + "P1,2024-03-01,TEA,9.50,3.90,\n")
    assert kiosk.newest("orders", "order_id", "order_id, ordered_at::date::varchar") == [("P1", "2024-03-01")]
