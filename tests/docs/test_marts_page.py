"""The pages of questions ask one of every published table, and no page names a mart that is not there."""

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


@pytest.mark.parametrize(("schema", "page"), [("marts", "marts.md"), ("quality", "checks.md")])
def test_every_published_table_has_its_question(schema: str, page: str) -> None:
    text = (CHECKOUT / "docs" / page).read_text(encoding="utf-8")
    names = {table.name for table in published_tables() if table.schema == schema}
    lacking = sorted(name for name in names if f"`{schema}.{name}`" not in text)
    assert lacking == [], f"write into docs/{page} what people ask of it, with a query"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_marts_that_a_page_names_are_published(page: Path) -> None:
    named = set(re.findall(r"\bmarts\.([a-z]\w+)", page.read_text(encoding="utf-8"))) - {
        "md",
        "py",
    }  # files of that name
    assert named - MARTS == set()
