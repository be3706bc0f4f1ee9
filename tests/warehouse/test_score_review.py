"""Scores that no gate has passed never outlive the run that wrote them."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pandas as pd
import pytest

from warehouse.base.connections import open_build_file
from warehouse.base.errors import PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.publish import publish
from warehouse.tables.score_review import accept_scores, withdraw_scores
from warehouse.tables.scores import create_score_tables, write_scores

FIRST, SECOND = date(2024, 1, 1), date(2024, 2, 1)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as opened:
        create_score_tables(opened)
        yield opened


def write(connection: duckdb.DuckDBPyConnection, day: date, **probabilities: float) -> None:
    frame = pd.DataFrame(
        [
            {
                "customer_id": customer,
                "as_of_date": day,
                "model_name": "crm_churn",
                "churn_probability": probability,
                "horizon_days": 90,
                "status": "scored",
                "scored_at": datetime(2024, 3, 1),
            }
            for customer, probability in probabilities.items()
        ]
    )
    write_scores(connection, "customer_churn", frame)


def scores(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    return connection.execute(
        "select as_of_date, customer_id, churn_probability from scores.customer_churn order by all"
    ).fetchall()


def test_what_failed_its_gate_gives_way_to_what_stood_before(connection: duckdb.DuckDBPyConnection) -> None:
    write(connection, FIRST, a=0.1, b=0.2)
    accept_scores(connection, FIRST)
    before = scores(connection)
    write(connection, FIRST, a=0.9)
    write(connection, SECOND, a=0.8)
    assert withdraw_scores(connection) == [FIRST, SECOND]
    assert scores(connection) == before
    assert withdraw_scores(connection) == []


def test_a_second_attempt_does_not_take_the_first_for_accepted(connection: duckdb.DuckDBPyConnection) -> None:
    write(connection, FIRST, a=0.1)
    accept_scores(connection, FIRST)
    write(connection, FIRST, a=0.7)
    write(connection, FIRST, a=0.9)
    withdraw_scores(connection, FIRST)
    assert scores(connection) == [(FIRST, "a", 0.1)]


def test_accepted_scores_stay(connection: duckdb.DuckDBPyConnection) -> None:
    write(connection, FIRST, a=0.1)
    write(connection, SECOND, a=0.3)
    accept_scores(connection, FIRST)
    assert withdraw_scores(connection) == [SECOND]
    assert scores(connection) == [(FIRST, "a", 0.1)]


def test_a_column_added_by_a_newer_release_is_kept_too(connection: duckdb.DuckDBPyConnection) -> None:
    write(connection, FIRST, a=0.1)
    accept_scores(connection, FIRST)
    write(connection, FIRST, a=0.2)
    accept_scores(connection, FIRST)
    connection.execute("alter table scores.customer_churn add column remark varchar")
    connection.execute("update scores.customer_churn set remark = 'kept'")
    write(connection, FIRST, a=0.3)
    withdraw_scores(connection)
    found = connection.execute("select churn_probability, remark from scores.customer_churn").fetchall()
    assert found == [(0.2, "kept")]


def test_what_a_killed_run_left_goes_when_another_date_is_scored(connection: duckdb.DuckDBPyConnection) -> None:
    write(connection, FIRST, a=0.1)
    write(connection, SECOND, a=0.3)
    assert withdraw_scores(connection, keep=SECOND) == [FIRST]
    assert scores(connection) == [(SECOND, "a", 0.3)]
    assert withdraw_scores(connection) == [SECOND]


def test_scores_before_their_gate_are_not_published(settings: Settings) -> None:
    with open_build_file(settings, "files") as opened:
        create_score_tables(opened)
        write(opened, FIRST, a=0.1)
    with pytest.raises(PublishError, match="2024-01-01 have not passed their gate"):
        publish(settings, "files", date(2024, 1, 1), "run-1")
