"""Landed in any order and read again from the landing folder: the marts say what the plain ledger says."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Literal

import pytest
from dbt_build_file import DATED_MODELS, BuildFile
from ledger.assortment import AS_OF_DATE, PRACTICE
from ledger.deliveries import draw_shop
from ledger.documents import KEYS, HandIn, newest
from ledger.luck import SeededLuck
from ledger.many_shops import delivered_together
from ledger_in_marts import differences, numbered

from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source
from warehouse.marts.build import build_marts
from warehouse.tables.contract import load_contract

SOURCE = "build"  # as the other build files here: dbt's project is kept by that name
TABLES = tuple(KEYS)
SHOP_COUNT = 40


def write_source(settings: Settings, export: str) -> None:
    """A source whose files have the contract's columns."""
    folder = settings.sources_folder / SOURCE
    folder.mkdir(parents=True)
    files = [
        f'  - {{pattern: "{table}*.csv", format: csv, rows_are: {table}, export: {export}, columns: [{columns}]}}'
        for table in TABLES
        if (columns := ", ".join(load_contract().tables[table].columns))
    ]
    head = f"description: Shops.\nform: mapped\nreporting_currency: {PRACTICE.reporting_currency}\nfiles:\n"
    (folder / "source.yml").write_text(head + "\n".join(files) + "\n", encoding="utf-8")
    for table in TABLES:
        (folder / f"{table}.sql").write_text("select * from landed", encoding="utf-8")
    kinds = [f"{pattern},{kind}" for pattern, kind in PRACTICE.line_kinds.items()]
    (folder / "line_kinds.csv").write_text("\n".join(["code_pattern,line_kind", *kinds]), encoding="utf-8")


def hand_in_files(settings: Settings, hand_in: HandIn, folder: Path) -> None:
    folder.mkdir()
    for table in TABLES:
        columns = list(load_contract().tables[table].columns)
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, columns, extrasaction="ignore")
            lines.writeheader()
            lines.writerows(hand_in.get(table, ()))
    land_input(settings, SOURCE, folder)
    ingest_source(settings, SOURCE)


def without_gone_rows(shop: list[HandIn]) -> list[HandIn]:
    """Only a full export can say that a row is gone."""
    return [
        {table: [row for row in rows if not row.get("_is_gone")] for table, rows in hand_in.items()} for hand_in in shop
    ]


def full_exports(shop: list[HandIn]) -> list[HandIn]:
    """Everything the shop had when each delivery was made."""
    return [{table: newest(shop[:number], table) for table in TABLES} for number in range(1, len(shop) + 1)]


@pytest.mark.parametrize("export", ["changes", "full"])
def test_deliveries_in_any_order(tmp_path: Path, export: Literal["changes", "full"]) -> None:
    settings = Settings(home=tmp_path / "home", sources_folder=tmp_path / "sources", memory_limit="1GB")
    write_source(settings, export)
    shops = [draw_shop(SeededLuck(seed)) for seed in range(40_000, 40_000 + SHOP_COUNT)]
    arriving = delivered_together(numbered(shops))
    arriving = full_exports(arriving) if export == "full" else without_gone_rows(arriving)
    random.Random(3).shuffle(arriving)  # noqa: S311
    for number, hand_in in enumerate(arriving):
        if number == len(arriving) - 1:
            settings.build_file(SOURCE).unlink()  # all that was landed before is read again
        hand_in_files(settings, hand_in, tmp_path / f"delivery {number}")
    build_marts(settings, SOURCE, AS_OF_DATE, DATED_MODELS, data_tests=False)
    known = {"all of them": arriving[-1:] if export == "full" else arriving}
    build_file = BuildFile(settings.build_file(SOURCE))
    assert [str(one) for one in differences(build_file, known, PRACTICE, AS_OF_DATE)] == []
