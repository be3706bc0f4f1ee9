"""Contracts and value: what the questions answer on a few rows counted by hand."""

from __future__ import annotations

import duckdb
import pytest

from dashboard.base.questions import answer

ALL = {"countries": [], "segments": []}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("create schema marts")
    return made


def test_a_term_ends_after_the_months_that_are_left_of_it(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        create table marts.subscription_360 as
        select * from (values
            (true, 12, 14, 'high', 20.0, 0.5), (true, 1, 7, 'low', 10.0, 0.1), (true, 24, 1, null, 30.0, null),
            (false, 12, 14, null, 99.0, null)
        ) as t (is_active, term_months, tenure_months, churn_risk_band, monthly_amount, churn_probability)
    """)
    rows = answer(connection, "contracts/ending", ALL)
    found = rows[["months_to_end_of_term", "churn_risk_band", "monthly_amount"]].values.tolist()
    # 14 months into terms of 12: 10 are left; 23 of 24 are left, which the last bar holds
    assert found == [[1, "low", 10.0], [10, "high", 20.0], [12, "not_scored", 30.0]]
    assert rows["expected_monthly_loss_amount"].tolist()[:2] == pytest.approx([1.0, 10.0])


def test_sizes_of_segments_go_back_as_far_as_the_model_that_serves(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema scores")
    connection.execute("""
        create table scores.customer_segments as
        select customer_id, as_of_date::date as as_of_date, segment_name, status, 'crm' as model_name, model_version
        from (values
            ('a', '2026-04-01', 'Old', 'scored', '1'), ('a', '2026-05-01', 'New', 'scored', '2'),
            ('b', '2026-05-01', 'Loyal', 'scored', '2'), ('a', '2026-06-01', 'Loyal', 'scored', '2'),
            ('b', '2026-06-01', 'Loyal', 'scored', '2'), ('c', '2026-06-01', 'New', 'scored', '2'),
            ('d', '2026-06-01', null, 'refused', null)
        ) as t (customer_id, as_of_date, segment_name, status, model_version)
    """)
    rows = answer(connection, "segments/sizes", ALL)
    found = [
        (f"{day:%m}", name, share) for day, name, share in rows[["as_of_date", "segment_name", "customer_share"]].values
    ]
    assert found == [("05", "Loyal", 0.5), ("05", "New", 0.5), ("06", "Loyal", 2 / 3), ("06", "New", 1 / 3)]
    connection.execute("delete from scores.customer_segments where as_of_date = date '2026-06-01'")
    assert answer(connection, "segments/sizes", ALL).empty  # one date of one model tells no course


def test_concentration_counts_buyers_from_the_best_down(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        create table marts.customer_360 as
        select * from (values
            ('a', 60.0, 3, 'Spain', 'Loyal'), ('b', 30.0, 1, 'Spain', 'New'), ('c', 10.0, 1, 'Italy', 'New'),
            ('d', 0.0, 2, 'Italy', 'New'), ('e', 0.0, 0, 'Italy', null)
        ) as t (customer_id, net_amount, order_count, country, segment_name)
    """)
    rows = answer(connection, "value/concentration", ALL)
    assert rows["customer_share"].tolist() == [0.25, 0.5, 0.75, 1.0]
    assert rows["net_amount_share"].tolist() == pytest.approx([0.6, 0.9, 1.0, 1.0])
    spain = answer(connection, "value/concentration", ALL | {"countries": ["Spain"]})
    assert spain["net_amount_share"].tolist() == pytest.approx([60 / 90, 1.0])


def test_the_list_begins_with_the_contract_that_is_expected_to_cost_the_most(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("""
        create table marts.subscription_360 as
        select *, 'Basic' as plan_name, 0.5 as survival_12m_probability, 'low' as churn_risk_band, '' as churn_reasons
        from (values
            ('s1', 'a', true, 12, 14, 20.0, 0.5), ('s2', 'b', true, 1, 7, 200.0, 0.1),
            ('s3', 'a', true, 24, 1, 30.0, null), ('s4', 'a', false, 12, 14, 99.0, 0.9),
            ('s5', 'c', true, 1, 0, 10.0, 0.2)
        ) as t (subscription_id, customer_id, is_active, term_months, tenure_months, monthly_amount, churn_probability);
        create table marts.customer_360 as
        select * from (values ('a', true, 'Spain'), ('b', false, 'Italy')) as t (customer_id, may_be_contacted, country)
    """)
    rows = answer(connection, "contracts/list", {"row_count": 10})
    # 200 at 0.1, 20 at 0.5, 10 at 0.2; the one that has ended and the one that was not scored are left out
    assert rows["subscription_id"].tolist() == ["s2", "s1", "s5"]
    assert rows["expected_monthly_loss_amount"].tolist() == pytest.approx([20.0, 10.0, 2.0])
    assert rows["months_to_end_of_term"].tolist() == [1, 10, 1]
    assert rows["may_be_contacted"].tolist()[:2] == [False, True]
    assert len(answer(connection, "contracts/list", {"row_count": 2})) == 2
