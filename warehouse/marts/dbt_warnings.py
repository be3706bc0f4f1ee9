"""Warnings of dbt's tests, written where those of the gates stand, so that summary and page show both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from warehouse.base.rows import insert_rows
from warehouse.base.transactions import transaction
from warehouse.tables.quality_tables import create_quality_tables

GATE = "dbt"


@dataclass(frozen=True)
class DbtWarning:
    """A test of dbt that does not hold and stops nothing."""

    test: str
    description: str
    row_count: int


def record_dbt_warnings(
    connection: duckdb.DuckDBPyConnection,
    warnings: Iterable[DbtWarning],
    *,
    pipeline_run_id: str,
    as_of_date: date,
    selection: str,
) -> None:
    """Write what dbt warned of to `quality.validation_results`; what the same run said before gives way.

    Parameters
    ----------
    selection
        What dbt built: a run builds the marts, and later what is made from the scores.
    """
    create_quality_tables(connection)
    with transaction(connection):
        connection.execute(
            "delete from quality.validation_results where pipeline_run_id = ? and gate = ? and suite = ?",
            [pipeline_run_id, GATE, selection],
        )
        common = {"pipeline_run_id": pipeline_run_id, "gate": GATE, "suite": selection, "as_of_date": as_of_date}
        common |= {"severity": "warning", "success": False, "validated_at": datetime.now(UTC).replace(tzinfo=None)}
        rows = (
            {
                **common,
                "expectation": warning.test,
                "unexpected_count": warning.row_count,
                "description": warning.description or _words(warning.test),
                "first_step": f"The query of the test shows the rows: dbt_project/tests/{warning.test}.sql",
            }
            for warning in warnings
        )
        insert_rows(connection, "quality.validation_results", rows)


def _words(test: str) -> str:
    """A test's name as words.

    >>> _words("assert_lines_have_orders")
    'Does not hold: lines have orders'
    """
    return f"Does not hold: {test.removeprefix('assert_').replace('_', ' ')}"
