"""A drafted source: what it says of small exports, that it loads them, and what it never does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from warehouse.base.connections import open_build_file
from warehouse.base.errors import SourceError
from warehouse.base.settings import Settings
from warehouse.drafting.draft import Drafted, draft_source
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source
from warehouse.source_definitions.folders import load_source

LINES = """Bestellnr;Datum;Kundennummer;E-Mail;Artikelnr;Bezeichnung;Menge;Einzelpreis;Versand;Status;Lager
A1;01.02.2024;K7;ann@example.com;T1;Tasse;2;1.012,50;4,90;bezahlt;3
A1;01.02.2024;K7;ann@example.com;S1;Schale;1;30,00;0,00;bezahlt;3
A2;13.02.2024;K8;bob@example.com;T1;Tasse;1;12,50;4,90;storniert;3
A3;14.02.2024;;;T1;Tasse;1;12,50;0,00;unterwegs;3
"""


@dataclass(frozen=True)
class Shop:
    """An export, and the source that was drafted from it once for all tests."""

    settings: Settings
    given: Path
    drafted: Drafted


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    settings = Settings(home=tmp_path_factory.mktemp("home"), memory_limit="1GB")
    given = tmp_path_factory.mktemp("given")
    (given / "bestellungen_2024-02.csv").write_text(LINES, encoding="utf-8")
    (given / "notes.xlsx").write_bytes(b"PK")
    return Shop(settings, given, draft_source(settings, "laden", given))


def texts(drafted: Drafted) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(drafted.folder.iterdir())}


def test_an_export_of_lines_is_loaded_as_it_was_drafted(shop: Shop) -> None:
    land_input(shop.settings, "laden", shop.given)
    ingest_source(shop.settings, "laden")
    with open_build_file(shop.settings, "laden", read_only=True) as connection:
        orders = connection.execute(
            "select order_id, customer_id, ordered_at::date::varchar, order_status from raw.orders order by 1"
        ).fetchall()
        lines = connection.execute(
            "select order_id, product_code, quantity::double, coalesce(line_amount, unit_price_amount)::double, "
            "line_kind from raw.order_items order by all"
        ).fetchall()
        refused = connection.execute("select count(*) from quality.quarantined_rows").fetchone()
    assert orders == [
        ("A1", "K7", "2024-02-01", "completed"),
        ("A2", "K8", "2024-02-13", "cancelled"),
        ("A3", None, "2024-02-14", "completed"),
    ]
    assert lines == [
        ("A1", "S1", 1.0, 30.0, None),
        ("A1", "T1", 2.0, 1012.5, None),
        ("A1", None, 1.0, 4.9, "shipping"),
        ("A2", "T1", 1.0, 12.5, None),
        ("A2", None, 1.0, 4.9, "shipping"),
        ("A3", "T1", 1.0, 12.5, None),
    ]
    assert refused == (0,)


def test_what_is_not_known_is_said(shop: Shop) -> None:
    written = texts(shop.drafted)
    assert "# not used: Lager" in written["source.yml"]
    assert "Nothing is known of unterwegs" in written["source.yml"]
    assert '- "notes.xlsx"' in written["source.yml"]
    assert "bestellungen_*.csv" in written["source.yml"]  # next month's export fits as well
    assert any("CHECK" in line for line in written["order_items.sql"].splitlines())


def test_no_value_of_a_person_is_written_down(shop: Shop) -> None:
    assert not any("example.com" in text or "K7" in text for text in texts(shop.drafted).values())


def test_the_same_files_give_the_same_draft(shop: Shop) -> None:
    assert texts(draft_source(shop.settings, "nochmal", shop.given)) == texts(shop.drafted)


def test_a_source_that_exists_is_never_written_over(shop: Shop) -> None:
    before = texts(shop.drafted)
    for name in ("laden", "cdnow"):  # one's own, and a shipped one
        with pytest.raises(SourceError, match="Nothing was written"):
            draft_source(shop.settings, name, shop.given)
    assert texts(shop.drafted) == before
    assert load_source(shop.settings, "cdnow").folder.parent.name == "sources"


def test_files_of_which_nothing_can_be_made_leave_no_folder(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_text("station,mm\nA,1\nB,2\n")
    with pytest.raises(SourceError, match=r"weather\.csv: left alone"):
        draft_source(settings, "wetter", tmp_path / "weather.csv")
    assert not (settings.own_sources_folder / "wetter").exists()


def test_lists_are_told_by_the_values_that_orders_name(settings: Settings, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    rows = range(1, 9)
    (given / "orders.csv").write_text(
        "id,user_id,created_at\n" + "".join(f"{n},{n % 3 + 1},2024-01-0{n}\n" for n in rows)
    )
    (given / "order_lines.csv").write_text(
        "order_id,pie_id,quantity,price\n" + "".join(f"{n},p{n % 2},1,2.50\n{n},q,3,1.10\n" for n in rows)
    )
    (given / "pies.csv").write_text("pie_id,kind_id,price\np0,k1,2.5\np1,k1,2.5\nq,k2,1.1\n")
    (given / "pie_kinds.csv").write_text("kind_id,name,category\nk1,Apple,sweet\nk2,Leek,savoury\n")
    drafted = draft_source(settings, "pies", given)
    said = {
        (one.sample.names[0], table.table, column): match.profile.name
        for one in drafted.draft.files
        for table in one.tables.values()
        for column, match in table.matches.items()
    }
    assert said["order_lines.csv", "order_items", "product_code"] == "pie_id"
    assert said["pies.csv", "products", "product_code"] == "pie_id"
    assert said["orders.csv", "orders", "customer_id"] == "user_id"
    assert drafted.can_run


def test_a_total_that_columns_add_up_to_is_split_into_lines(settings: Settings, tmp_path: Path) -> None:
    head = "order_id,order_date,customer_id,subtotal,shipping,tax,discount,total\n"
    rows = "1,2024-01-01,a,10.00,5.00,2.00,1.00,16.00\n2,2024-01-02,b,20.00,0.00,4.00,0.00,24.00\n"
    (tmp_path / "orders.csv").write_text(head + rows)
    drafted = draft_source(settings, "kopf", tmp_path / "orders.csv")
    land_input(settings, "kopf", tmp_path / "orders.csv")
    ingest_source(settings, "kopf")
    with open_build_file(settings, "kopf", read_only=True) as connection:
        found = connection.execute(
            "select order_id, line_kind, line_amount::double from raw.order_items order by order_id, line_number"
        ).fetchall()
    assert found == [
        ("1", "goods", 10.0),
        ("1", "shipping", 5.0),
        ("1", "tax", 2.0),
        ("1", "discount", -1.0),
        ("2", "goods", 20.0),
        ("2", "tax", 4.0),
    ]
    (tmp_path / "orders.csv").write_text(head + rows.replace("16.00", "99.00").replace("24.00", "98.00"))
    other = draft_source(settings, "anders", tmp_path / "orders.csv")  # nothing adds up: the total is all there is
    assert "order_items.sql" in texts(drafted)
    assert "order_items.sql" not in texts(other)


SALES = """Receipt,Date,Shopper,Item,Qty,List Price,Rebate,Net
1,2024-01-01,a,Tea,2,5.00,-1.00,9.00
1,2024-01-01,a,Pot,1,30.00,0.00,30.00
2,2024-01-02,b,Tea,1,5.00,-0.50,4.50
"""


def test_a_discount_that_is_taken_off_already_is_not_taken_off_again(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(SALES)
    said = texts(draft_source(settings, "net", tmp_path / "sales.csv"))
    assert "# Rebate: Net is without it already" in said["source.yml"]
    assert "union all" not in said["order_items.sql"]
    (tmp_path / "sales.csv").write_text(SALES.replace("9.00", "10.00").replace("4.50", "5.00"))
    said = texts(draft_source(settings, "gross", tmp_path / "sales.csv"))
    assert "'discount' as line_kind" in said["order_items.sql"]


def test_values_on_the_first_line_of_an_order_are_the_orders(settings: Settings, tmp_path: Path) -> None:
    head = "Order Number,Created at,Customer,SKU,Quantity,Price,Total\n"
    orders = "".join(f"{n},2024-01-0{n},{n % 2},TEA,1,5.00,35.00\n{n},,,POT,1,30.00,\n" for n in range(1, 5))
    (tmp_path / "export.csv").write_text(head + orders)
    draft_source(settings, "kopfzeile", tmp_path / "export.csv")
    land_input(settings, "kopfzeile", tmp_path / "export.csv")
    ingest_source(settings, "kopfzeile")
    with open_build_file(settings, "kopfzeile", read_only=True) as connection:
        query = "select count(*), count(customer_id), sum(order_amount)::double from raw.orders"
        assert connection.execute(query).fetchone() == (4, 2, 140.0)  # customer 0 is a guest
        query = "select count(*), count(line_amount), sum(unit_price_amount)::double from raw.order_items"
        assert connection.execute(query).fetchone() == (8, 0, 140.0)


def test_workbooks_json_and_archives_are_drafted_as_they_are_handed_in(settings: Settings, tmp_path: Path) -> None:
    from openpyxl import Workbook

    given = tmp_path / "given"
    given.mkdir()
    book = Workbook()
    orders, customers, about = book.active, book.create_sheet("Customers"), book.create_sheet("About")
    orders.title = "Orders"
    rows = [
        ["Order ID", "Order Date", "Customer ID", "Total"],
        ["A1", "2024-01-01", "c1", 10],
        ["A2", "2024-01-02", "c2", 5],
    ]
    for sheet, lines in ((orders, rows), (customers, [["Customer ID", "City"], ["c1", "Wien"], ["c2", "Graz"]])):
        for line in lines:
            sheet.append(line)
    about.append(["Made by", "the till"])
    book.save(given / "shop.xlsx")
    reviews = '[{"review_id": 1, "customer_id": "c1", "rating": 5, "created_at": "2024-02-01", "text": "Good cups"}]'
    (given / "reviews.json").write_text(reviews)
    with ZipFile(given / "export.zip", "w") as archive:
        archive.writestr("products.csv", "sku,name,category\nT,Tea,Drinks\n")
    drafted = draft_source(settings, "bunt", given)
    land_input(settings, "bunt", given)
    ingest_source(settings, "bunt")
    with open_build_file(settings, "bunt", read_only=True) as connection:
        found = [
            connection.execute(f"select count(*) from raw.{table}").fetchone()
            for table in ("orders", "customers", "feedback", "products")
        ]
    assert found == [(2,), (2,), (1,), (1,)]
    assert "sheet: Orders" in texts(drafted)["source.yml"]
    assert "# nothing is made of shop.xlsx, sheet About" in texts(drafted)["source.yml"]
