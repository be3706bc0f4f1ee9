"""What files are by their names: known, left alone, or refused together, before anything is copied."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from own_source import SOURCE, Kiosk

from warehouse.base.connections import open_build_file
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input, landed_files, recognised_landing
from warehouse.loading.ingest import ingest_source
from warehouse.source_definitions.folders import load_source

ORDERS = "order_id,ordered_at\n"
SOURCE_YML = """
    description: A kiosk.
    form: mapped
    ignore: ["stock*", "old/*"]
    files:
      - pattern: "Bons_*.csv"
        format: csv
        rows_are: orders
        columns: [Bon, Day]
      - pattern: "*_members.dat"
        format: csv
        rows_are: customers
        columns: [Member]
"""
SELECTS = {
    "orders": 'select _row_number, "Bon" as order_id, "Day" as ordered_at from landed',
    "customers": 'select _row_number, "Member" as customer_id from landed',
}


def put(folder: Path, **files: str) -> Path:
    """Write files whose names have `__` for a slash and end in .csv unless they have a suffix."""
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def tables(settings: Settings) -> dict[str, str]:
    return {file.name: file.kind.rows_are for file in landed_files(settings, load_source(settings, "files"))}


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path) -> Kiosk:
    return Kiosk.create(settings, tmp_path, SOURCE_YML, SELECTS)


def test_all_unknown_files_are_named_at_once_and_nothing_is_copied(settings: Settings, tmp_path: Path) -> None:
    given = put(tmp_path / "given", **{"orders.csv": ORDERS, "oders.csv": ORDERS, "shop.db": "x", "notes": "x"})
    with pytest.raises(LandingError) as refusal:
        land_input(settings, "files", given)
    for word in ("oders.csv", "shop.db", "notes", str(given), "nothing was copied"):
        assert word in refusal.value.message
    assert "ignore" in refusal.value.what_to_do
    assert not settings.landing_folder.exists()


def test_a_mended_hand_in_is_loaded_after_a_refused_one(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(LandingError):
        land_input(settings, "files", put(tmp_path / "first", **{"ordr.csv": ORDERS + "1,2024-05-01\n"}))
    land_input(settings, "files", put(tmp_path / "second", **{"orders.csv": ORDERS + "1,2024-05-01\n"}))
    assert ingest_source(settings, "files").rows_loaded == 1


def test_what_lies_in_the_landing_folder_and_is_unknown_is_named_with_the_folder(settings: Settings) -> None:
    folder = put(settings.landing_of("files"), **{"orders.csv": ORDERS, "leftover.csv": ORDERS})
    with pytest.raises(LandingError) as refusal:
        ingest_source(settings, "files")
    assert "leftover.csv" in refusal.value.message
    assert str(folder) in refusal.value.message


def test_files_that_are_not_needed_are_ignored_and_named_once(kiosk: Kiosk) -> None:
    put(
        kiosk.given,
        **{"bons_1.csv": "Bon,Day\n1,2024-05-01\n", "Stock.xlsx": "x", "old__bons_0.csv": "x", "readme.md": ""},
    )
    found = land_input(kiosk.settings, SOURCE, kiosk.given)
    assert [path.name for path in found.paths] == ["bons_1.csv"]
    told = "\n".join(found.lines(kiosk.settings.home))
    assert "Stock.xlsx, old/bons_0.csv" in told
    assert "readme.md" in told
    put(kiosk.settings.landing_of(SOURCE), **{"stock.csv": "x"})
    lines = list(ingest_source(kiosk.settings, SOURCE).lines())
    assert sum("stock.csv" in line for line in lines) == 1


def test_patterns_fit_in_any_case_and_say_what_is_data(kiosk: Kiosk) -> None:
    put(kiosk.given, **{"BONS_1.CSV": "Bon,Day\n1,2024-05-01\n", "New_Members.dat": "Member\nann\n"})
    assert len(land_input(kiosk.settings, SOURCE, kiosk.given).paths) == 2
    assert ingest_source(kiosk.settings, SOURCE).rows_loaded == 2


def test_a_file_that_two_entries_fit_is_refused_with_both(kiosk: Kiosk) -> None:
    yml = kiosk.settings.sources_folder / SOURCE / "source.yml"
    yml.write_text(yml.read_text() + '  - pattern: "*_2024.csv"\n    format: csv\n    rows_are: customers\n')
    put(kiosk.given, **{"bons_2024.csv": "Bon,Day\n"})
    with pytest.raises(
        LandingError, match=r"'Bons_\*\.csv' \(orders\) and '\*_2024\.csv' \(customers\)(.|\n)*also_give"
    ):
        land_input(kiosk.settings, SOURCE, kiosk.given)


def test_folders_say_what_parts_are(settings: Settings) -> None:
    folder = settings.landing_of("files")
    put(
        folder,
        **{
            "orders__month=2024-01__part-0.csv": ORDERS,
            "order_items__2024__05__part-00001": "order_item_id,order_id,quantity\n",
            "customers__customers_and_orders.csv": "customer_id\n",
            "customers__events.csv": "event_id\n",
            "orders__month=2024-01___SUCCESS": "",
            "orders__month=2024-01__.part-0.csv.crc": "x",
            "orders__empty": "",
        },
    )
    assert tables(settings) == {
        "customers/customers_and_orders.csv": "customers",
        "customers/events.csv": "events",
        "order_items/2024/05/part-00001": "order_items",
        "orders/empty": "orders",
        "orders/month=2024-01/part-0.csv": "orders",
    }


def test_a_part_without_suffix_is_read_by_its_content(settings: Settings) -> None:
    folder = put(settings.landing_of("files"), **{"orders__part-0": ORDERS + "1,2024-05-01\n"})
    duckdb.sql("select '2' as order_id, '2024-05-02' as ordered_at").write_parquet(str(folder / "orders" / "part-1"))
    assert ingest_source(settings, "files").rows_loaded == 2


@pytest.mark.parametrize("content", ["one two three\n", "\x00\x01\x02", '{"order_id": 1}\n', "PK\x03\x04"])
def test_a_part_without_suffix_that_is_no_table_is_refused_by_name(settings: Settings, content: str) -> None:
    put(settings.landing_of("files"), **{"orders__part-7": content, "orders__part-8.csv": ORDERS})
    with pytest.raises(LandingError, match="orders/part-7"):
        ingest_source(settings, "files")


@pytest.mark.parametrize("name", ["orders.sav", "orders.dta", "x.h5", "orders.csv.bak", "orders.csv.part", "_orders"])
def test_what_looks_like_data_is_never_passed_over(settings: Settings, name: str) -> None:
    put(settings.landing_of("files"), **{"orders.csv": ORDERS, name: "x"})
    with pytest.raises(LandingError, match=name):
        recognised_landing(settings, load_source(settings, "files"))


@pytest.mark.parametrize(
    "name", ["Thumbs.db", "desktop.ini", ".DS_Store", "_SUCCESS", "~$orders.xlsx", "__MACOSX__x.csv"]
)
def test_marks_of_tools_are_no_data(settings: Settings, name: str) -> None:
    folder = put(settings.landing_of("files"), **{"orders.csv": ORDERS})
    path = folder / name.replace("X__", "X/")
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    assert tables(settings) == {"orders.csv": "orders"}


def test_folders_give_columns_that_the_contract_has_and_no_others(settings: Settings) -> None:
    nothing = "country=__HIVE_DEFAULT_PARTITION__"
    for folder, order in (("country=AT/month=5", 1), (nothing, 2), ("country=New%20Zealand", 3)):
        put(settings.landing_of("files") / "orders" / folder, **{"part.csv": ORDERS + f"{order},2024-05-01\n"})
    report = ingest_source(settings, "files")
    assert {load.ignored_columns for load in report.loads} == {()}
    with open_build_file(settings, "files", read_only=True) as connection:
        found = connection.execute("select order_id, country from raw.orders order by 1").fetchall()
    assert found == [("1", "AT"), ("2", None), ("3", "New Zealand")]


def test_an_input_folder_called_after_a_table_keeps_its_name(settings: Settings, tmp_path: Path) -> None:
    given = put(tmp_path / "orders", **{"part-0.csv": ORDERS})
    land_input(settings, "files", given)
    assert tables(settings) == {"orders/part-0.csv": "orders"}


@pytest.mark.parametrize("broken", ["order_id\n1\n", ORDERS + '1,"2024-05-01\n', "\x00\x01"])
def test_a_file_that_cannot_be_loaded_makes_way_for_the_next_hand_in(
    settings: Settings, tmp_path: Path, broken: str
) -> None:
    folder = settings.landing_of("files")
    land_input(settings, "files", put(tmp_path / "first", **{"orders_may.csv": broken}))
    for _ in range(2):
        with pytest.raises(LandingError, match="orders_may") as refusal:
            ingest_source(settings, "files")
        assert str(folder / "orders_may.csv") in refusal.value.what_to_do
    land_input(settings, "files", put(tmp_path / "second", **{"orders_june.csv": ORDERS + "2,2024-06-01\n"}))
    report = ingest_source(settings, "files")
    assert report.rows_loaded == 1
    assert any("orders_may.csv" in line and "not loaded" in line for line in report.lines())
    land_input(settings, "files", put(tmp_path / "third", **{"orders_may.csv": ORDERS + "1,2024-05-01\n"}))
    report = ingest_source(settings, "files")
    assert report.rows_loaded == 1
    assert not any("not loaded" in line for line in report.lines())
    assert set(tables(settings)) == {"orders_june.csv", "orders_may.csv"}


def test_a_refused_file_may_be_mended_in_its_place(settings: Settings, tmp_path: Path) -> None:
    land_input(settings, "files", put(tmp_path / "given", **{"orders.csv": "order_id\n1\n"}))
    with pytest.raises(LandingError):
        ingest_source(settings, "files")
    put(settings.landing_of("files"), **{"orders.csv": ORDERS + "1,2024-05-01\n"})
    assert ingest_source(settings, "files").rows_loaded == 1
    land_input(settings, "files", put(tmp_path / "more", **{"customers.csv": "customer_id\nann\n"}))
    assert set(tables(settings)) == {"customers.csv", "orders.csv"}


class Killed(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("is_complete", [False, True])
def test_a_hand_in_is_landed_whole_or_not_at_all(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_complete: bool
) -> None:
    """Killed while copying: nothing is landed. Killed while putting in place: the next look finishes it."""
    given = put(tmp_path / "given", **{"orders.csv": ORDERS, "customers.csv": "customer_id\n"})
    folder = settings.landing_of("files")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dying, pytest.raises(Killed):
        if is_complete:
            dying.setattr("warehouse.landing.hand_ins.note_hand_in", killed)
        else:
            dying.setattr("warehouse.landing.hand_ins.flush_tree", killed)
            dying.setattr("warehouse.landing.hand_ins.shutil.rmtree", lambda *_: None)
        land_input(settings, "files", given)
    if is_complete:
        assert set(tables(settings)) == {"customers.csv", "orders.csv"}
    else:
        assert not (folder / "orders.csv").exists()
    land_input(settings, "files", given)
    assert set(tables(settings)) == {"customers.csv", "orders.csv"}
    assert [path.name for path in folder.iterdir() if path.name.startswith((".incoming", ".landed"))] == []
