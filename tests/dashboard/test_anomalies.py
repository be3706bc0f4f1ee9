"""The page on anomalies: the list by state, kinds, months without any, and the line that sets a state."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer
from dashboard.base.texts import Texts
from dashboard.charts.anomalies import kinds
from dashboard.pages.anomalies import state_line


@pytest.fixture
def version() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema scores;
            create table scores.anomalies_current as
            select *, 'scored' as status, 0.5 as anomaly_score, 'why' as anomaly_reasons,
                null::text as state_decided_by, null::date as state_decided_on, null::text as state_reason
            from (values
                ('order', 'O1', 'C1', 1, 100.0, 'price,amount', 'new', timestamp '2026-01-05 10:00:00'),
                ('customer', 'C2', 'C2', 2, 50.0, 'returns', 'confirmed', timestamp '2026-03-09 10:00:00'),
                ('order', 'O3', null, null, 7.0, 'price', 'dismissed', timestamp '2026-03-10 10:00:00')
            ) as t (subject_type, subject_id, customer_id, anomaly_rank, amount_at_stake, anomaly_codes, state,
                    happened_at)
            """
        )
        yield connection


def test_the_list_is_narrowed_by_state_and_ranked(version: duckdb.DuckDBPyConnection) -> None:
    rows = answer(version, "anomalies/listed", {"states": ["new", "dismissed"]})
    assert rows["subject_id"].tolist() == ["O1", "O3"]
    tiles = answer(version, "anomalies/standing", {})
    assert dict(zip(tiles["figure"], tiles["value"], strict=True)) == {
        "new_count": 1,
        "new_amount": 100,
        "confirmed_count": 1,
        "dismissed_count": 1,
    }


def test_who_has_two_findings_counts_under_each(version: duckdb.DuckDBPyConnection) -> None:
    frame = answer(version, "anomalies/kinds", {})
    assert frame[["code", "state", "subject_count"]].values.tolist() == [
        ["price", "dismissed", 1],
        ["price", "new", 1],
        ["amount", "new", 1],
        ["returns", "confirmed", 1],
    ]
    texts = Texts("en")
    (rows,) = [rows for rows in kinds(frame, texts, Numbers("en")).to_dict()["datasets"].values() if rows]
    assert rows[0]["code"] == "Price far from usual" and rows[0]["state"] == "Dismissed"


def test_months_without_any_are_there(version: duckdb.DuckDBPyConnection) -> None:
    rows = answer(version, "anomalies/months", {"from_month": date(1, 1, 1), "to_month": date(9999, 12, 1)})
    assert rows.loc[rows["subject_type"] == "order", "subject_count"].tolist() == [1, 0, 1]


def test_the_line_is_read_back_as_it_was_meant() -> None:
    row = {"subject_type": "order", "subject_id": 'O"1,2', "customer_id": None}
    line = state_line("my_shop", row, "dismissed", date(2026, 7, 2))
    assert list(csv.reader([line])) == [
        ["my_shop", "order", 'O"1,2', "", "dismissed", "YOUR NAME", "2026-07-02", "WHY"]
    ]
