"""The first suite of every gate: the tables and columns that its rules speak of exist."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations.expectation import Expectation

from expectations.preparations import EXISTING_COLUMNS
from expectations.suites.rules import TableSuite, no_rows

_FIRST_STEPS = {
    "raw": "Load the source: python -m warehouse ingest.",
    "quality": "Load the source: python -m warehouse ingest.",
    "intermediate": "Build the marts: python -m warehouse marts; look at the first dbt model that failed.",
    "marts": "Build the marts: python -m warehouse marts; look at the first dbt model that failed.",
    "scores": "Score the customers: python -m ml score.",
}
# Tables that another step writes than the rest of their schema.
_OWN = "Run the gate again: it writes this table itself. If it stays away, report it."
_TABLE_STEPS = {
    "customer_360": "Build the profile: python -m warehouse activate.",
    "amount_differences": _OWN,
    "amount_places": _OWN,
    "column_profiles": _OWN,
    "revenue_reconciliation": _OWN,
}


def structure_suite(suites: Sequence[TableSuite]) -> TableSuite:
    """One expectation per table: each column that the rules use exists."""
    rules = tuple(_columns_exist(suite) for suite in suites)
    return TableSuite("information_schema", "columns", (), rules, title="structure")


def _columns_exist(suite: TableSuite) -> Expectation:
    return no_rows(
        f"{suite.schema}_{suite.table}_has_its_columns",
        "select missing.column_name as missing_column from (select unnest([" + _list(suite.columns) + "]) as "
        "column_name) as missing where missing.column_name not in (select c.column_name from "
        f"{EXISTING_COLUMNS} as c where c.table_schema = :schema and c.table_name = :bare_name)",
        f"The table {suite.table_name} exists with the {len(suite.columns)} columns that the gate needs.",
        _TABLE_STEPS.get(suite.table) or _FIRST_STEPS.get(suite.schema, "Run the step that writes this table."),
        table=suite.table_name,
        schema=suite.schema,
        bare_name=suite.table,
    )


def _list(columns: Sequence[str]) -> str:
    return ", ".join(f"'{column}'" for column in columns)
