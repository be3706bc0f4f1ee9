"""Landed file → raw: every row is loaded, quarantined with a reason, or recognised as known, and counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.contract import Contract, Table, load_contract
from warehouse.errors import LandingError, SourceError
from warehouse.file_reading import LANDED, ROW_NUMBER, FileContent, read_landed_file
from warehouse.landing import LandedFile
from warehouse.row_checks import checked_rows_sql
from warehouse.source_folders import Source


@dataclass(frozen=True)
class Load:
    """Identity of one reading of one file."""

    load_id: str
    source: Source
    file: LandedFile
    file_sha256: str
    loaded_at: datetime  # UTC, without zone


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
    content = read_landed_file(connection, load.file)
    connection.execute("begin")
    try:
        loads = _load_tables(connection, load, content)
        for table_load in loads:
            _record(connection, load, table_load)
        connection.execute("commit")
    except Exception:
        connection.execute("rollback")
        raise
    return loads


def _load_tables(connection: duckdb.DuckDBPyConnection, load: Load, content: FileContent) -> list[TableLoad]:
    kind = load.file.kind
    _quarantine_unreadable(connection, load, content)
    ignored = _map_rows(connection, load, content)
    main = _load_mapped(connection, load, kind.rows_are, is_derived=False)
    unreadable = len(content.unreadable)
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
        _create_mapped(connection, load, table, derived=True)
        loads.append(_load_mapped(connection, load, table, is_derived=True))
    return loads


def _map_rows(connection: duckdb.DuckDBPyConnection, load: Load, content: FileContent) -> tuple[str, ...]:
    """Make the temporary table ``mapped``; return the columns of the file that nothing uses."""
    kind, contract = load.file.kind, load_contract()
    if load.source.form == "mapped":
        _require_columns(load, content, kind.columns)
        for column in kind.optional_columns:
            if column not in content.columns:
                connection.execute(f'alter table {LANDED} add column "{column}" varchar')
        _create_mapped(connection, load, kind.rows_are, derived=False)
        expected = {*kind.columns, *kind.optional_columns, "line"}
        return tuple(column for column in content.columns if column not in expected)
    known = contract.tables[kind.rows_are].columns
    _require_columns(load, content, tuple(name for name, column in known.items() if column.required))
    by_name = {column.lower(): column for column in content.columns}
    used = {name: by_name[name] for name in known if name in by_name}
    picked = "".join(f', "{column.replace(chr(34), chr(34) * 2)}" as {name}' for name, column in used.items())
    connection.execute(f"create or replace temp table mapped as select {ROW_NUMBER}{picked} from {LANDED}")
    return tuple(column for column in content.columns if column not in used.values())


def _require_columns(load: Load, content: FileContent, needed: tuple[str, ...]) -> None:
    if not content.columns and content.row_count == 0:
        return  # an empty file: nothing to load, nothing to lose
    present = {column.lower() for column in content.columns}
    missing = [column for column in needed if column.lower() not in present and column != "line"]
    if missing:
        raise LandingError(
            f"{load.file.name}: the column {', '.join(missing)} is missing. It has: {', '.join(content.columns)}.",
            "Add the column or mend its name in the header; nothing of the file was loaded.",
        )


def _create_mapped(connection: duckdb.DuckDBPyConnection, load: Load, table: str, *, derived: bool) -> None:
    sql = load.source.mapping_sql(table)
    if derived:  # rows of their own, numbered as they come
        sql = f"select *, row_number() over () as {ROW_NUMBER} from ({sql})"
    try:
        connection.execute(f"create or replace temp table mapped as {sql}")
    except duckdb.Error as error:
        raise SourceError(
            f"{load.source.name}/{table}.sql fails on {load.file.name}: {str(error).splitlines()[0]}",
            "Mend the SELECT; docs/adding-a-source.md says what it may use.",
        ) from error
    _check_mapping(connection, load, table, derived)


def _check_mapping(connection: duckdb.DuckDBPyConnection, load: Load, table: str, derived: bool) -> None:
    columns = {row[0] for row in connection.execute("describe mapped").fetchall()}
    unknown = sorted(columns - set(load_contract().tables[table].columns) - {ROW_NUMBER})
    if unknown or ROW_NUMBER not in columns:
        wrong = f"gives unknown columns {', '.join(unknown)}" if unknown else f"does not give {ROW_NUMBER}"
        raise SourceError(f"{load.source.name}/{table}.sql {wrong}.", "See warehouse/contract.yml.")
    if derived:
        return
    lost = connection.execute(
        f"select (select count(*) from {LANDED}) - count(distinct {ROW_NUMBER}), count(*) from mapped"
    ).fetchone()
    landed_count = connection.execute(f"select count(*) from {LANDED}").fetchone()[0]
    if lost[0] != 0 or lost[1] != landed_count:
        raise SourceError(
            f"{load.source.name}/{table}.sql gives {lost[1]} rows for the {landed_count} rows of {load.file.name}.",
            f"Give exactly one row per row of `landed`, with its {ROW_NUMBER}; filter later, in the marts.",
        )


def _load_mapped(connection: duckdb.DuckDBPyConnection, load: Load, name: str, *, is_derived: bool) -> TableLoad:
    """Judge the rows of ``mapped`` (temporary table ``judged``) and put each where it belongs."""
    contract = load_contract()
    table = contract.tables[name]
    _judge(connection, contract, table, name, load)
    columns = ", ".join(table.columns)
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


def _judge(connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, name: str, load: Load) -> None:
    given = {row[0] for row in connection.execute("describe mapped").fetchall()} - {ROW_NUMBER}
    key = ", ".join(table.key)
    connection.execute(
        f"create or replace temp table checked as {checked_rows_sql(contract, table, given, 'mapped')}",
        {"loaded_at": load.loaded_at} if table.event_time else {},
    )
    key_text = " || ' / ' || ".join(table.key)
    connection.execute(f"""
        create or replace temp table judged as
        with newest_known as (
            select {key}, _row_hash as known_hash
            from (
                select {key}, _row_hash,
                    row_number() over (partition by {key} order by _loaded_at desc, _row_number desc) as age
                from raw.{name}
                where ({key}) in (select ({key}) from checked where _reason is null)
            )
            where age = 1
        ),
        ranked as (
            select *,
                row_number() over (partition by {key}, _reason is null order by _row_number) as occurrence,
                first_value(_row_number) over (partition by {key}, _reason is null order by _row_number) as first_row,
                first_value(_row_hash) over (partition by {key}, _reason is null order by _row_number) as first_hash
            from checked
        )
        select r.* exclude (_reason, occurrence, first_row, first_hash),
            case
                when _reason is not null then _reason
                when occurrence > 1 and _row_hash <> first_hash
                    then concat('{key}: ', {key_text}, ' stands already in row ', first_row, ' with other values')
            end as _reason,
            case
                when _reason is not null or (occurrence > 1 and _row_hash <> first_hash) then 'quarantined'
                when occurrence > 1 or k.known_hash = r._row_hash then 'already_loaded'
                else 'loaded'
            end as outcome
        from ranked as r left join newest_known as k using ({key})
    """)


def _quarantine_unreadable(connection: duckdb.DuckDBPyConnection, load: Load, content: FileContent) -> None:
    for row in content.unreadable:
        connection.execute(
            "insert into quality.quarantined_rows values (?, ?, ?, ?, ?, to_json({'record': ?}), ?)",
            [
                load.load_id,
                load.file.name,
                row.row_number,
                load.file.kind.rows_are,
                row.reason,
                row.content,
                load.loaded_at,
            ],
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
