"""Rules that several marts share."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.preparations import EXISTING_COLUMNS
from expectations.suites.rules import no_rows, not_null, unique

KEY = ["customer_id", "as_of_date"]


def amounts_are_decimals(table: str) -> Expectation:
    """Money is never a floating-point number."""
    return no_rows(
        "amounts_are_decimals",
        f"""
            select c.column_name, c.data_type
            from {EXISTING_COLUMNS} as c
            where c.table_schema = 'marts' and c.table_name = :mart
                and c.column_name like '%amount' and c.data_type not like 'DECIMAL%'
                and exists (select 1 from (select count(*) from {{batch}}) as any_rows)
        """,
        "Amounts are decimals, so that sums are right to the cent.",
        look_at(table) + "; cast the column to decimal(18, 2).",
        mart=table,
    )


def look_at(name: str) -> str:
    """First step for a rule on a model of dbt."""
    return f"Look at the dbt model and its tests: dbt build --select {name}"


def key_rules(table: str) -> tuple[Expectation, ...]:
    """One row per customer and date."""
    model = look_at(table)
    return (
        not_null("customer_id", "Every row has a customer.", model),
        not_null("as_of_date", "Every row has a date.", model),
        unique(KEY, "Each customer stands once per as-of date.", model),
    )
