"""Dirt: as much as stated, where stated, and with the outcome stated when it is loaded."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.loading.ingest import ingest_source
from warehouse.sources.sample_shop.columns import decimals, numbered_ids, picked
from warehouse.sources.sample_shop.dirt import as_text, soil
from warehouse.sources.sample_shop.dirt_kinds import KINDS
from warehouse.sources.sample_shop.generate import build_shop
from warehouse.sources.sample_shop.settings import SampleShop


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def notes(written) -> pd.DataFrame:
    return pd.read_csv(written.truth / "dirt.csv", keep_default_na=False)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1])
def test_share_is_the_stated_one(share):
    shop = SampleShop(customer_count=400, dirt_share=share)
    orders = build_shop(shop)[0]["orders"]
    soiled, notes = soil(shop, "orders", orders)
    assert len(notes) == round(share * len(orders))
    further = sum(kind in ("duplicate_row", "conflicting_row") for kind in notes["kind"].to_pylist())
    assert len(soiled) == len(orders) + further
    clean = as_text(orders)
    untouched = set(map(tuple, clean.to_pandas().fillna("").to_numpy()))
    changed = [row for row in soiled.to_pandas().fillna("").to_numpy() if tuple(row) not in untouched]
    assert len(changed) == len(notes) - notes["kind"].to_pylist().count("duplicate_row")


def test_every_kind_occurs(notes):
    present = set(notes[["table", "kind", "column"]].itertuples(index=False, name=None))
    wanted = {
        (table, kind.name, kind.column) for table, kinds in KINDS.items() for kind in kinds if table != "feedback"
    }
    assert wanted <= present


def test_notes_point_at_the_dirty_record(written, notes):
    content = {name: records(written.landing / name) for name in set(notes["file"])}
    for note in notes.itertuples():
        record = content[note.file][note.row_number - 1]
        if note.kind == "duplicate_row":
            assert content[note.file][: note.row_number].count(record) == 2
        elif note.kind == "blanks_around_values":
            assert record[note.column] != record[note.column].strip()
        else:
            kinds = [k for k in KINDS[note.table] if k.name == note.kind and k.column == note.column]
            assert record[note.column] in kinds[0].values


def test_the_loader_makes_of_it_what_is_expected(tmp_path):
    settings = Settings(home=tmp_path, memory_limit="1GB", sample_customer_count=500)
    ingest_source(settings, "sample_shop")
    notes = pd.read_csv(settings.truth_folder / "sample_shop" / "dirt.csv")
    with open_build_file(settings, "sample_shop", read_only=True) as connection:
        refused = connection.execute("select file_name, row_number from quality.quarantined_rows").fetchall()
        emptied = connection.execute(
            "select file_name, column_name, sum(value_count) from quality.value_notes where note_kind = 'emptied' "
            "group by all"
        ).fetchall()
        known = connection.execute("select file_name, rows_already_loaded from quality.file_loads").fetchall()
    expected = notes[notes["expected"] == "quarantined"]
    assert sorted(refused) == sorted(zip(expected["file"], expected["row_number"], strict=True))
    of_columns = notes[notes["expected"] == "emptied"].value_counts(["file", "column"]).to_dict()
    assert {(file, column): count for file, column, count in emptied} == of_columns
    already = notes[notes["expected"] == "already_loaded"]["file"].value_counts().to_dict()
    assert {name: count for name, count in known if count} == already


def test_columns_are_written_exactly():
    assert numbered_ids("C", np.array([1, -1, 123]), 4).to_pylist() == ["C0001", None, "C0123"]
    assert numbered_ids("", np.array([7]), 2).to_pylist() == ["07"]
    assert picked(["a", "b"], np.array([1, -1, 0])).to_pylist() == ["b", None, "a"]
    amounts = decimals(np.array([-1, 0, 123456789012345678]), 2)
    assert amounts.cast(pa.string()).to_pylist() == ["-0.01", "0.00", "1234567890123456.78"]
    assert decimals(np.array([5, 6]), 4, np.array([True, False])).cast(pa.string()).to_pylist() == [None, "0.0006"]
