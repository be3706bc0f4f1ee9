"""What came of dbt's tests, written where the rules of the gates stand, so that whoever shows these shows both."""

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
class DbtTest:
    """A data test of dbt that was asked.

    Attributes
    ----------
    table_name
        The table that it was declared at; None where it is a query of its own.
    file
        Where it stands in the dbt project.
    is_critical
        Whether it stops the build where it does not hold.
    row_count
        Rows that break it.
    """

    name: str
    description: str
    table_name: str | None
    file: str
    is_critical: bool
    holds: bool
    row_count: int


def record_dbt_tests(
    connection: duckdb.DuckDBPyConnection,
    tests: Iterable[DbtTest],
    *,
    pipeline_run_id: str,
    as_of_date: date,
    selection: str,
) -> None:
    """Write what came of the tests to `quality.validation_results`; what the same run said before gives way.

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
        common |= {"validated_at": datetime.now(UTC).replace(tzinfo=None)}
        insert_rows(connection, "quality.validation_results", ({**common, **_row(test)} for test in tests))


def _row(test: DbtTest) -> dict[str, object]:
    what = "The query of the test shows the rows" if test.file.endswith(".sql") else "The test is declared in"
    return {
        "table_name": test.table_name,
        "expectation": test.name,
        "severity": "critical" if test.is_critical else "warning",
        "success": test.holds,
        "unexpected_count": test.row_count,
        "description": test.description or _words(test.name, test.holds),
        "first_step": f"{what}: dbt_project/{test.file}",
    }


def _words(name: str, holds: bool) -> str:
    """A test's name as words.

    >>> _words("assert_lines_have_orders", False)
    'Does not hold: lines have orders'
    """
    return f"{'Holds' if holds else 'Does not hold'}: {name.removeprefix('assert_').replace('_', ' ')}"
