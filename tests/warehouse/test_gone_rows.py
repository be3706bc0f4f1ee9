"""Rows that are gone: full exports, lines taken out of an order, and what keeps them from going by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_source import Kiosk

from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.loading.ingest import ingest_source

CONTRACT_FORM = "description: Full exports of lines and customers.\nform: contract\nfull: [order_items, customers]\n"
TILL = """
    description: A till that exports everything each night.
    form: mapped
    files:
      - pattern: "bons*.csv"
        format: csv
        rows_are: order_items
        also_give: [orders]
        export: full
        columns: [Bon, Pos, Price, Card]
"""
SELECTS = {
    "order_items": """
        select _row_number, "Bon" || '/' || "Pos" as order_item_id, "Bon" as order_id, "Pos" as line_number,
            1 as quantity, "Price" as line_amount
        from landed
    """,
    "orders": """
        select contract_row.order_id, '2024-03-01' as ordered_at, min("Card") as customer_id,
            sum(contract_row.line_amount) as order_amount
        from accepted group by contract_row.order_id
    """,
}
ORDERS = "order_id,customer_id,ordered_at\nA,ann,2024-03-01\nB,bob,2024-03-02\n"
LINES = "order_item_id,order_id,quantity,line_amount\n"
BONS = "Bon,Pos,Price,Card\n"


@pytest.fixture
def shop(settings: Settings, tmp_path: Path) -> Kiosk:
    """A source in contract form."""
    return Kiosk.create(settings, tmp_path, CONTRACT_FORM, {})


@pytest.fixture
def till(settings: Settings, tmp_path: Path) -> Kiosk:
    return Kiosk.create(settings, tmp_path, TILL, SELECTS)


@pytest.fixture
def plain(settings: Settings, tmp_path: Path) -> Kiosk:
    """A source in contract form that declares nothing."""
    return Kiosk.create(settings, tmp_path, "description: Changes.\nform: contract\n", {})


def lines_of(kiosk: Kiosk) -> list[str]:
    return [line for (line,) in kiosk.newest("order_items", "order_item_id", "order_item_id")]


def test_what_a_full_export_lacks_is_gone_and_can_come_back(shop: Kiosk) -> None:
    customers = "customer_id,country\nann,DE\nbob,AT\n"
    shop.hand_in(orders=ORDERS, customers=customers, order_items=LINES + "1,A,1,5\n2,A,1,6\n3,B,1,7\n4,B,1,8\n")
    report = shop.hand_in(customers="customer_id,country\nann,DE\n", order_items=LINES + "1,A,1,5\n3,B,1,9\n4,B,1,8\n")
    gone = {load.table_name: load.rows_gone for load in report.loads}
    assert gone == {"customers": 1, "order_items": 1}
    assert "1 rows loaded before are gone: the full export lacks them" in "\n".join(report.lines())
    assert lines_of(shop) == ["1", "3", "4"]
    assert shop.newest("customers", "customer_id", "customer_id") == [("ann",)]
    shop.hand_in(order_items=LINES + "1,A,1,5\n2,A,1,6\n3,B,1,9\n4,B,1,8\n")
    assert lines_of(shop) == ["1", "2", "3", "4"]
    assert shop.rows(
        "select rows_new, rows_corrected from quality.file_loads order by arrival_number desc limit 1"
    ) == [(1, 0)]
    shop.settings.build_file("kiosk").unlink()
    ingest_source(shop.settings, "kiosk")
    assert lines_of(shop) == ["1", "2", "3", "4"]


def test_the_parts_of_a_full_export_are_one(shop: Kiosk) -> None:
    shop.hand_in(orders=ORDERS, order_items_1=LINES + "1,A,1,5\n2,A,1,6\n", order_items_2=LINES + "3,B,1,7\n4,B,1,8\n")
    shop.hand_in(order_items_1=LINES + "1,A,1,5\n2,A,1,6\n", order_items_2=LINES + "3,B,1,7\n")
    assert lines_of(shop) == ["1", "2", "3"]
    shop.hand_in(order_items_1=LINES + "1,A,1,5\n3,B,1,7\n", order_items_2=LINES + "2,A,1,6\n")  # shuffled
    assert lines_of(shop) == ["1", "2", "3"]


def test_a_part_that_is_overwritten_by_hand_leaves_the_other_part_standing(shop: Kiosk) -> None:
    shop.hand_in(orders=ORDERS, order_items_1=LINES + "1,A,1,5\n2,A,1,6\n", order_items_2=LINES + "3,B,1,7\n4,B,1,8\n")
    (shop.settings.landing_of("kiosk") / "order_items_2.csv").write_text(LINES + "3,B,1,7\n")
    ingest_source(shop.settings, "kiosk")
    assert lines_of(shop) == ["1", "2", "3"]


def test_a_refused_row_of_a_full_export_is_not_missing(shop: Kiosk) -> None:
    shop.hand_in(orders=ORDERS, order_items=LINES + "1,A,1,5\n2,A,1,6\n3,B,1,7\n")
    shop.hand_in(order_items=LINES + "1,A,1,5\n2,A,two,6\n3,B,1,7\n")
    assert lines_of(shop) == ["1", "2", "3"]


def test_nothing_is_gone_where_records_are_unreadable(shop: Kiosk) -> None:
    shop.hand_in(orders=ORDERS, order_items=LINES + "1,A,1,5\n2,A,1,6\n3,B,1,7\n")
    report = shop.hand_in(order_items=LINES + "1,A,1,5\n3,B,1\n")
    assert lines_of(shop) == ["1", "2", "3"]
    assert "no row loaded before is taken as gone: 1 records are unreadable" in "\n".join(report.lines())


def test_a_full_export_that_would_take_most_away_is_refused_and_does_not_block_the_whole_one(shop: Kiosk) -> None:
    whole = LINES + "1,A,1,5\n2,A,1,6\n3,B,1,7\n"
    shop.hand_in(orders=ORDERS, order_items=whole)
    before = shop.rows("select count(*) from raw.order_items")
    with pytest.raises(LandingError, match="it would take 2 of 3 rows of order_items away") as refusal:
        shop.hand_in(order_items=LINES + "1,A,1,5\n")
    assert "CLIENTELE_FULL_EXPORT_GONE_SHARE_MAXIMUM" in refusal.value.what_to_do
    assert shop.rows("select count(*) from raw.order_items") == before
    shop.hand_in(order_items=LINES + "1,A,1,5\n2,A,1,6\n4,B,1,2\n")
    assert lines_of(shop) == ["1", "2", "4"]


def test_half_of_a_full_export_takes_nothing_away(shop: Kiosk) -> None:
    shop.hand_in(orders=ORDERS, order_items_1=LINES + "1,A,1,5\n2,A,1,6\n", order_items_2=LINES + "3,B,1,7\n")
    with pytest.raises(LandingError, match="is missing"):
        shop.hand_in(order_items_1=LINES + "1,A,1,5\n2,A,1,9\n", order_items_2="order_item_id,order_id\n3,B\n")
    assert lines_of(shop) == ["1", "2", "3"]
    report = shop.hand_in(orders_june="order_id,ordered_at\nC,2024-06-01\n")  # the broken file makes way
    assert lines_of(shop) == ["1", "2", "3"]
    assert "which was handed in with it, is not there" in "\n".join(report.lines())
    assert shop.newest("order_items", "order_item_id", "line_amount::int") == [(5,), (9,), (7,)]


def test_what_was_confirmed_once_is_not_asked_again(shop: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.hand_in(orders=ORDERS, order_items=LINES + "1,A,1,5\n2,A,1,6\n3,B,1,7\n")
    confirmed = shop.settings.model_copy(update={"full_export_gone_share_maximum": 1.0})
    Kiosk(confirmed, shop.given).hand_in(order_items=LINES + "1,A,1,5\n")
    assert lines_of(shop) == ["1"]
    monkeypatch.setattr("warehouse.source_definitions.folders.READING_RULES_VERSION", "another")
    assert ingest_source(shop.settings, "kiosk").loads
    assert lines_of(shop) == ["1"]
    shop.settings.build_file("kiosk").unlink()
    ingest_source(shop.settings, "kiosk")
    assert lines_of(shop) == ["1"]


def test_heads_that_are_made_from_lines_follow_them(till: Kiosk) -> None:
    till.hand_in(bons_1=BONS + "A,1,5,ann\nA,2,6,\nB,1,7,bob\n", bons_2=BONS + "C,1,2,\nC,2,3,cyd\nA,3,4,\n")
    heads = "order_id, customer_id, order_amount::double"
    assert till.newest("orders", "order_id", heads) == [("A", "ann", 15.0), ("B", "bob", 7.0), ("C", "cyd", 5.0)]
    report = till.hand_in(bons_1=BONS + "A,1,5,ann\nC,1,2,\n", bons_2=BONS + "C,2,3,cyd\nA,3,4,\n")
    assert till.newest("orders", "order_id", heads) == [("A", "ann", 9.0), ("C", "cyd", 5.0)]
    assert sum(load.rows_gone for load in report.loads if load.table_name == "orders") == 1
    till.settings.build_file("kiosk").unlink()
    ingest_source(till.settings, "kiosk")
    assert till.newest("orders", "order_id", heads) == [("A", "ann", 9.0), ("C", "cyd", 5.0)]
    assert till.rows("select count(*) from raw.orders group by order_id, _arrival_number having count(*) > 1") == []


def test_a_line_taken_out_of_an_order_is_gone(plain: Kiosk) -> None:
    plain.hand_in(orders=ORDERS, order_items=LINES + "1,A,1,5\n2,A,1,6\n3,B,1,7\n")
    report = plain.hand_in(orders=ORDERS, order_items=LINES + "1,A,1,5\n")
    assert lines_of(plain) == ["1", "3"]  # order B does not stand in the second file
    words = "1 rows loaded before are gone: their orders stand in the file again without them"
    assert words in "\n".join(report.lines())


def test_a_correction_of_changed_lines_takes_nothing_away(plain: Kiosk) -> None:
    plain.hand_in(orders=ORDERS, order_items=LINES + "1,A,1,5\n2,A,1,6\n3,B,1,7\n")
    plain.hand_in(order_items=LINES + "1,A,1,4\n")
    assert lines_of(plain) == ["1", "2", "3"]


def test_lines_of_other_files_stay(plain: Kiosk) -> None:
    plain.hand_in(orders=ORDERS, order_items=LINES + "1,A,1,5\n2,A,1,6\n", order_items_late=LINES + "9,A,1,1\n")
    plain.hand_in(order_items=LINES + "1,A,1,5\n", order_items_more=LINES + "2,A,1,6\n")
    assert lines_of(plain) == ["1", "2", "9"]
    plain.hand_in(order_items=LINES + "1,A,1,5\n")  # as before
    assert lines_of(plain) == ["1", "2", "9"]


def test_lines_taken_out_leave_the_head_that_is_made_from_them(settings: Settings, tmp_path: Path) -> None:
    till = Kiosk.create(settings, tmp_path, TILL.replace("        export: full\n", ""), SELECTS)
    till.hand_in(bons=BONS + "A,1,5,ann\nA,2,6,\nB,1,7,bob\n")
    till.hand_in(bons=BONS + "A,1,5,ann\n")
    heads = till.newest("orders", "order_id", "order_id, order_amount::double")
    assert heads == [("A", 5.0), ("B", 7.0)]
