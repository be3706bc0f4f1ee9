"""The queries of docs/voice-of-the-customer.md run on tables as they are made."""

from __future__ import annotations

import re

import duckdb
import pytest

from warehouse.base.settings import CHECKOUT
from warehouse.tables.scores import create_score_tables

PAGE = CHECKOUT / "docs" / "voice-of-the-customer.md"
QUERIES = re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_score_tables(connection)
    connection.execute("create schema marts")
    connection.execute("create table marts.dim_products as select 'P1' as product_code, 'Mugs' as category")
    origin = "'2026-01-01', 'm', 'scored', '2026-01-01'"
    keys = "as_of_date, model_name, status, scored_at"
    connection.execute(
        f"insert into scores.feedback_sentiment (feedback_id, customer_id, given_date, product_code, sentiment_score,"
        f" sentiment_label, theme_name, {keys})"
        f" values ('F', 'C', '2025-12-01', 'P1', -1, 'negative', 'mug, box', {origin})"
    )
    connection.execute(
        f"insert into scores.feedback_themes (theme_id, theme_name, text_count, complaining_customer_count, {keys})"
        f" values ('T001', 'mug, box', 1, 1, {origin})"
    )
    connection.execute(
        f"insert into scores.customer_segments (customer_id, segment_name, {keys}) values ('C', 'Loyal', {origin})"
    )
    return connection


def test_the_page_has_queries() -> None:
    assert len(QUERIES) == 5


@pytest.mark.parametrize("query", QUERIES)
def test_queries_of_the_page_find_the_row(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    assert len(connection.execute(query).fetchall()) == 1
