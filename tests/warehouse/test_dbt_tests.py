"""What came of dbt's tests stands beside the rules of the gates, once for each run."""

from __future__ import annotations

from datetime import date

import duckdb

from warehouse.marts.dbt_tests import DbtTest, record_dbt_tests

WARNING = DbtTest("assert_lines_have_orders", "", None, "tests/assert_lines_have_orders.sql", False, False, 3)
HELD = DbtTest("unique_fct_orders_order_id", "", "marts.fct_orders", "models/marts/fct_orders.yml", True, True, 0)


def test_a_test_is_recorded_once_and_gives_way_when_the_run_builds_again() -> None:
    told = (
        "select table_name, severity, success, unexpected_count, description, first_step "
        "from quality.validation_results where gate = 'dbt' order by severity"
    )
    with duckdb.connect() as connection:
        for selection, tests in (("marts", [WARNING, HELD]), ("activation", []), ("marts", [WARNING, HELD])):
            record_dbt_tests(
                connection, tests, pipeline_run_id="run-1", as_of_date=date(2026, 7, 1), selection=selection
            )
        assert connection.execute(told).fetchall() == [
            (
                *("marts.fct_orders", "critical", True, 0, "Holds: unique fct orders order id"),
                "The test is declared in: dbt_project/models/marts/fct_orders.yml",
            ),
            (
                *(None, "warning", False, 3, "Does not hold: lines have orders"),
                "The query of the test shows the rows: dbt_project/tests/assert_lines_have_orders.sql",
            ),
        ]
        record_dbt_tests(connection, [], pipeline_run_id="run-1", as_of_date=date(2026, 7, 1), selection="marts")
        assert connection.execute(told).fetchall() == []
