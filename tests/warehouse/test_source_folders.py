"""source.yml: read as it is written, explained where it is wrong; own sources beside the shipped ones."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from warehouse.__main__ import main
from warehouse.base.errors import SourceError
from warehouse.base.settings import Settings
from warehouse.source_definitions.folders import Source, load_source, source_names
from warehouse.source_definitions.select_reads import load_levels, reading_newest, tables_read

ENTRY = """
    files:
      - pattern: "bons*.csv"
        format: csv
        rows_are: orders
"""
GOOD = "description: A kiosk.\nform: mapped\n" + textwrap.dedent(ENTRY).lstrip()


def folder(tmp_path: Path, source_yml: str, name: str = "kiosk", *tables: str) -> Path:
    place = tmp_path / "own" / name
    place.mkdir(parents=True)
    (place / "source.yml").write_text(textwrap.dedent(source_yml), encoding="utf-8")
    for table in tables or ("orders",):
        (place / f"{table}.sql").write_text("select 1", encoding="utf-8")
    return tmp_path / "own"


def read(settings: Settings, tmp_path: Path, source_yml: str, *tables: str) -> Source:
    own = folder(tmp_path, source_yml, "kiosk", *tables)
    return load_source(settings.model_copy(update={"sources_folder": own}), "kiosk")


def test_names_of_columns_are_texts_as_they_are_written(settings: Settings, tmp_path: Path) -> None:
    names = "[No, yes, On, Y, 2024, 1.0, null, ~, 2024-05-01, 0x1F, 1_000, 12:30]"
    source = read(settings, tmp_path, GOOD + f"    columns: {names}\n")
    assert source.files[0].columns == tuple(names.strip("[]").split(", "))


def test_what_is_left_empty_is_as_if_it_were_not_there(settings: Settings, tmp_path: Path) -> None:
    source = read(settings, tmp_path, GOOD + "    columns:\n    guest_column:\nignore:\n")
    assert (source.files[0].columns, source.files[0].guest_column, source.ignore) == ((), None, ())


@pytest.mark.parametrize(
    ("source_yml", "words"),
    [
        (GOOD + "    patern: x\n", r"line 7: there is no field patern\. Is pattern meant\?"),
        (GOOD + "colour: red\n", "line 7: there is no field colour"),
        (GOOD.replace("csv\n", "dbase\n"), "line 5: files.format is 'dbase'; allowed are csv, parquet, lines"),
        (GOOD.replace("    rows_are: orders\n", ""), "line 4: the field rows_are of this entry is missing"),
        ("form: mapped\n", "source.yml: the field description is missing"),
        (GOOD + "    columns: Bon\n", "line 7: files.columns must be a list"),
        (GOOD + "    columns: [[Bon]]\n", "line 7: files.columns must be a text"),
        (GOOD.replace("mapped", "mappd"), "line 2: form is 'mappd'; allowed are contract, mapped"),
        (GOOD + "    format: parquet\n", "line 7: format stands already in line 5"),
        (GOOD.replace('"bons*.csv"', "*.csv"), r"line 4 cannot be read as YAML(.|\n)*quotation marks"),
        (GOOD + "\tcolumns: [a]\n", r"cannot be read as YAML(.|\n)*not with tabs"),
        ("- a\n- b\n", "is no list of fields"),
        ("", "the field description is missing"),
        (GOOD + "name: other\n", "line 7: the folder says the name"),
        (GOOD + "generator: generate\n", "line 7: only shipped sources have a generator"),
        (GOOD.replace("rows_are: orders", "rows_are: receipts"), "line 4: the data contract has no table 'receipts'"),
        (GOOD + "    also_give: [orders]\n", "line 4: a table stands twice"),
        (GOOD + "    columns: [Bon]\n    optional_columns: [bon]\n", "line 4: the column bon stands twice"),
        (GOOD + "    columns: [Bon]\n    guest_column: Card\n", "line 4: guest_column 'Card' is none of the columns"),
        (GOOD + "personal_features: [height]\n", "line 7: personal_features names height, which is no personal trait"),
        (GOOD.replace("mapped", "contract"), "line 3: with form contract the names of the files say"),
        (
            GOOD + "  - {pattern: 'BONS*.csv', format: csv, rows_are: order_items}\n",
            r"line 7: the pattern 'BONS\*\.csv' stands already in line 4(.|\n)*also_give",
        ),
    ],
)  # fmt: skip
def test_a_wrong_source_yml_is_explained_with_its_line(
    settings: Settings, tmp_path: Path, source_yml: str, words: str
) -> None:
    with pytest.raises(SourceError, match=words) as refusal:
        read(settings, tmp_path, source_yml, "orders", "order_items")
    assert "pydantic" not in str(refusal.value)
    assert refusal.value.what_to_do


def test_all_that_is_wrong_is_told_at_once(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as refusal:
        read(settings, tmp_path, GOOD + "    patern: x\ncolour: red\n")
    assert "patern" in refusal.value.message
    assert "colour" in refusal.value.message


def test_own_sources_come_beside_the_shipped_ones(settings: Settings, tmp_path: Path) -> None:
    own = settings.model_copy(update={"sources_folder": folder(tmp_path, GOOD)})
    assert {"kiosk", "files", "sample_shop"} <= set(source_names(own))
    assert load_source(own, "files").form == "contract"
    assert "kiosk" not in source_names(settings)


def test_an_own_source_takes_the_place_of_a_shipped_one_and_the_list_says_so(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = folder(tmp_path, "description: My files.\nform: contract\nignore: ['*.bak']\n", "files")
    folder(tmp_path, "form: [", "broken")
    assert load_source(settings.model_copy(update={"sources_folder": own}), "files").ignore == ("*.bak",)
    monkeypatch.setenv("CLIENTELE_SOURCES_FOLDER", str(own))
    assert main(["sources"]) == 0
    told = capsys.readouterr().out
    assert "My files. (your own, in place of the shipped one)" in told
    assert "cannot be used: broken/source.yml" in told
    assert "sample_shop" in told


def test_a_folder_of_own_sources_that_is_missing_is_named(settings: Settings, tmp_path: Path) -> None:
    own = settings.model_copy(update={"sources_folder": tmp_path / "nowhere"})
    with pytest.raises(SourceError, match="nowhere"):
        load_source(own, "kiosk")


def test_what_a_select_reads_is_found_in_it() -> None:
    sql = """
        -- not raw.orders
        select 'raw.events' as x from landed as l left join "raw".products as p on true
        where l.a in (select code from RAW.campaigns)
    """
    assert tables_read(sql) == {"products", "campaigns"}
    assert "-- not raw.orders" in reading_newest(sql)
    assert "'raw.events'" in reading_newest(sql)
    assert "newest.products" in reading_newest(sql)


TWO = GOOD + "  - {pattern: 'tariff*.csv', format: csv, rows_are: products}\n"


def test_files_that_others_read_are_loaded_first(settings: Settings, tmp_path: Path) -> None:
    own = folder(tmp_path, TWO, "kiosk", "orders", "products")
    (own / "kiosk" / "orders.sql").write_text("select * from landed join raw.products on true")
    source = load_source(settings.model_copy(update={"sources_folder": own}), "kiosk")
    assert {kind.rows_are: level for kind, level in load_levels(source).items()} == {"products": 0, "orders": 1}


@pytest.mark.parametrize(
    ("selects", "words"),
    [
        ({"orders": "raw.products", "products": "raw.orders"}, "files wait for each other"),
        ({"orders": "raw.customers", "products": "landed"}, "reads raw.customers, which no file of source.yml gives"),
        ({"orders": "raw.prices", "products": "landed"}, "reads raw.prices, which the data contract does not have"),
    ],
)
def test_reading_what_cannot_be_there_is_refused(
    settings: Settings, tmp_path: Path, selects: dict[str, str], words: str
) -> None:
    own = folder(tmp_path, TWO, "kiosk", "orders", "products")
    for table, read_ in selects.items():
        (own / "kiosk" / f"{table}.sql").write_text(f"select * from {read_}")
    with pytest.raises(SourceError, match=words):
        load_source(settings.model_copy(update={"sources_folder": own}), "kiosk")
