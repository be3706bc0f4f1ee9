"""A condition as DuckDB parses it: one condition over customer_360 and nothing else, the same on every run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.base.connections import one_row
from warehouse.base.errors import AudienceError

_SKELETON = "select customer_id from customer_360 where (\n{}\n) order by\n{}\n"
_ANY = ("true", "customer_id")
_ONE_CONDITION = "Write one condition, without semicolon, as behind WHERE: churn_risk_band = 'high'"
_ONE_ORDER = "Write it as behind ORDER BY: expected_loss_amount desc"
_POSITIONS = ("query_location",)


@dataclass(frozen=True)
class Query:
    """The SELECT of an audience, one of what its condition answers, and the names of columns in both."""

    sql: str
    answer_sql: str
    names: frozenset[str]


def query_of(parser: DuckDBPyConnection, condition: str, order_by: str | None) -> Query:
    """The customers for whom a condition holds, in their order.

    Parameters
    ----------
    parser
        Any connection; nothing is run on it but the parser.

    Raises
    ------
    AudienceError
        If the condition is more or other than a condition, or says something else each time it is run.
    """
    expected = _parsed(parser, *_ANY, "")
    found = _parsed(parser, condition, _ANY[1], _ONE_CONDITION)
    if _rest(found, "where_clause") != _rest(expected, "where_clause"):
        raise AudienceError("The condition is more than a condition.", _ONE_CONDITION)
    ordered = _parsed(parser, condition, order_by or _ANY[1], _ONE_ORDER)
    kinds = [modifier["type"] for modifier in ordered["modifiers"]]
    if _rest(ordered, "modifiers") != _rest(found, "modifiers") or kinds != ["ORDER_MODIFIER"]:
        raise AudienceError("order_by is more than an order.", _ONE_ORDER)
    nodes = list(_nodes([ordered["where_clause"], ordered["modifiers"]]))
    names = {name.lower() for node in nodes for name in node.get("column_names", ())}
    called = {str(node["function_name"]).lower() for node in nodes if "function_name" in node}
    _refuse_changing(names | called)
    if any(node.get("class") == "PARAMETER" for node in nodes):
        raise AudienceError("It has a placeholder (?), and nothing takes its place.", "Write the value itself.")
    if any(node.get("class") == "STAR" and node.get("columns") for node in nodes):
        raise AudienceError("COLUMNS(…) stands for columns that may be others tomorrow.", "Name the columns.")
    answer = f"select (\n{condition}\n) from customer_360"
    ordered_to_the_last = _SKELETON.format(condition, order_by or _ANY[1]) + ", customer_id"
    return Query(ordered_to_the_last, answer, frozenset(names))


def _parsed(parser: DuckDBPyConnection, condition: str, order_by: str, what_to_do: str) -> dict[str, Any]:
    sql = _SKELETON.format(condition, order_by)
    answer = json.loads(one_row(parser, "select json_serialize_sql(?)", [sql])[0])
    if answer["error"]:
        raise AudienceError(f"It cannot be read as SQL: {answer['error_message']}.", what_to_do)
    if len(answer["statements"]) != 1:
        raise AudienceError("It is more than one statement.", what_to_do)
    return _without_positions(answer["statements"][0]["node"])


def _refuse_changing(names: set[str]) -> None:
    """Chance and the clock would select others each time, and a hold-out would compare them with nobody."""
    changing = sorted(names & _changing_functions())
    if changing:
        raise AudienceError(
            f"{', '.join(changing)} says something else on every run.",
            "Use as_of_date for the day; who is held out is drawn anyway.",
        )


@cache
def _changing_functions() -> frozenset[str]:
    with duckdb.connect() as connection:
        found = connection.execute(
            "select distinct function_name from duckdb_functions() "
            "where stability <> 'CONSISTENT' and function_type = 'scalar'"
        ).fetchall()
    return frozenset(name for (name,) in found)


def _rest(node: dict[str, Any], left_out: str) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != left_out}


def _without_positions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_positions(inner) for key, inner in value.items() if key not in _POSITIONS}
    return [_without_positions(inner) for inner in value] if isinstance(value, list) else value


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)
