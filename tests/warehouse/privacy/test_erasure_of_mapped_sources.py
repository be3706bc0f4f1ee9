"""Erasing from foreign files: whose rows they are is said in source.yml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse.privacy.shop_with_people import found_in_home
from warehouse.base.connections import open_build_file
from warehouse.base.errors import SourceError
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.erasure.erase import erase
from warehouse.loading.ingest import ingest_source
from warehouse.source_definitions.folders import load_source

CDNOW = (
    " 00001 19970101  1   11.77\n 00002 19970112  1   12.00\n 00002 19970112  5   77.00\n\n 00003 19970102  2   20.76\n"
)
RETAIL = (
    "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
    '489434,85048,"15CM LIGHTS, SET",12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom\n'
    '489434,79323P,"PINK ""CHERRY"" LIGHTS",12,2009-12-01 07:45:00,6.75,13085.0,United Kingdom\n'
    "489435,22350,CAT BOWL,12,2009-12-01 07:46:00,2.55,13078.0,United Kingdom\n"
    "489436,22350,CAT BOWL,1,2009-12-01 07:47:00,2.55,,United Kingdom\n"
)


def rows(settings: Settings, source: str, sql: str) -> list[tuple]:
    with open_build_file(settings, source, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def landed(settings: Settings, source: str, name: str, text: str) -> Path:
    path = settings.landing_of(source) / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_lines_and_order_ids_made_from_the_customers_id(settings: Settings) -> None:
    path = landed(settings, "cdnow", "master.txt", "id date cds dollars\n" + CDNOW)
    ingest_source(settings, "cdnow")
    before = rows(settings, "cdnow", "select sum(order_amount), count(*) from raw.orders")
    report = erase(settings, "cdnow", "00002", "ada")
    assert report.counts["landed_rows"] == 2
    assert path.read_text() == "id date cds dollars\n" + "".join(
        line for line in CDNOW.splitlines(keepends=True) if "00002" not in line
    )
    assert rows(settings, "cdnow", "select sum(order_amount), count(*) from raw.orders") == before
    orders = rows(settings, "cdnow", "select order_id from raw.orders where customer_id is null order by 1")
    assert len(orders) == 2
    assert all(order.startswith("erased-") for (order,) in orders)
    items = (
        "select order_id from raw.order_items where order_id like 'erased-%' and order_item_id = order_id order by 1"
    )
    assert rows(settings, "cdnow", items) == orders
    assert ingest_source(settings, "cdnow").known_files == ("master.txt",)
    path.with_name("again.txt").write_text("id date cds dollars\n" + CDNOW)
    ingest_source(settings, "cdnow")
    assert rows(settings, "cdnow", "select sum(order_amount), count(*) from raw.orders") == before


def test_invoice_lines_stay_as_those_of_a_guest(settings: Settings) -> None:
    path = landed(settings, "online_retail_ii", "lines.csv", RETAIL)
    ingest_source(settings, "online_retail_ii")
    erase(settings, "online_retail_ii", "13085", "ada")
    assert path.read_text() == RETAIL.replace("13085.0", "")
    assert rows(settings, "online_retail_ii", "select order_id, customer_id from raw.orders order by 1") == [
        ("489434", None),
        ("489435", "13078"),
        ("489436", None),
    ]
    path.with_name("old.csv").write_text(RETAIL)
    ingest_source(settings, "online_retail_ii")
    assert rows(settings, "online_retail_ii", "select count(*) from raw.orders") == [(3,)]
    assert rows(settings, "online_retail_ii", "select count(*) from raw.order_items") == [(4,)]


def test_a_contract_goes_with_its_customer(settings: Settings) -> None:
    columns = next(iter(load_source(settings, "ibm_telco").files)).columns
    known = {"tenure": "3", "Churn": "No", "Contract": "One year", "MonthlyCharges": "20", "TotalCharges": "60"}
    people = [{"customerID": customer, "gender": "Male", **known} for customer in ("7590-VHVEG", "5575-GNVDE")]
    lines = [",".join(columns)] + [",".join(one.get(column, "No") for column in columns) for one in people]
    path = landed(settings, "ibm_telco", "telco.csv", "\n".join(lines) + "\n")
    ingest_source(settings, "ibm_telco")
    erase(settings, "ibm_telco", "7590-VHVEG", "ada")
    assert path.read_text() == "\n".join([lines[0], lines[2]]) + "\n"
    assert rows(settings, "ibm_telco", "select subscription_id from raw.subscriptions") == [("5575-GNVDE",)]
    assert rows(settings, "ibm_telco", "select customer_id from raw.customers") == [("5575-GNVDE",)]
    assert found_in_home(settings, ("7590-VHVEG",)) == {}


def test_a_source_that_does_not_say_whose_rows_they_are_is_refused_before_anything_is_changed(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "sources" / "cdnow"
    folder.mkdir(parents=True)
    for file in (CHECKOUT / "warehouse" / "sources" / "cdnow").glob("*.*"):
        text = file.read_text()
        (folder / file.name).write_text("\n".join(line for line in text.split("\n") if "customer_id_sql" not in line))
    silent = settings.model_copy(update={"sources_folder": tmp_path / "sources"})
    path = landed(silent, "cdnow", "master.txt", "id date cds dollars\n" + CDNOW)
    ingest_source(silent, "cdnow")
    before = path.read_bytes()
    with pytest.raises(SourceError, match="does not say where the customer stands"):
        erase(silent, "cdnow", "00002", "ada")
    assert path.read_bytes() == before
    assert rows(silent, "cdnow", "select count(*) from raw.orders where customer_id = '00002'") == [(2,)]


def test_what_says_whose_rows_they_are_decides_nothing_about_reading(settings: Settings) -> None:
    source = load_source(settings, "cdnow")
    without = source.model_copy(update={"files": (source.files[0].model_copy(update={"customer_id_sql": None}),)})
    assert source.fingerprint() == without.fingerprint()
