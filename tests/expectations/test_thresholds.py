"""Thresholds are checked when they are read."""

from __future__ import annotations

import pytest

from expectations.suites.rules import sql
from expectations.thresholds import THRESHOLDS_FILE, load_thresholds
from warehouse.base.errors import SettingsError


def test_file_fits():
    thresholds = load_thresholds()
    assert 0 < thresholds.raw.quarantined_share_warning < thresholds.raw.quarantined_share_maximum < 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("scored_share_minimum: 0.95", "scored_share_minimum: 1.5"),
        ("scored_share_minimum: 0.95", "scored_share_least: 0.95"),
        ("  scored_share_minimum: 0.95\n", ""),
        ("raw:", "raw: ["),
    ],
)
def test_faults_are_told_in_words(tmp_path, old, new):
    text = THRESHOLDS_FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "thresholds.yml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"thresholds\.yml"):
        load_thresholds(file)


def test_texts_are_quoted_in_queries():
    assert sql("select :text, x::date, :number", text="O'Neill", number=0.5) == "select 'O''Neill', x::date, 0.5"
