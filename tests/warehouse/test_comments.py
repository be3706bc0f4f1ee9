"""Each published table and column says itself what it means, in the words of the data dictionary."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from tests.warehouse.small_warehouse import SOURCE, published_run, rows
from warehouse.base.connections import open_build_file, open_duckdb
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.erasure.renewal import copy_afresh
from warehouse.publishing import comments
from warehouse.publishing.publish import publish
from warehouse.publishing.rollback import roll_back
from warehouse.tables.descriptions import DescribedColumn, DescribedTable, published_tables

# The small shop's marts are not dbt's: they lack most columns, so whole is what Python writes.
OF_PYTHON = "schema_name in ('scores', 'quality')"
OF_TABLES = f"select schema_name, table_name, comment from duckdb_tables() where {OF_PYTHON}"
OF_COLUMNS = f"select table_name, column_name, comment from duckdb_columns() where {OF_PYTHON} order by all"


def page_in_the_dictionary(schema: str, table: str) -> str:
    return (CHECKOUT / "docs" / "dictionary" / f"{schema}.{table}.md").read_text(encoding="utf-8")


def test_everything_is_described_in_full_sentences() -> None:
    assert len(published_tables()) > 50
    for table in published_tables():
        assert table.columns, table.name
        assert "One row per" in table.description, table.name
        for column in table.columns:
            assert column.description.endswith((".", ")")), (table.name, column.name)


def test_no_two_descriptions_are_of_one_table() -> None:
    places = [(table.schema, table.name) for table in published_tables()]
    assert len(set(places)) == len(places)


def test_every_column_of_a_published_seed_is_described() -> None:
    described = {table.name: {column.name for column in table.columns} for table in published_tables()}
    found = 0
    for file in sorted((DBT_PROJECT / "seeds").glob("*.csv")):
        if file.stem in described:
            header = next(csv.reader(file.read_text(encoding="utf-8").splitlines()))
            assert described[file.stem] == set(header)
            found += 1
    assert found >= 2


def test_what_python_writes_is_commented_whole_in_the_dictionarys_words(settings: Settings) -> None:
    published_run(settings, 2, with_all_tables=True)
    tables = rows(settings, OF_TABLES)
    columns = rows(settings, OF_COLUMNS)
    assert len(tables) > 30
    assert [table for *table, comment in tables if not comment] == []
    assert len(columns) > 300
    assert [(table, column) for table, column, comment in columns if not comment] == []
    pages = {table: page_in_the_dictionary(schema, table) for schema, table, _ in tables}
    for schema, table, comment in tables:
        assert pages[table].startswith(f"# {schema}.{table}\n\n{comment}\n")
    for table, column, comment in columns:
        assert any(
            line.startswith(f"| `{column}` | ") and comment.replace("|", "\\|") in line
            for line in pages[table].splitlines()
        ), (table, column)


def test_comments_outlive_a_rollback_and_the_rewriting_after_an_erasure(settings: Settings) -> None:
    published_run(settings, 2, with_all_tables=True)
    published_run(settings, 3, with_all_tables=True)
    before = rows(settings, OF_COLUMNS)
    roll_back(settings, None, "ada")
    assert rows(settings, OF_COLUMNS) == before
    assert [table for *table, comment in rows(settings, OF_TABLES) if not comment] == []
    renewed = settings.home / settings.published_file.name
    with open_duckdb(settings.published_file, settings, read_only=False) as connection:
        copy_afresh(connection, renewed)
    with open_duckdb(renewed, settings, read_only=True) as connection:
        assert connection.execute(OF_COLUMNS).fetchall() == before


def test_a_version_takes_over_the_comments_of_the_former_one_and_mends_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables that changed are made anew, those that are no more are gone, and words of today replace former ones."""
    published_run(settings, 2)
    before = rows(settings, OF_COLUMNS)
    with open_build_file(settings, SOURCE) as connection:
        connection.execute("alter table quality.drift drop column psi")
        connection.execute("drop view scores.customer_churn_current; drop table scores.customer_churn")
        connection.execute("create table marts.new_mart as select 1 as i")
    [churn] = [one for one in published_tables() if one.name == "model_promotions"]
    words = replace(churn, description="Other words. One row per decision.")
    others = [one for one in published_tables() if one.name != churn.name]
    monkeypatch.setattr(comments, "published_tables", lambda: (*others, words))
    publish(settings, SOURCE, date(2024, 1, 1), "run-3")
    gone = ("customer_churn", "customer_churn_current")
    assert rows(settings, OF_COLUMNS) == [one for one in before if one[0] not in gone and one[:2] != ("drift", "psi")]
    said = dict(rows(settings, "select table_name, comment from duckdb_tables()"))
    assert said["model_promotions"] == words.description
    assert said["new_mart"] is None
    assert not said.keys() & set(gone)


def test_after_a_damaged_version_the_next_one_is_commented_all_the_same(settings: Settings) -> None:
    published_run(settings, 2)
    before = rows(settings, OF_COLUMNS)
    settings.published_file.write_bytes(b"broken" * 1000)
    published_run(settings, 3)
    assert rows(settings, OF_COLUMNS) == before


def test_marts_that_lack_columns_or_are_unknown_are_published_all_the_same(settings: Settings) -> None:
    """A build file of an earlier release, or a table of one's own."""
    published_run(settings, 2, with_all_tables=True)
    [(table, column)] = rows(
        settings,
        "select t.comment, c.comment from duckdb_tables() as t inner join duckdb_columns() as c using (table_oid) "
        "where t.table_name = 'dim_customers'",
    )
    [described] = [one for one in published_tables() if one.name == "dim_customers"]
    assert (table, column) == (described.description, described.columns[0].description)


@pytest.mark.parametrize("text", ["it's", "'; drop table t; --", 'a "b" \\ c', "line\nbreak", "$$ – € 🛍 {x} ?", "|"])
def test_any_text_is_kept_as_it_stands(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    name = 'odd "name"; drop schema marts; --'
    described = DescribedTable("marts", name, text, (DescribedColumn(name, "text", text),))
    monkeypatch.setattr(comments, "published_tables", lambda: (described,))
    with duckdb.connect() as connection:
        quoted_name = name.replace('"', '""')
        connection.execute(f'create schema marts; create table marts."{quoted_name}" ("{quoted_name}" text)')
        comments.write_comments(connection)
        found = connection.execute(
            "select t.comment, c.comment from duckdb_tables() as t join duckdb_columns() as c using (table_name)"
        ).fetchall()
    assert found == [(text, text)]
