"""Whatever the contract lets a row say of a customer has that customer built again, a table of tomorrow's included."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from warehouse.marts import changed_rows
from warehouse.marts.changed_rows import find_changes, find_pending_loads
from warehouse.tables import raw_tables
from warehouse.tables.build_state import BUILD_STATE
from warehouse.tables.contract import Contract, Table, load_contract
from warehouse.tables.own_tables import create_own_tables
from warehouse.tables.raw_tables import create_raw_tables

TEXT = {"type": "text", "description": "An id."}
# What a later release may add to the contract.
NEW_TABLES = {
    "visits": {"key": ["visit_id"], "columns": {"visit_id": TEXT, "customer_id": TEXT}},
    "parcels": {"key": ["parcel_id"], "columns": {"parcel_id": TEXT, "order_id": TEXT}},
}


def with_new_tables() -> Contract:
    said = load_contract().model_dump()
    said["tables"] |= {name: {"description": "New.", **table} for name, table in NEW_TABLES.items()}
    return Contract.model_validate(said)


CONTRACT = with_new_tables()


def tables_with(column: str) -> list[str]:
    return [name for name, table in CONTRACT.tables.items() if column in table.columns]


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A build file of the contract with further tables; the last build knew the load `old`."""
    for module in (changed_rows, raw_tables):
        monkeypatch.setattr(module, "load_contract", lambda: CONTRACT)
    with duckdb.connect() as opened:
        create_raw_tables(opened)
        create_own_tables(opened, "pii")
        opened.execute(BUILD_STATE)
        opened.execute("insert into state.absorbed_loads values ('old')")
        yield opened


def load(connection: duckdb.DuckDBPyConnection, table: str, load_id: str, **values: str) -> None:
    """Add one version of a row; of the columns that are not given only the key has a value."""
    row = {column: "1" if described(table).columns[column].type == "text" else "2011-01-01" for column in keys(table)}
    row |= values | {"_load_id": load_id, "_file_name": "f", "_row_hash": "h", "_loaded_at": "2011-01-01"}
    connection.execute(
        f"insert into raw.{table} ({', '.join(row)}, _row_number) values ({', '.join('?' * len(row))}, 1)",
        list(row.values()),
    )


def described(table: str) -> Table:
    return CONTRACT.tables[table]


def keys(table: str) -> tuple[str, ...]:
    return described(table).key


def changed(connection: duckdb.DuckDBPyConnection, what: str) -> set[str]:
    find_pending_loads(connection)
    find_changes(connection)
    return {name for (name,) in connection.execute(f"from state.changed_{what}").fetchall()}


@pytest.mark.parametrize("table", tables_with("customer_id"))
def test_customers_of_new_rows_are_built_again(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    load(connection, table, "new", customer_id="met")
    for other in tables_with("customer_id"):
        load(connection, other, "old", **{keys(other)[0]: "other", "customer_id": "quiet"})
    assert changed(connection, "customers") == {"met"}


@pytest.mark.parametrize("table", [name for name in tables_with("customer_id") if "customer_id" not in keys(name)])
def test_a_row_that_changes_hands_has_its_former_customer_built_again(
    connection: duckdb.DuckDBPyConnection, table: str
) -> None:
    load(connection, table, "old", customer_id="former")
    load(connection, table, "new", customer_id="present")
    assert changed(connection, "customers") == {"former", "present"}


@pytest.mark.parametrize("table", tables_with("order_id"))
def test_customers_of_orders_that_new_rows_name_are_built_again(
    connection: duckdb.DuckDBPyConnection, table: str
) -> None:
    load(connection, "orders", "old", order_id="theirs", customer_id="buys")
    load(connection, "orders", "old", order_id="another", customer_id="quiet")
    load(connection, table, "new", order_id="theirs")
    assert changed(connection, "customers") == {"buys"}


def test_what_is_known_already_has_nobody_built_again(connection: duckdb.DuckDBPyConnection) -> None:
    for table in CONTRACT.tables:
        load(connection, table, "old", **({"customer_id": "quiet"} if table in tables_with("customer_id") else {}))
    assert changed(connection, "customers") == set()
