"""What is taken apart as it is handed in: sheets, records and columns as source.yml names them, and erasure in them."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from own_source import SOURCE, Kiosk

from warehouse.base.errors import LandingError, SourceError
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import IngestReport, ingest_source
from warehouse.source_definitions.folders import load_source

SOURCE_YML = """
    description: A shop that sends what it has.
    form: mapped
    files:
      - pattern: "book*.xlsx"
        format: excel
        sheet: "Year *"
        rows_are: order_items
        also_give: [orders]
        columns: [Bon, Sku, When, Member]
        customer_id_sql: '"Member"'
      - pattern: "*.json"
        format: json
        records: data
        rows_are: products
        columns: [sku]
        optional_columns: [names]
        customer_id_sql: "null"
      - pattern: "*.dat"
        format: fixed_width
        positions: {id: 1-6, born: 7-16, land: 17-18}
        rows_are: customers
        columns: [id, born]
        optional_columns: [land]
        customer_id_sql: id
"""
SELECTS = {
    "order_items": 'select _row_number, "Bon" || \'/\' || "Sku" as order_item_id, "Bon" as order_id, '
    '"Sku" as product_code, 1 as quantity, 5 as line_amount from landed',
    "orders": 'select contract_row.order_id, min("When") as ordered_at, min("Member") as customer_id '
    "from accepted group by contract_row.order_id",
    "products": "select _row_number, sku as product_code, names::json ->> '$.en' as product_name from landed",
    "customers": "select _row_number, id as customer_id, born as birth_date, land as country from landed",
}


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path) -> Kiosk:
    return Kiosk.create(settings, tmp_path, SOURCE_YML, SELECTS)


def book(path: Path, **sheets: list[list]) -> None:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.replace("_", " "))
        for row in (["Bon", "Sku", "When", "Member"], *rows):
            sheet.append(row)
    made.save(path)


def hand_in(kiosk: Kiosk) -> IngestReport:
    land_input(kiosk.settings, SOURCE, kiosk.given)
    return ingest_source(kiosk.settings, SOURCE)


def test_sheets_records_and_columns_come_as_source_yml_names_them(kiosk: Kiosk) -> None:
    may = datetime(2024, 5, 1, 10)
    book(kiosk.given / "book.xlsx", Year_1=[["B1", "tea", may, "ann"]], Year_2=[["B2", "cup", may, "bob"]], Notes=[])
    document = {"count": 2, "data": [{"sku": "tea", "names": {"en": "Tea", "de": "Tee"}}, {"sku": "cup"}], "next": None}
    (kiosk.given / "goods.json").write_text(json.dumps(document))
    (kiosk.given / "people.dat").write_text("ann   1990-01-31AT\nbob   1991-02-28\n\ncéc   1992-02-28FRoh\n")
    report = hand_in(kiosk)
    assert report.rows_loaded == 2 + 2 + 2 + 2
    assert kiosk.rows("select product_code, product_name from raw.products order by 1") == [
        ("cup", None),
        ("tea", "Tea"),
    ]
    assert kiosk.rows("select customer_id, birth_date::varchar, country from raw.customers order by 1") == [
        ("ann", "1990-01-31", "AT"),
        ("bob", "1991-02-28", None),
    ]
    assert kiosk.rows("select file_name, row_number, reason from quality.quarantined_rows") == [
        ("people.dat/people.parquet", 3, "20 characters where the columns end at 18")
    ]
    assert kiosk.rows("select order_id, ordered_at::varchar from raw.orders order by 1") == [
        ("B1", "2024-05-01 10:00:00"),
        ("B2", "2024-05-01 10:00:00"),
    ]
    assert [load.rows_loaded for load in hand_in(kiosk).loads] == []  # the same again is no arrival


def test_a_workbook_that_changed_stands_beside_the_former_one(settings: Settings, tmp_path: Path) -> None:
    """Under its name, whether or not the name of the sheet leaves room for another ending."""
    kiosk = Kiosk.create(settings, tmp_path, SOURCE_YML.replace("Year *", "Year 1"), SELECTS)
    for amount in (1, 2):
        book(
            kiosk.given / "book.xlsx", Year_1=[[f"B{one}", "tea", datetime(2024, 5, 1), "ann"] for one in range(amount)]
        )
        assert [load.rows_loaded for load in hand_in(kiosk).loads] == [1, 1]
    assert len(list((settings.landing_of(SOURCE) / "book.xlsx").iterdir())) == 2


def test_a_lacking_sheet_and_a_lacking_member_are_told(kiosk: Kiosk) -> None:
    book(kiosk.given / "book.xlsx", Orders=[], Notes=[])
    with pytest.raises(LandingError, match=r"book.xlsx has no sheet 'Year \*'. It has: Orders, Notes"):
        hand_in(kiosk)
    (kiosk.given / "book.xlsx").unlink()
    (kiosk.given / "goods.json").write_text('{"items": []}')
    with pytest.raises(LandingError, match=r"goods.json has no member 'data'"):
        hand_in(kiosk)
    assert [path for path in kiosk.settings.landing_of(SOURCE).rglob("*") if path.is_file()] == []


def test_a_person_is_erased_from_what_was_taken_apart(kiosk: Kiosk) -> None:
    may = datetime(2024, 5, 1, 10)
    rows = [["B1", "tea", may, "ann"], ["B2", "cup", may, "bob"], ["B3", "pot", may, "ann", "odd"]]
    book(kiosk.given / "more.xlsx", Year_1=rows)
    with zipfile.ZipFile(kiosk.given / "all.zip", "w") as archive:
        archive.write(kiosk.given / "more.xlsx", "deep/book.xlsx")
    (kiosk.given / "more.xlsx").unlink()
    (kiosk.given / "people.dat").write_text("ann   1990-01-31AT\nbob   1991-02-28DE\n")
    assert hand_in(kiosk).rows_loaded == 2 + 2 + 2
    erase(kiosk.settings, SOURCE, "ann", "tester", "a letter", rebuild=False)
    folder = kiosk.settings.landing_of(SOURCE)
    left = {path.relative_to(folder).as_posix(): pq.read_table(path).to_pylist() for path in folder.rglob("*.parquet")}
    assert [row["Bon"] for row in left["all.zip/deep/book.xlsx/Year_1.parquet"]] == ["B2"]
    assert [row["id"] for row in left["people.dat/people.parquet"]] == ["bob"]
    assert ingest_source(kiosk.settings, SOURCE).rows_loaded == 0


def test_a_scratch_folder_of_a_killed_process_is_cleared(kiosk: Kiosk) -> None:
    left = kiosk.settings.landing_of(SOURCE) / ".scratch-left"
    left.mkdir(parents=True)
    (left / "table-0.parquet").write_text("ann")
    (kiosk.given / "people.dat").write_text("ann   1990-01-31AT\n")
    land_input(kiosk.settings, SOURCE, kiosk.given)
    assert not left.exists()


@pytest.mark.parametrize(
    ("given", "put", "words"),
    [
        ('sheet: "Year *"', 'records: "x"', "records is for format json"),
        (
            "positions: {id: 1-6, born: 7-16, land: 17-18}",
            "positions: {id: 1-6, born: seven}",
            "position of born is 'seven'",
        ),
        (
            "positions: {id: 1-6, born: 7-16, land: 17-18}",
            "positions: {id: 1-6}",
            "does not say where born, land stand",
        ),
        ("positions: {id: 1-6, born: 7-16, land: 17-18}", "sheet: A", "sheet is for format excel"),
    ],
)
def test_fields_of_another_format_are_refused(
    settings: Settings, tmp_path: Path, given: str, put: str, words: str
) -> None:
    kiosk = Kiosk.create(settings, tmp_path, SOURCE_YML.replace(given, put), SELECTS)
    with pytest.raises(SourceError, match=words):
        load_source(kiosk.settings, SOURCE)
