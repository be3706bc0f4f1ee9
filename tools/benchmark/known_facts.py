"""The facts of customers as they stand in a build file: what a shop's own program would send of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from serving.facts.request import MOST_ROWS
from warehouse.base.rows import as_dicts
from warehouse.tables.contract import load_contract
from warehouse.tables.newest_versions import newest_versions

_IDS = """
    select source_customer_id from pii.customer_identities where customer_id = $customer_id
    union
    select $customer_id
"""
# Of the tables that do not name a customer.
_WHOSE = {
    "order_items": "order_id in (select order_id from raw.orders where list_contains($ids, customer_id))",
    "subscription_changes": (
        "subscription_id in (select subscription_id from raw.subscriptions where list_contains($ids, customer_id))"
    ),
}


def facts_of(connection: duckdb.DuckDBPyConnection, customer_id: str) -> dict[str, Any]:
    """A request for `POST /score`: the newest rows of a person's accounts, as JSON has them."""
    ids = [row[0] for row in connection.execute(_IDS, {"customer_id": customer_id}).fetchall()]
    facts: dict[str, Any] = {name: _rows(connection, name, ids) for name in MOST_ROWS}
    orders = {order["order_id"] for order in facts["orders"]}
    facts["order_items"] = [line for line in facts["order_items"] if line["order_id"] in orders]
    return {"customer_id": customer_id, **facts}


def _rows(connection: duckdb.DuckDBPyConnection, table: str, ids: list[str]) -> list[dict[str, Any]]:
    known = load_contract().tables[table]
    whose = _WHOSE.get(table, "list_contains($ids, customer_id)")
    found = connection.execute(
        f"select {', '.join(known.columns)} from ({newest_versions(f'raw.{table}', known.key)}) "
        f"where {whose} order by {', '.join(known.key)}",
        {"ids": ids},
    )
    return [{name: _as_json(value) for name, value in row.items()} for row in as_dicts(found)]


def _as_json(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
