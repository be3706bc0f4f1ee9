"""The queries on the pages of jobs run on the tables as they are declared."""

from __future__ import annotations

import re

import duckdb
import pytest

from warehouse.base.settings import CHECKOUT
from warehouse.tables.scores import create_score_tables

QUERIES = [
    (page, query)
    for page in ("product-affinity.md", "next-order.md")
    for query in re.findall(r"```sql\n(.*?)```", (CHECKOUT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)
]


@pytest.fixture(scope="module")
def scores() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_score_tables(connection)
    return connection


@pytest.mark.parametrize(("page", "query"), QUERIES)
def test_a_query_runs(scores: duckdb.DuckDBPyConnection, page: str, query: str) -> None:
    assert scores.execute(query).description, page


def test_there_are_queries() -> None:
    assert {page for page, _ in QUERIES} == {"product-affinity.md", "next-order.md"}
