"""Customers made by hand for the tests of identity resolution."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from warehouse.identity.records import normalised
from warehouse.identity.rules import load_rules

PERSONAL = ("first_name", "last_name", "email", "phone", "street_address", "postcode", "city", "birth_date")
_SCHEMA = pa.schema(
    [("customer_id", pa.string())]
    + [(name, pa.date32() if name == "birth_date" else pa.string()) for name in PERSONAL]
    + [("first_seen_at", pa.string())]
)


def customers(*rows: dict[str, Any]) -> pa.Table:
    """A table of customers; what is left out is missing."""
    return pa.Table.from_pylist([{name: row.get(name) for name in _SCHEMA.names} for row in rows], _SCHEMA)


def with_records(rows: pa.Table) -> duckdb.DuckDBPyConnection:
    """A connection in memory with the normalised records of these customers."""
    connection = duckdb.connect()
    connection.register("customers", rows)
    normalised(connection, "customers", load_rules().placeholders)
    return connection
