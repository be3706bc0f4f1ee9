"""Rows that are gone: what a hand-in says by leaving them out, noted in raw as versions of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.errors import FileRefused
from warehouse.loading.judging import JUDGED
from warehouse.loading.load import Load
from warehouse.tables.contract import Table, load_contract
from warehouse.tables.newest_versions import newest_versions
from warehouse.tables.raw_tables import LINEAGE_COLUMNS

_HANDED_IN = "handed_in_keys"
_LINES = "order_items"


@dataclass(frozen=True)
class Gone:
    """How many rows a file says are gone, and how one knows; or why nothing is taken as gone."""

    count: int = 0
    why: str = ""


def begin_hand_in(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the keys of the former hand-in."""
    connection.execute(
        f"create or replace temp table {_HANDED_IN} "
        "(load_id varchar, table_name varchar, key varchar, order_id varchar, is_unchanged boolean)"
    )


def note_keys(connection: duckdb.DuckDBPyConnection, load: Load) -> None:
    """Note which keys the rows of a file have, just classified; those of refused ones as well: they are not missing."""
    name = load.file.kind.rows_are
    table = load_contract().tables[name]
    connection.execute(
        f"insert into {_HANDED_IN} select $load_id, $name, {_key(table)}, {'order_id' if name == _LINES else 'null'}, "
        f"is_unchanged from {JUDGED} where {' and '.join(f'{column} is not null' for column in table.key)}",
        {"load_id": load.load_id, "name": name},
    )


def take_out_lines(connection: duckdb.DuckDBPyConnection, load: Load, former_names: Collection[str]) -> Gone:
    """Lines that are gone: their order stands in the file again, with a line unchanged, and without them.

    A file that brings changed lines only takes nothing away, nor do lines of other files go.

    Parameters
    ----------
    former_names
        Where the files stand that were handed in under the same name.
    """
    table = load_contract().tables[_LINES]
    repeated = (
        f"select order_id from {_HANDED_IN} where load_id = $load_id and table_name = $name and is_unchanged "
        "and order_id is not null"
    )
    known = (
        f"(select * from raw.{_LINES} where _arrival_number < $arrival_number and order_item_id in "
        f"(select order_item_id from raw.{_LINES} where order_id in ({repeated})))"
    )
    found = f"order_id in ({repeated}) and list_contains($file_names, _file_name) and {_is_missing(table)}"
    values = load.lineage | {"name": _LINES, "file_names": sorted(former_names)}
    count = insert_gone(connection, _LINES, known, found, values)
    return Gone(count, "their orders stand in the file again without them" if count else "")


def take_out_missing(
    connection: duckdb.DuckDBPyConnection, load: Load, of_kind: Sequence[str], maximum_share: float | None
) -> Gone:
    """Rows that a full export lacks.

    Parameters
    ----------
    load
        Of the last file of the export.
    of_kind
        Names of the files that are or were such exports.
    maximum_share
        The largest share of the rows that may go; None: any.

    Raises
    ------
    FileRefused
        If it would take more away.
    """
    name = load.file.kind.rows_are
    table = load_contract().tables[name]
    known = f"(select * from raw.{name} where _arrival_number <= $arrival_number)"
    values = load.lineage | {"name": name, "file_names": sorted(of_kind)}
    if maximum_share is not None:
        _refuse_collapse(connection, load, known, values, maximum_share)
    found = f"list_contains($file_names, _file_name) and {_is_missing(table)}"
    count = insert_gone(connection, name, known, found, values)
    return Gone(count, "the full export lacks them" if count else "")


def insert_gone(connection: duckdb.DuckDBPyConnection, name: str, known: str, found: str, values: dict) -> int:
    """Note as gone what of a raw table fits a condition; return how many rows that are.

    Parameters
    ----------
    known
        SQL of the rows whose newest versions are looked at, in brackets.
    found
        The condition.
    values
        The load's lineage, and what the condition takes.
    """
    table = load_contract().tables[name]
    columns = ", ".join(table.columns)
    # The values are those of the version that ends.
    [(count,)] = connection.execute(
        f"insert into raw.{name} ({columns}, {', '.join(LINEAGE_COLUMNS)}) "
        f"select {columns}, $load_id, $file_name, 0, 'gone', $loaded_at, $arrival_number, true "
        f"from ({newest_versions(known, table.key)}) as newest where {found}",
        values,
    ).fetchall()
    return count


def _refuse_collapse(
    connection: duckdb.DuckDBPyConnection, load: Load, known: str, values: dict, maximum_share: float
) -> None:
    name = values["name"]
    table = load_contract().tables[name]
    counted = {key: values[key] for key in ("arrival_number", "file_names", "name")}
    there, missing = one_row(
        connection,
        f"select count(*), count(*) filter ({_is_missing(table)}) "
        f"from ({newest_versions(known, table.key)}) as newest where list_contains($file_names, _file_name)",
        counted,
    )
    if missing > maximum_share * there:
        raise FileRefused(
            f"{load.file.name} is a full export, and it would take {missing:,} of {there:,} rows of {name} away: more "
            f"than {maximum_share:.0%} of them are missing in it. Nothing of what was handed in with it was loaded.",
            "If the export was cut off, hand in a whole one. If the rows are really gone, load it once with "
            "CLIENTELE_FULL_EXPORT_GONE_SHARE_MAXIMUM=1.",
            load.file.name,
        )


def _key(table: Table) -> str:
    return f"concat_ws(chr(31), {', '.join(f'{column}::varchar' for column in table.key)})"


def _is_missing(table: Table) -> str:
    return f"{_key(table)} not in (select key from {_HANDED_IN} where table_name = $name)"
