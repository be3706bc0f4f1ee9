"""Landed file → raw: every row is loaded, quarantined with a reason, or recognised as known, and counted."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.contract import load_contract
from warehouse.errors import LandingError
from warehouse.file_reading import LANDED, UNREADABLE, FileContent, read_landed_file
from warehouse.headers import ROW_NUMBER
from warehouse.judging import judge
from warehouse.mapping import Load, create_mapped, map_rows
from warehouse.transactions import transaction


@dataclass(frozen=True)
class TableLoad:
    """What became of the rows of one file in one contract table; the four counts balance."""

    file_name: str
    table_name: str
    is_derived: bool
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_already_loaded: int
    ignored_columns: tuple[str, ...] = ()


def load_file(connection: duckdb.DuckDBPyConnection, load: Load) -> list[TableLoad]:
    """Load one file in one transaction and write its counts to ``quality.file_loads``.

    Raises
    ------
    LandingError
        If the file as a whole does not fit; then nothing of it is loaded.
    SourceError
        If a mapping of the source is wrong.
    """
    content = read_landed_file(connection, load.file, load.unpacked_limit_bytes)
    try:
        with transaction(connection):
            loads = _load_tables(connection, load, content)
            for table_load in loads:
                _record(connection, load, table_load)
    except duckdb.OutOfMemoryException as error:
        raise LandingError(
            f"{load.file.name} needs more memory than DuckDB may take, or more disk than is left: "
            f"{str(error).splitlines()[0][:200]}",
            "Raise CLIENTELE_MEMORY_LIMIT or split the file; nothing of it was loaded.",
        ) from error
    return loads


def _load_tables(connection: duckdb.DuckDBPyConnection, load: Load, content: FileContent) -> list[TableLoad]:
    kind = load.file.kind
    _quarantine_unreadable(connection, load)
    ignored = map_rows(connection, load, content)
    main = _load_mapped(connection, load, kind.rows_are, is_derived=False)
    unreadable = content.unreadable_count
    loads = [
        TableLoad(
            main.file_name,
            main.table_name,
            False,
            main.rows_read + unreadable,
            main.rows_loaded,
            main.rows_quarantined + unreadable,
            main.rows_already_loaded,
            ignored,
        )
    ]
    if kind.also_give:
        connection.execute(
            f"create or replace temp table accepted as select l.*, j as contract_row from {LANDED} as l "
            f"inner join judged as j using ({ROW_NUMBER}) where j.outcome <> 'quarantined' order by {ROW_NUMBER}"
        )
    for table in kind.also_give:
        create_mapped(connection, load, table, derived=True)
        loads.append(_load_mapped(connection, load, table, is_derived=True))
    return loads


def _load_mapped(connection: duckdb.DuckDBPyConnection, load: Load, name: str, *, is_derived: bool) -> TableLoad:
    """Judge the rows of ``mapped`` (temporary table ``judged``) and put each where it belongs."""
    judge(connection, load, name)
    columns = ", ".join(load_contract().tables[name].columns)
    connection.execute(
        f"insert into raw.{name} ({columns}, _load_id, _file_name, _row_number, _row_hash, _loaded_at) "
        f"select {columns}, $load_id, $file_name, {ROW_NUMBER}, _row_hash, $loaded_at "
        f"from judged where outcome = 'loaded' order by {ROW_NUMBER}",
        {"load_id": load.load_id, "file_name": load.file.name, "loaded_at": load.loaded_at},
    )
    relation = "mapped" if is_derived else LANDED
    connection.execute(
        "insert into quality.quarantined_rows "
        f"select $load_id, $file_name, {ROW_NUMBER}, $table_name, j._reason, to_json(r), $loaded_at "
        f"from judged as j inner join {relation} as r using ({ROW_NUMBER}) "
        f"where j.outcome = 'quarantined' order by {ROW_NUMBER}",
        {"load_id": load.load_id, "file_name": load.file.name, "table_name": name, "loaded_at": load.loaded_at},
    )
    counts = dict(connection.execute("select outcome, count(*) from judged group by outcome").fetchall())
    loaded, quarantined, known = (counts.get(key, 0) for key in ("loaded", "quarantined", "already_loaded"))
    return TableLoad(load.file.name, name, is_derived, loaded + quarantined + known, loaded, quarantined, known)


def _quarantine_unreadable(connection: duckdb.DuckDBPyConnection, load: Load) -> None:
    connection.execute(
        "insert into quality.quarantined_rows "
        "select $load_id, $file_name, row_number, $table_name, reason, to_json({'record': content}), $loaded_at "
        f"from {UNREADABLE} order by row_number",
        {
            "load_id": load.load_id,
            "file_name": load.file.name,
            "table_name": load.file.kind.rows_are,
            "loaded_at": load.loaded_at,
        },
    )


def _record(connection: duckdb.DuckDBPyConnection, load: Load, result: TableLoad) -> None:
    connection.execute(
        "insert into quality.file_loads values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load.load_id,
            load.source.name,
            load.file.name,
            load.file_sha256,
            result.table_name,
            result.is_derived,
            result.rows_read,
            result.rows_loaded,
            result.rows_quarantined,
            result.rows_already_loaded,
            ", ".join(result.ignored_columns),
            load.loaded_at,
        ],
    )
