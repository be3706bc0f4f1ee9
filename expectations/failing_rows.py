"""Rows that break a rule, as far as they may be shown: keys and what is wrong with them, nothing personal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse.base.rows import as_dicts, column_types, insert_rows
from warehouse.tables.contract import load_contract

if TYPE_CHECKING:
    from expectations.results import Check, GateResult

FAILING_ROW_COUNT = 20
# A rule that goes by history gives one row with the reason in this column where there is too little of it.
CANNOT_JUDGE = "cannot_judge"
# What tells a row from others, in any table.
_KEYS = ("as_of_date", "model_name", "order_month", "_file_name", "_row_number")


@cache
def personal_columns() -> frozenset[str]:
    """Names of the columns that the contract calls personal, in whatever table."""
    tables = load_contract().tables.values()
    return frozenset(name for table in tables for name, column in table.columns.items() if column.personal)


def shown(row: Mapping[str, Any]) -> dict[str, str | None]:
    """The row as texts, without personal columns and without the column that only says why nothing could be checked.

    >>> shown({"customer_id": "c1", "email": "ada@example.com", "order_count": 2, "cannot_judge": None})
    {'customer_id': 'c1', 'order_count': '2'}
    """
    left_out = personal_columns() | {CANNOT_JUDGE}
    return {name: None if value is None else str(value) for name, value in row.items() if name not in left_out}


def rows_of(connection: duckdb.DuckDBPyConnection, check: Check) -> tuple[dict[str, str | None], ...]:
    """The first rows of a check on a column that does not hold: GX counts them, and tells their values only."""
    known = column_types(connection, check.table_name)
    wanted = [name for name in known if name.endswith(("_id", "_code")) or name in _KEYS or name == check.column_name]
    columns = ", ".join(name for name in wanted if name not in personal_columns())
    if not columns:
        return ()
    found = connection.execute(
        f"select {columns} from {check.table_name} where {check.breaks} limit {FAILING_ROW_COUNT}"
    )
    return tuple(map(shown, as_dicts(found)))


def write_failing_rows(
    connection: duckdb.DuckDBPyConnection, result: GateResult, pipeline_run_id: str | None, runs_kept: int
) -> None:
    """Keep the rows of a run in ``quality.failing_rows``, and of this gate only as many runs as settled."""
    of_check = ("suite", "table_name", "expectation", "column_name", "severity")
    rows = (
        {
            **result.as_of_run(pipeline_run_id),
            **{name: getattr(check, name) for name in of_check},
            "row_number": number,
            "row_content": json.dumps(row, ensure_ascii=False),
        }
        for check in result.checks
        for number, row in enumerate(check.failing_rows, start=1)
    )
    insert_rows(connection, "quality.failing_rows", rows)
    connection.execute(
        "delete from quality.failing_rows where gate = $gate and validated_at not in (select distinct validated_at "
        "from quality.validation_results where gate = $gate order by validated_at desc limit $runs_kept)",
        {"gate": result.gate, "runs_kept": runs_kept},
    )
