"""Newest versions of raw rows, worked out from raw and not from the models that are checked."""

from __future__ import annotations


def newest_versions(table: str, key: str) -> str:
    """SQL of the newest row for each key of a raw table, to stand in brackets.

    Few rows are ever corrected: only keys that stand there more than once are put in order, at half the cost of
    ordering everything.

    Parameters
    ----------
    table
        With its schema; raw keys are never empty.
    key
        The key's column.
    """
    several = f"select {key} from {table} group by {key} having count(*) > 1"
    return f"""
        select * from {table} where {key} not in ({several})
        union all
        select * from (
            select * from {table} where {key} in ({several})
            qualify row_number() over (partition by {key} order by _loaded_at desc, _row_number desc) = 1
        ) as corrected
    """
