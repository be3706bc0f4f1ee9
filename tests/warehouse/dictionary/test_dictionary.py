"""docs/data-dictionary.md and its pages are what their sources say, and say something of every table."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse.base.settings import CHECKOUT
from warehouse.dictionary.questions import anchor
from warehouse.dictionary.table_page import PAGES, score_query
from warehouse.dictionary.write import dictionary_pages
from warehouse.jobs.registry import job_specs
from warehouse.tables.contract import load_contract
from warehouse.tables.descriptions import published_tables
from warehouse.tables.own_tables import own_tables
from warehouse.tables.scores import create_score_tables


@pytest.fixture(scope="module")
def pages() -> dict[Path, str]:
    return dictionary_pages()


def test_the_committed_pages_are_current(pages: dict[Path, str]) -> None:
    committed = {page: page.read_text(encoding="utf-8") for page in PAGES.glob("*.md")}
    index = CHECKOUT / "docs" / "data-dictionary.md"
    changed = [page.name for page, text in pages.items() if ({index: index.read_text()} | committed).get(page) != text]
    assert changed == [], "run: make docs"
    assert committed.keys() <= pages.keys(), "pages of tables that are gone; run: make docs"


def test_every_published_table_has_an_example_and_a_page_with_all_its_columns(pages: dict[Path, str]) -> None:
    for table in published_tables():
        page = pages[PAGES / f"{table.schema}.{table.name}.md"]
        assert "```sql\n" in page, f"{table.schema}.{table.name}: no page in docs/ has a query of it"
        for column in table.columns:
            assert f"\n| `{column.name}` | {column.kind} |" in page, (table.name, column.name)


def test_the_contract_is_in_it(pages: dict[Path, str]) -> None:
    for name, table in load_contract().tables.items():
        for column in table.columns:
            assert f"| `{column}` |" in pages[PAGES / f"raw.{name}.md"]


def test_a_page_as_one_reads_it(pages: dict[Path, str]) -> None:
    """Each kind of fact once, written down by hand from the model, its `.yml`, the gates and the pages that ask."""
    page = pages[PAGES / "marts.customer_rfm.md"]
    assert "in the DAG `build_marts`: [`dbt_project/models/marts/customer_rfm.sql`]" in page
    made_from = next(line for line in page.splitlines() if line.startswith("| made from |"))
    assert "[intermediate.int_snapshot_dates](build-file.md#int_snapshot_dates)" in made_from
    assert "[marts.customer_features](marts.customer_features.md)" in made_from
    assert "raw." not in made_from
    assert "[marts.rfm_migration](marts.rfm_migration.md)" in page
    assert "\n## How many champions do we have?\n" in page
    assert "\n- one row per `customer_id`, `as_of_date`\n" in page
    assert "\n- `recency_score`: from 1 to 5\n" in page
    assert "| marts | critical |" in page
    assert "| `net_amount` | decimal(18,2) | money | Monetary value. |" in page
    assert "the job `churn` (`python -m ml score --job churn`" in pages[PAGES / "scores.customer_churn.md"]
    assert "| people: a file of the dbt project:" in pages[PAGES / "marts.rfm_segments.md"]


@pytest.mark.parametrize("name", [spec.name for spec in job_specs()])
def test_the_example_of_a_job_can_be_asked(name: str) -> None:
    [spec] = [spec for spec in job_specs() if spec.name == name]
    with duckdb.connect() as connection:
        create_score_tables(connection)
        found = connection.execute(score_query(spec))
        assert found.description is not None
        assert spec.scores.watched in [column[0] for column in found.description]


@pytest.mark.parametrize("schema", ["scores", "marts", "quality", "pii"])
def test_what_writes_a_table_is_there(schema: str) -> None:
    tables = own_tables(schema)
    assert tables
    assert [table.written_by for table in tables if not (CHECKOUT / table.written_by).is_file()] == []


def test_links_to_headings_are_githubs() -> None:
    assert anchor("Where do customers come from, and what becomes of a visit?") == (
        "where-do-customers-come-from-and-what-becomes-of-a-visit"
    )
