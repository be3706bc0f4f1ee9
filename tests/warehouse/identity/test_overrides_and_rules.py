"""Mistakes in what people write are named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from warehouse.base.errors import SettingsError
from warehouse.identity.overrides import COLUMNS, OVERRIDES_FILE, read_overrides
from warehouse.identity.rules import RULES_FILE, load_rules


def seed(folder: Path, *lines: str) -> Path:
    file = folder / "identity_overrides.csv"
    file.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return file


def test_only_decisions_about_the_source_count_and_ids_are_put_in_order(tmp_path):
    file = seed(tmp_path, "shop,9,1,same,ada,called her", "other,1,2,different,ada,twins")
    assert [(o.pair, o.is_same) for o in read_overrides("shop", file)] == [(("1", "9"), True)]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["shop,1,2,perhaps,ada,x"], "line 2: decision is 'perhaps'"),
        (["shop,1,1,same,ada,x"], "line 2: both ids are 1"),
        (["shop,1,2,same,,x"], "line 2: decided_by must not be empty"),
        (["shop,1,2,same,ada,x", "shop,2,1,different,bo,y"], "line 3: 1 and 2 are decided about before"),
        (["shop,1,2"], "line 2: decision, decided_by, reason must not be empty"),
    ],
)
def test_a_line_that_is_no_decision_is_named(tmp_path, lines, words):
    with pytest.raises(SettingsError, match=words):
        read_overrides("shop", seed(tmp_path, *lines))


def test_another_header_is_refused(tmp_path):
    file = tmp_path / "identity_overrides.csv"
    file.write_text("left,right\n1,2\n")
    with pytest.raises(SettingsError, match="the header must be source,"):
        read_overrides("shop", file)


def test_the_seed_that_ships_can_be_read():
    assert read_overrides("sample_shop", OVERRIDES_FILE) == ()


ANY = {"label": "differs", "share": 0.9, "when": "ELSE"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"review_probability": 0.99}, "review_probability lies above"),
        ({"exact_keys": [["email", "shoe_size"]]}, "unknown column shoe_size"),
        ({"comparisons": {"phone": {"unknown": "false", "levels": [ANY]}}}, "levels of phone must sum to 1"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_rules_that_make_no_sense_are_refused(tmp_path, change, words):
    file = tmp_path / "identity.yml"
    file.write_text(yaml.safe_dump(yaml.safe_load(RULES_FILE.read_text()) | change))
    with pytest.raises(SettingsError, match=words):
        load_rules(file)
