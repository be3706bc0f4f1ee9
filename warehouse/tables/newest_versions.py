"""Newest versions of raw rows, worked out from raw and not from the models that are built on it."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.base.definitions import load_definitions


def newest_versions(table: str, key: str | Sequence[str], columns: str = "*") -> str:
    """SQL of the newest row for each key of a raw table that is not gone, to stand in brackets.

    Few rows are ever corrected: only keys that stand there more than once are put in order, at half the cost of
    ordering everything.

    Parameters
    ----------
    table
        With its schema; raw keys are never empty.
    key
        The key's column, or columns.
    columns
        What of the rows is wanted.
    """
    keys = key if isinstance(key, str) else ", ".join(key)
    several = f"select ({keys}) from {table} group by {keys} having count(*) > 1"
    return f"""
        select {columns} from {table} where ({keys}) not in ({several}) and not _is_gone
        union all
        select {columns} from (
            select * from {table} where ({keys}) in ({several})
            qualify {newest_rank(keys)} = 1
        ) as corrected
        where not _is_gone
    """


def newest_rank(key: str) -> str:
    """SQL of the rank of a version among those of its key: 1 for the newest."""
    return f"row_number() over (partition by {key} order by {load_definitions().newest_first})"
