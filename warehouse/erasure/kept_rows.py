"""A person's rows among those that the build file keeps as they landed (`warehouse.loading.accepted_rows`)."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.rows import column_types
from warehouse.base.sql_text import quoted
from warehouse.erasure.table_cleaning import clean_table
from warehouse.loading.accepted_rows import KEY, LOAD_ID, SCHEMA, key_sql
from warehouse.privacy.landed_rows import customer_sql
from warehouse.privacy.naming import Naming
from warehouse.privacy.subject import Subject
from warehouse.source_definitions.folders import Source
from warehouse.values.id_readings import customer_id_forms_sql


def erase_kept_rows(connection: duckdb.DuckDBPyConnection, source: Source, subject: Subject, secret: bytes) -> None:
    """Treat kept rows as those of the landed files: empty the customer where the row stays as a guest's, or delete it.

    Rows whose key is no longer in raw go as well: keys may be made from the person's id.

    Raises
    ------
    SourceError
        If the source does not say where the customer stands.
    """
    for table, is_persons, guest_column in _conditions(connection, source):
        if guest_column:
            statement = f"update {SCHEMA}.{table} set {quoted(guest_column)} = null where {is_persons}"
        else:
            statement = f"delete from {SCHEMA}.{table} where {is_persons}"
        connection.execute(statement, {"ids": list(subject.ids)})
        _clean(connection, table, subject.naming(secret))
        connection.execute(
            f"delete from {SCHEMA}.{table} where {KEY} not in (select {key_sql(table, '')} from raw.{table})"
        )


def _clean(connection: duckdb.DuckDBPyConnection, table: str, naming: Naming) -> None:
    """What names the person in rows that stay, and in the keys by which they are known in raw."""
    for order in naming.orders:
        connection.execute(f"update {SCHEMA}.{table} set {KEY} = ? where {KEY} = ?", [naming.alias(order), order])
    described = column_types(connection, f"{SCHEMA}.{table}")
    texts = [name for name, kind in described.items() if kind == "VARCHAR" and name != LOAD_ID]
    clean_table(connection, f"{SCHEMA}.{table}", texts, naming)


def kept_row_count(connection: duckdb.DuckDBPyConnection, source: Source, subject: Subject) -> int:
    """How many kept rows are the person's."""
    counts = [
        one_row(connection, f"select count(*) from {SCHEMA}.{table} where {is_persons}", {"ids": list(subject.ids)})[0]
        for table, is_persons, _ in _conditions(connection, source)
    ]
    return sum(counts)


def _conditions(connection: duckdb.DuckDBPyConnection, source: Source) -> Iterator[tuple[str, str, str | None]]:
    """Each table with the condition for a person's rows in it, and the column that is emptied in them."""
    for kind in source.files:
        columns = connection.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?", [SCHEMA, kind.rows_are]
        ).fetchall()
        names = tuple(name for (name,) in columns)
        if not {column.lower() for column in kind.columns} <= {name.lower() for name in names} or not names:
            continue  # no file of this kind was loaded
        found = customer_sql(kind, names)
        if found:
            yield kind.rows_are, f"coalesce(list_has_any($ids, {customer_id_forms_sql(found[0])}), false)", found[1]
