"""A person's rows in a DuckDB file: removed, and orders kept as orders of nobody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import duckdb

from warehouse.contract import Table, load_contract
from warehouse.id_readings import customer_id_forms_sql
from warehouse.privacy.secret import keyed_hash
from warehouse.privacy.subject import Subject
from warehouse.row_checks import row_hash_sql

ERASED = "[erased]"
ERASED_REASON = "erased on request"
_CUSTOMER_COLUMN = re.compile(r"(^|_)customer_id(_left|_right)?$")
_NOTHING = "[^\\s\\S]"  # a regular expression that nothing matches
_GUEST = {"is_guest": "true", "is_purchase": "false"}  # what an order of nobody says of itself
_FEWER_LOADED = (
    "rows_read = rows_read - $count, rows_loaded = rows_loaded - $count, "
    "rows_new = greatest(rows_new - $count, 0), rows_corrected = rows_loaded - $count - greatest(rows_new - $count, 0)"
)
_ORDER_COLUMN = re.compile(r"(^|_)order(_item)?_id$")


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
    renamed = _renamed_orders(connection, "raw.orders", subject, secret)
    for old, new in renamed.items():
        connection.execute(
            "update raw.order_items set order_id = $new, order_item_id = replace(order_item_id, $old, $new) "
            "where order_id = $old",
            {"old": old, "new": new},
        )
        connection.execute("update raw.orders set order_id = $new where order_id = $old", {"old": old, "new": new})
    _rehash(connection, "order_items", load_contract().tables["order_items"], "order_id", list(renamed.values()))
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
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = current_database() and not temporary order by all"
    ).fetchall()
    texts: dict[str, list[str]] = {}
    for schema, table in tables:
        described = connection.execute(f'describe {schema}."{table}"').fetchall()
        texts[f'{schema}."{table}"'] = [row[0] for row in described if row[1] == "VARCHAR"]
    renamed: dict[str, str] = {}
    for place, columns in texts.items():
        if {"order_id", "customer_id"} <= set(columns):
            renamed |= _renamed_orders(connection, place, subject, secret)
    for place, columns in texts.items():
        counts += _erase_table(connection, place, columns, subject, renamed)
    return counts


def _erase_table(
    connection: duckdb.DuckDBPyConnection, place: str, columns: list[str], subject: Subject, renamed: dict[str, str]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    customers = [name for name in columns if _CUSTOMER_COLUMN.search(name)]
    is_order = {"order_id", "customer_id"} <= set(columns) and "feedback_id" not in columns
    if is_order:
        known = {row[0] for row in connection.execute(f"describe {place}").fetchall()}
        also = "".join(f", {name} = {value}" for name, value in _GUEST.items() if name in known)
        counts["orders_made_anonymous"] += _changed(
            connection,
            f"update {place} set customer_id = null{also} where list_contains($ids, customer_id)",
            {"ids": list(subject.ids)},
        )
    elif customers:
        found = " or ".join(f"list_contains($ids, {name})" for name in customers)
        counts["rows_erased"] += _changed(connection, f"delete from {place} where {found}", {"ids": list(subject.ids)})
    for key, values in _belonging(columns, subject):
        counts["rows_erased"] += _changed(
            connection, f"delete from {place} where list_contains($values, {key})", {"values": list(values)}
        )
    for old, new in renamed.items():
        values = {"old": old, "new": new}
        if {"order_id", "order_item_id"} <= set(columns):
            items = f"update {place} set order_item_id = replace(order_item_id, $old, $new) where order_id = $old"
            connection.execute(items, values)
        for name in filter(_ORDER_COLUMN.search, columns):
            connection.execute(f"update {place} set {name} = $new where {name} = $old", values)
    counts["rows_erased"] += _erase_texts(
        connection, place, [name for name in columns if name not in customers], subject
    )
    return counts


def _belonging(columns: list[str], subject: Subject) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys by which rows without a customer are the person's."""
    if "feedback_id" in columns and "order_id" in columns:
        yield "case when customer_id is null then order_id end", subject.order_ids
    if "subscription_id" in columns and "customer_id" not in columns:
        yield "subscription_id", subject.subscription_ids


def _erase_texts(connection: duckdb.DuckDBPyConnection, place: str, columns: list[str], subject: Subject) -> int:
    """Texts that name the person: kept rows of failed checks go, elsewhere the words are blotted out."""
    if place == 'quality."failing_rows"':
        keys = "row_content ->> '$.customer_id', row_content ->> '$.source_customer_id'"
        ids = {"ids": list(subject.ids)}
        count = _changed(connection, f"delete from {place} where list_has_any([{keys}], $ids)", ids)
        pattern = subject.pattern()
        if pattern:
            found = f"delete from {place} where regexp_matches(row_content, $pattern)"
            count += _changed(connection, found, {"pattern": pattern})
        return count
    if place == 'quality."quarantined_rows"' or not (pattern := subject.pattern()):
        return 0
    count = 0
    for name in columns:
        count += _changed(
            connection,
            f'update {place} set "{name}" = regexp_replace("{name}", $pattern, $erased, \'g\') '
            f'where regexp_matches("{name}", $pattern)',
            {"pattern": pattern, "erased": ERASED},
        )
    return count


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


def _renamed_orders(
    connection: duckdb.DuckDBPyConnection, place: str, subject: Subject, secret: bytes
) -> dict[str, str]:
    """Order ids that are made from the person's id, and what takes their place."""
    rows = connection.execute(
        f"select distinct order_id, customer_id from {place} where list_contains(?, customer_id)", [list(subject.ids)]
    ).fetchall()
    return {
        order: f"erased-{keyed_hash(secret, order)[:20]}"
        for order, customer in rows
        if re.search(rf"(?<![0-9A-Za-z]){re.escape(customer)}(?![0-9A-Za-z])", order or "")
    }


def _rehash(connection: duckdb.DuckDBPyConnection, name: str, table: Table, key: str, values: list[str]) -> None:
    """What the loader would compute for the row as it stands: so the rewritten file's row is known."""
    connection.execute(
        f"update raw.{name} set _row_hash = {row_hash_sql(table)} where list_contains(?, {key})", [values]
    )


def _changed(connection: duckdb.DuckDBPyConnection, statement: str, parameters: dict) -> int:
    return connection.execute(statement, parameters).fetchone()[0]
