"""The newest stored outcome of each gate, for a terminal: ``python -m expectations results``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from warehouse.base.connections import open_build_file
from warehouse.base.rows import as_dicts
from warehouse.base.settings import Settings

_NEWEST = """
    select * from quality.validation_results as results
    where validated_at = (
        select max(validated_at) from quality.validation_results as others where others.gate = results.gate
    )
"""
_GATES = f"""
    select
        gate, any_value(as_of_date) as as_of_date, any_value(validated_at) as validated_at, count(*) as check_count,
        count(*) filter (success) as held_count, bool_or(not success and severity = 'critical') as is_stopped
    from ({_NEWEST}) as newest
    group by gate
    order by validated_at
"""
_NOT_HELD = f"""
    select suite, table_name, column_name, expectation, severity, observed_value, description, first_step, validated_at
    from ({_NEWEST}) as newest
    where gate = ? and not success
    order by severity, table_name, expectation
"""
_ROWS = """
    select row_content from quality.failing_rows
    where validated_at = ? and suite = ? and expectation = ? and table_name = ?
        and column_name is not distinct from ?
    order by row_number
"""


def result_lines(settings: Settings, source: str) -> Iterator[str]:
    """What each gate said last, with the rows that break its rules.

    Raises
    ------
    WarehouseMissing, WarehouseBusy
        If there is no build file, or another process holds it.
    """
    with open_build_file(settings, source, read_only=True) as connection:
        try:
            gates = connection.execute(_GATES).fetchall()
        except duckdb.CatalogException:
            gates = []
        if not gates:
            yield f"No gate has looked at {source} yet. Run one: python -m expectations raw --source {source}"
        for gate, as_of_date, validated_at, check_count, held_count, is_stopped in gates:
            word = "FAILED" if is_stopped else "passed"
            yield f"Gate {gate} of {source} as of {as_of_date}: {word} ({validated_at:%Y-%m-%d %H:%M} UTC)"
            yield f"  {held_count} of {check_count} expectations hold"
            for check in as_dicts(connection.execute(_NOT_HELD, [gate])):
                yield from _not_held(connection, check)


def _not_held(connection: duckdb.DuckDBPyConnection, check: dict[str, Any]) -> Iterator[str]:
    word = "stop" if check["severity"] == "critical" else "warning"
    where = f"{check['table_name']}.{check['column_name']}" if check["column_name"] else check["table_name"]
    yield f"  {word}: {where} – {check['description']} [{check['expectation']}]"
    yield f"    found: {check['observed_value']}"
    yield f"    first step: {check['first_step']}"
    key = [check[name] for name in ("validated_at", "suite", "expectation", "table_name", "column_name")]
    for (content,) in connection.execute(_ROWS, key).fetchall():
        yield "      " + ", ".join(f"{name} = {value}" for name, value in json.loads(content).items())
