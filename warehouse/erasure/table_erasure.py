"""A person's rows in a DuckDB file: removed, and orders kept as orders of nobody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.rows import columns_of_tables
from warehouse.erasure.table_cleaning import clean_table
from warehouse.loading.row_checks import row_hash_sql
from warehouse.privacy.naming import Naming, orders_holding
from warehouse.privacy.subject import Subject
from warehouse.tables.contract import Table, load_contract
from warehouse.values.id_readings import customer_id_forms_sql

ERASED_REASON = "erased on request"
_CUSTOMER_COLUMN = re.compile(r"(^|_)customer_id(_left|_right)?$")
_NOTHING = "[^\\s\\S]"  # a regular expression that nothing matches
_GUEST = {"is_guest": "true", "is_purchase": "false"}  # what an order of nobody says of itself
_FEWER_LOADED = (
    "rows_read = rows_read - $count, rows_loaded = rows_loaded - $count, "
    "rows_new = greatest(rows_new - $count, 0), rows_corrected = rows_loaded - $count - greatest(rows_new - $count, 0)"
)


def erase_raw(
    connection: duckdb.DuckDBPyConnection, subject: Subject, quarantined: list[tuple[str, int]], secret: bytes
) -> Counter[str]:
    """Erase the person from raw and the quarantine; rows read still equal rows loaded, quarantined and known.

    Parameters
    ----------
    quarantined
        Fingerprint of a landed file, and number of a record in it that is the person's.
    """
    counts: Counter[str] = Counter()
    for name, table in load_contract().tables.items():
        if "customer_id" in table.columns and name != "orders":
            counts["rows_erased"] += _delete_raw(connection, name, "list_contains(?, customer_id)", subject.ids)
    for name, (key, values) in subject.belongings.items():
        nobody = "coalesce(customer_id, '') = '' and " if "customer_id" in load_contract().tables[name].columns else ""
        counts["rows_erased"] += _delete_raw(connection, name, f"{nobody}list_contains(?, {key})", values)
    naming = subject.naming(secret)
    for name, table in load_contract().tables.items():
        texts = [column for column, spec in table.columns.items() if spec.type == "text" and column != "customer_id"]
        changed = clean_table(connection, f"raw.{name}", texts, naming)
        for column, values in changed.items():
            _rehash(connection, name, table, column, values)
        counts["texts_cleaned"] += sum(map(len, changed.values()))
    orders = connection.execute(
        "update raw.orders set customer_id = null where list_contains(?, customer_id) returning order_id",
        [list(subject.ids)],
    ).fetchall()
    _rehash(connection, "orders", load_contract().tables["orders"], "order_id", [order for (order,) in orders])
    counts["orders_made_anonymous"] += len(orders)
    counts["rows_erased"] += _empty_quarantined(connection, subject, quarantined)
    return counts


def erase_everywhere(connection: duckdb.DuckDBPyConnection, subject: Subject, secret: bytes) -> Counter[str]:
    """Erase the person from every table of a file, raw aside; counts of rows by what became of them."""
    counts: Counter[str] = Counter()
    tables = {f'{schema}."{table}"': types for (schema, table), types in columns_of_tables(connection).items()}
    orders = set(subject.named_orders)
    for place, types in tables.items():
        if {"order_id", "customer_id"} <= set(_texts(types)):
            orders |= _named_orders(connection, place, subject)
    naming = replace(subject, named_orders=tuple(sorted(orders))).naming(secret)
    for place, types in tables.items():
        counts += _erase_table(connection, place, types, subject, naming)
    return counts


def _texts(types: dict[str, str]) -> list[str]:
    return [name for name, kind in types.items() if kind == "VARCHAR"]


def _erase_table(
    connection: duckdb.DuckDBPyConnection, place: str, types: dict[str, str], subject: Subject, naming: Naming
) -> Counter[str]:
    counts: Counter[str] = Counter()
    columns = _texts(types)
    customers = [name for name in columns if _CUSTOMER_COLUMN.search(name)]
    is_order = {"order_id", "customer_id"} <= set(columns) and "feedback_id" not in columns
    if is_order:
        also = "".join(f", {name} = {value}" for name, value in _GUEST.items() if name in types)
        for name in customers:  # a staged order names its account, too
            anonymous = _changed(
                connection,
                f"update {place} set {name} = null{also} where list_contains($ids, {name})",
                {"ids": list(subject.ids)},
            )
            counts["orders_made_anonymous"] += anonymous if name == "customer_id" else 0
    elif customers:
        found = " or ".join(f"list_contains($ids, {name})" for name in customers)
        counts["rows_erased"] += _changed(connection, f"delete from {place} where {found}", {"ids": list(subject.ids)})
    for key, values in _belonging(columns, subject):
        counts["rows_erased"] += _changed(
            connection, f"delete from {place} where list_contains($values, {key})", {"values": list(values)}
        )
    others = [name for name in columns if name not in customers and not name.startswith("_")]
    counts["rows_erased"] += _erase_texts(connection, place, others, subject, naming)
    return counts


def _belonging(columns: list[str], subject: Subject) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys by which rows without a customer are the person's."""
    if "feedback_id" in columns and "order_id" in columns:
        yield "case when customer_id is null then order_id end", subject.order_ids
    if "subscription_id" in columns and "customer_id" not in columns:
        yield "subscription_id", subject.subscription_ids


def _erase_texts(
    connection: duckdb.DuckDBPyConnection, place: str, columns: list[str], subject: Subject, naming: Naming
) -> int:
    """Texts that name the person: kept rows of failed checks go, elsewhere the words are redacted."""
    if place == 'quality."failing_rows"':
        keys = "row_content ->> '$.customer_id', row_content ->> '$.source_customer_id'"
        found = f"list_has_any([{keys}], $ids) or list_contains($orders, row_content ->> '$.order_id')"
        named = {"ids": list(subject.ids), "orders": sorted(naming.orders)}
        count = _changed(connection, f"delete from {place} where {found}", named)
        pattern = subject.pattern()
        if pattern:
            found = f"delete from {place} where regexp_matches(row_content, $pattern)"
            count += _changed(connection, found, {"pattern": pattern})
        return count
    if place == 'quality."quarantined_rows"':
        return 0
    return sum(map(len, clean_table(connection, place, columns, naming).values()))


def _delete_raw(connection: duckdb.DuckDBPyConnection, name: str, condition: str, values: Sequence[str]) -> int:
    rows = connection.execute(
        f"delete from raw.{name} where {condition} returning _load_id, _is_gone", [list(values)]
    ).fetchall()
    for (load_id, is_gone), count in Counter(rows).items():
        # The counts tell of the file as it stands: without the person's rows.
        fewer = "rows_gone = rows_gone - $count" if is_gone else _FEWER_LOADED
        connection.execute(
            f"update quality.file_loads set {fewer} where load_id = $load and table_name = $name",
            {"count": count, "load": load_id, "name": name},
        )
    return len(rows)


def _empty_quarantined(
    connection: duckdb.DuckDBPyConnection, subject: Subject, quarantined: list[tuple[str, int]]
) -> int:
    """The row stays counted; nothing of what stood in it stays."""
    ids = customer_id_forms_sql("(row_content ->> '$.customer_id')")
    connection.execute("create or replace temp table persons_records (file_sha256 varchar, row_number bigint)")
    if quarantined:
        connection.executemany("insert into persons_records values (?, ?)", quarantined)
    count = _changed(
        connection,
        f"""
        update quality.quarantined_rows
        set reason = $reason, row_content = '{{}}', record_key = null, order_id = null
        where row_content <> '{{}}' and (
            list_has_any($ids, {ids})
            or regexp_matches(row_content, $pattern) or regexp_matches(reason, $pattern)
            or (load_id, table_name, row_number) in (
                select load_id, table_name, row_number
                from persons_records inner join quality.file_loads using (file_sha256)
                where not is_derived
            )
        )
        """,
        {"reason": ERASED_REASON, "ids": list(subject.ids), "pattern": subject.pattern() or _NOTHING},
    )
    connection.execute("drop table persons_records")
    return count


def _named_orders(connection: duckdb.DuckDBPyConnection, place: str, subject: Subject) -> frozenset[str]:
    """Order ids that are made from the person's id."""
    return orders_holding(
        connection.execute(
            f"select distinct order_id, customer_id from {place} where list_contains(?, customer_id)",
            [list(subject.ids)],
        ).fetchall()
    )


def _rehash(connection: duckdb.DuckDBPyConnection, name: str, table: Table, key: str, values: list[str]) -> None:
    """What the loader would compute for the row as it stands: so the rewritten file's row is known."""
    connection.execute(
        f"update raw.{name} set _row_hash = {row_hash_sql(table)} where list_contains(?, {key})", [values]
    )


def _changed(connection: duckdb.DuckDBPyConnection, statement: str, parameters: dict) -> int:
    return one_row(connection, statement, parameters)[0]
