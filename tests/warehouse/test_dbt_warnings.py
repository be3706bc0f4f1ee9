"""What dbt's tests warn of stands beside the warnings of the gates, once for each run."""

from __future__ import annotations

from datetime import date

import duckdb

from warehouse.marts.dbt_warnings import DbtWarning, record_dbt_warnings


def test_a_warning_is_recorded_once_and_gives_way_when_the_run_builds_again() -> None:
    warning = DbtWarning("assert_lines_have_orders", "", 3)
    told = "select gate, severity, success, unexpected_count, description from quality.validation_results"
    with duckdb.connect() as connection:
        for selection in ("marts", "activation", "marts"):
            record_dbt_warnings(
                connection,
                [warning] if selection == "marts" else [],
                pipeline_run_id="run-1",
                as_of_date=date(2026, 7, 1),
                selection=selection,
            )
        assert connection.execute(told).fetchall() == [("dbt", "warning", False, 3, "Does not hold: lines have orders")]
        record_dbt_warnings(connection, [], pipeline_run_id="run-1", as_of_date=date(2026, 7, 1), selection="marts")
        assert connection.execute(told).fetchall() == []
