"""Which sums of a query depend on the order in which its rows come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

# What is the same in whatever order; any other aggregate of doubles adds them up.
_SAFE = {"min", "max", "count", "arg_min", "arg_max", "median", "quantile_cont", "quantile_disc", "mode"}


def unordered_sums_of_doubles(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """Names of the aggregates in DuckDB's plan of a query that add up doubles, but for windows that say their order."""
    [(text,)] = connection.execute("select json_serialize_plan(?::varchar)", [sql]).fetchall()
    plan = json.loads(text)
    assert not plan["error"], plan
    return [
        node["name"]
        for node in _nodes(plan["plans"])
        if node.get("expression_class") == "BOUND_AGGREGATE" or node.get("type") == "WINDOW_AGGREGATE"
        if node["name"] not in _SAFE and not node.get("orders")
        if any(argument["return_type"]["id"] in ("DOUBLE", "FLOAT") for argument in node["children"])
    ]


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _nodes(inner)
