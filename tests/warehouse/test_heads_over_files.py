"""Heads are made from all accepted lines of a receipt, whichever file brought them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from own_source import SOURCE, Kiosk

from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase

SOURCE_YML = """
    description: Lines of receipts, a file a shift.
    form: mapped
    files:
      - pattern: "*.csv"
        format: csv
        rows_are: order_items
        also_give: [orders, products, customers]
        columns: [Bon, Pos, Time, Sku, Name, Price, Member]
        customer_id_sql: '"Member"'
        guest_column: Member
"""
SELECTS = {
    "order_items": """
        select _row_number, "Bon" || '/' || "Pos" as order_item_id, "Bon" as order_id, "Pos" as line_number,
            "Sku" as product_code, 1 as quantity, "Price" as line_amount
        from landed
    """,
    "orders": """
        select contract_row.order_id, min("Time") as ordered_at, min("Member") as customer_id,
            sum(contract_row.line_amount) as order_amount
        from accepted group by contract_row.order_id
    """,
    "products": """
        select upper("Sku") as product_code, max("Name") as product_name from accepted group by upper("Sku")
    """,
    # The key is no column of a line in the contract.
    "customers": """
        select "Member" as customer_id, min("Time") as registered_at from accepted
        where "Member" is not null group by "Member"
    """,
}
HEADER = "Bon,Pos,Time,Sku,Name,Price,Member\n"
HEAD = "order_id, ordered_at::varchar, customer_id, order_amount::double"


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path) -> Kiosk:
    return Kiosk.create(settings, tmp_path, SOURCE_YML, SELECTS)


def test_a_receipt_over_midnight_keeps_its_first_time_and_its_customer(kiosk: Kiosk) -> None:
    kiosk.hand_in(late=HEADER + "B1,1,2023-12-31 23:58:00,tea,Tea,4,ann\nB2,1,2023-12-31 10:00:00,cup,Cup,9,\n")
    kiosk.hand_in(early=HEADER + "B1,2,2024-01-01 00:03:00,cup,Cup,9,\n")
    assert kiosk.newest("orders", "order_id", HEAD) == [
        ("B1", "2023-12-31 23:58:00", "ann", 13.0),
        ("B2", "2023-12-31 10:00:00", None, 9.0),
    ]


def test_a_correction_of_one_line_keeps_the_rest_of_the_head(kiosk: Kiosk) -> None:
    kiosk.hand_in(may=HEADER + "B1,1,2024-05-02 09:00:00,tea,Tea,4,ann\nB1,2,2024-05-02 09:01:00,cup,Cup,9,\n")
    kiosk.hand_in(fix=HEADER + "B1,2,2024-05-02 09:01:00,cup,Cup,7,\n")
    assert kiosk.newest("orders", "order_id", HEAD) == [("B1", "2024-05-02 09:00:00", "ann", 11.0)]


def test_a_correction_of_the_head_alone_is_seen_though_no_line_changes(kiosk: Kiosk) -> None:
    kiosk.hand_in(may=HEADER + "B1,1,2024-05-02 09:00:00,tea,Tea,4,ann\nB1,2,2024-05-02 09:01:00,cup,Cup,9,ann\n")
    kiosk.hand_in(fix=HEADER + "B1,1,2024-05-02 08:00:00,tea,Tea,4,bob\nB1,2,2024-05-02 09:01:00,cup,Cup,9,bob\n")
    assert kiosk.newest("orders", "order_id", HEAD) == [("B1", "2024-05-02 08:00:00", "bob", 13.0)]


def test_a_line_that_moves_to_another_receipt_leaves_the_first(kiosk: Kiosk, tmp_path: Path) -> None:
    other_key = SELECTS["order_items"].replace('"Bon" || \'/\' || "Pos"', '"Pos"')
    (tmp_path / "sources" / "kiosk" / "order_items.sql").write_text(other_key)
    kiosk.hand_in(may=HEADER + "B1,1,2024-05-02 09:00:00,tea,Tea,4,\nB1,2,2024-05-02 09:00:00,cup,Cup,9,\n"
                  "B2,3,2024-05-03 09:00:00,pen,Pen,1,\n")  # fmt: skip
    report = kiosk.hand_in(fix=HEADER + "B2,2,2024-05-03 09:00:00,cup,Cup,9,\n")
    assert kiosk.newest("orders", "order_id", "order_id, order_amount::double") == [("B1", 4.0), ("B2", 10.0)]
    assert report.loads[1].rows_gone == 0
    report = kiosk.hand_in(rest=HEADER + "B2,1,2024-05-03 09:00:00,tea,Tea,4,\n")
    assert kiosk.newest("orders", "order_id", "order_id, order_amount::double") == [("B2", 14.0)]
    assert report.loads[1].rows_gone == 1


def test_keys_that_are_no_column_of_a_line_are_looked_for_everywhere(kiosk: Kiosk) -> None:
    kiosk.hand_in(one=HEADER + "B1,1,2024-05-02 09:00:00,tea,Tea,4,ann\nB2,1,2024-05-01 09:00:00,tea,Tea,4,bob\n")
    kiosk.hand_in(two=HEADER + "B3,1,2024-06-01 09:00:00,Tea,Zen tea,4,ann\n")
    registered = kiosk.newest("customers", "customer_id", "customer_id, registered_at::date::varchar")
    assert registered == [("ann", "2024-05-02"), ("bob", "2024-05-01")]
    assert kiosk.newest("products", "product_code", "product_code, product_name") == [("TEA", "Zen tea")]


def test_rows_of_other_receipts_are_not_counted(kiosk: Kiosk) -> None:
    kiosk.hand_in(one=HEADER + "".join(f"B{n},1,2024-05-02 09:00:00,tea,Tea,4,\n" for n in range(50)))
    report = kiosk.hand_in(two=HEADER + "B7,2,2024-05-02 09:05:00,tea,Tea,1,\n")
    assert [(load.table_name, load.rows_read) for load in report.loads] == [
        ("order_items", 1),
        ("orders", 1),
        ("products", 1),
        ("customers", 0),
    ]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.campaign) for seed in range(1, 8))])
def test_however_lines_are_spread_over_files_heads_are_those_of_one_file(
    settings: Settings, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    lines = [
        f"B{bon},{pos},2024-05-{chance.randint(1, 28):02d} 09:00:00,{chance.choice('abcAB')},N{chance.randint(1, 9)},"
        f"{chance.randint(1, 99)},{chance.choice(['', 'ann', 'bob'])}\n"
        for bon in range(8)
        for pos in range(chance.randint(1, 4))
    ]
    chance.shuffle(lines)
    found = []
    for name, count in (("whole", 1), ("parts", 4)):
        kiosk = Kiosk.create(
            settings.model_copy(update={"home": tmp_path / name}), tmp_path / f"of_{name}", SOURCE_YML, SELECTS
        )
        for part in range(count):
            kiosk.hand_in(**{f"part_{part}": HEADER + "".join(lines[part::count])})
        found.append(
            [
                kiosk.newest("orders", "order_id", HEAD),
                kiosk.newest("products", "product_code", "product_code, product_name"),
                kiosk.newest("customers", "customer_id", "customer_id, registered_at"),
            ]
        )
    assert found[0] == found[1]


def test_an_erased_person_does_not_come_back_from_the_kept_rows(kiosk: Kiosk) -> None:
    kiosk.hand_in(one=HEADER + "B1,1,2024-05-02 09:00:00,tea,Tea,4,ann-77x1\nB1,2,2024-05-02 09:00:00,cup,Cup,9,\n")
    assert kiosk.rows("select count(*) from landed_rows.order_items where \"Member\" = 'ann-77x1'") == [(1,)]
    refused = kiosk.settings.landing_of(SOURCE) / ".refused" / "old.csv"
    refused.parent.mkdir()
    refused.write_text("ann-77x1")
    report = erase(kiosk.settings, SOURCE, "ann-77x1", "ada", rebuild=False)
    assert report.search.occurrences == 0
    assert not refused.exists()
    assert kiosk.rows('select count("Member"), count(*) from landed_rows.order_items') == [(0, 2)]
    kiosk.hand_in(two=HEADER + "B1,3,2024-05-02 09:05:00,pen,Pen,1,\n")
    assert kiosk.newest("orders", "order_id", HEAD) == [("B1", "2024-05-02 09:00:00", None, 14.0)]
