"""docs/marts.md asks a question of every published mart, and no page names one that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warehouse.base.settings import CHECKOUT
from warehouse.tables.descriptions import published_tables

MARTS = {table.name for table in published_tables() if table.schema == "marts"}
PAGES = [
    CHECKOUT / "README.md",
    *(page for page in sorted((CHECKOUT / "docs").glob("*.md")) if "marts." in page.read_text(encoding="utf-8")),
]


def test_every_published_mart_has_its_question() -> None:
    text = (CHECKOUT / "docs" / "marts.md").read_text(encoding="utf-8")
    lacking = sorted(name for name in MARTS if f"`marts.{name}`" not in text)
    assert lacking == [], (
        "write into docs/marts.md what people ask of it, with a query and the answer of the sample shop"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_marts_that_a_page_names_are_published(page: Path) -> None:
    named = set(re.findall(r"\bmarts\.([a-z]\w+)", page.read_text(encoding="utf-8"))) - {
        "md",
        "py",
    }  # files of that name
    assert named - MARTS == set()
