"""The queries of docs/recommendations.md run, on columns that the job writes."""

from __future__ import annotations

import re

import duckdb
import pandas as pd
import pytest

from warehouse.base.settings import CHECKOUT
from warehouse.jobs.registry import job_spec

PAGE = (CHECKOUT / "docs" / "recommendations.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_the_page_runs(query: str) -> None:
    spec = job_spec("recommendations").scores
    connection = duckdb.connect()
    columns = {name: pd.Series(dtype=object) for name in (*spec.key, "status", "reason")}
    columns |= {
        name: pd.Series(dtype="float" if column.kind == "double" else object) for name, column in spec.columns.items()
    }
    connection.register("empty", pd.DataFrame(columns))
    connection.execute("create schema scores; create table scores.customer_recommendations_current as from empty")
    assert connection.execute(query).fetchall() == []


def test_every_reason_stands_on_the_page() -> None:
    assert QUERIES
    for code in job_spec("recommendations").scores.columns["reason_code"].allowed:
        assert f"| `{code}` |" in PAGE
