"""What becomes of each mapped row: loaded, quarantined, or known already."""

from __future__ import annotations

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.rows import column_types
from warehouse.base.time_zones import local_time
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.loading.load import Load
from warehouse.loading.row_checks import ReadingRules, checked_rows_sql
from warehouse.loading.row_states import STATES, rank_states
from warehouse.tables.contract import Table, load_contract
from warehouse.tables.newest_versions import newest_rank
from warehouse.values.column_reading import ColumnReading
from warehouse.values.find_readings import find_readings

CHECKED, KNOWN, MET, JUDGED = "checked", "known_rows", "rows_met_again", "judged"


def judge(
    connection: duckdb.DuckDBPyConnection, load: Load, name: str, delimiter: str | None
) -> dict[str, ColumnReading]:
    """Make the temporary view ``judged`` of ``mapped``: typed columns, ``_reason`` and ``outcome`` of each row.

    ``outcome`` is loaded, quarantined (with a reason) or already_loaded: the newest version of that key among files
    that arrived before is the same, or this file has the same row again or a newer state of it (``is_superseded``).
    ``is_corrected`` are loaded rows that replace one; ``is_rekeyed`` are rows that share their key with a row of
    another customer, order or day.

    Parameters
    ----------
    delimiter
        Of the CSV that the texts of ``mapped`` come from, if they do.

    Returns
    -------
    dict[str, ColumnReading]
        The columns that were not read as they stand.

    Raises
    ------
    LandingError
        If there are several states of one key and the file lacks the column that puts them in order.
    """
    contract = load_contract()
    table = contract.tables[name]
    given = set(column_types(connection, "mapped")) - {ROW_NUMBER}
    readings = find_readings(connection, table, "mapped", delimiter)
    rules = ReadingRules(contract, load.source, readings)
    connection.execute(
        f"create or replace temp table {CHECKED} as {checked_rows_sql(rules, table, given, 'mapped')}",
        {"now": local_time(load.loaded_at, load.source.time_zone)} if table.event_time in given else {},
    )
    _find_known_rows(connection, load, name, table)
    rank_states(connection, load, name, table, CHECKED)
    _show_judged(connection, table)
    return readings


def _show_judged(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Only rows whose key was met before are written down: mostly there is none, and copying all doubles the memory."""
    connection.execute(f"""
        create or replace temp table {MET} as
        select
            c.{ROW_NUMBER},
            case when s.state_rank > 1 or k._row_hash = c._row_hash then 'already_loaded' else 'loaded' end as outcome,
            outcome = 'loaded' and k._row_hash is not null as is_corrected,
            coalesce(k._row_hash = c._row_hash, false) as is_unchanged,
            coalesce(s.state_rank > 1 and s.newest__row_hash <> c._row_hash, false) as is_superseded,
            (is_corrected and ({_is_other(table, "k.")}))
            or (is_superseded and ({_is_other(table, "s.newest_")})) as is_rekeyed
        from {CHECKED} as c
        left join {KNOWN} as k on {" and ".join(f"k.{column} = c.{column}" for column in table.key)}
        left join {STATES} as s on s.{ROW_NUMBER} = c.{ROW_NUMBER}
        where c._reason is null and (k._row_hash is not null or s.state_rank is not null)
    """)
    plain = "case when c._reason is null then 'loaded' else 'quarantined' end"
    flags = ("is_corrected", "is_unchanged", "is_superseded", "is_rekeyed")
    if _are_some_met(connection):
        values = ", ".join(f"coalesce(m.{flag}, false) as {flag}" for flag in flags)
        joined = f"from {CHECKED} as c left join {MET} as m using ({ROW_NUMBER})"
        seen = f"coalesce(m.outcome, {plain}) as outcome, {values} {joined}"
    else:
        values = ", ".join(f"false as {flag}" for flag in flags)
        seen = f"{plain} as outcome, {values} from {CHECKED} as c"
    connection.execute(f"create or replace temp view {JUDGED} as select c.*, {seen}")


def comes_in_order(connection: duckdb.DuckDBPyConnection, load: Load) -> bool:
    """Whether ``judged`` gives the rows in the order of the file: neither a SELECT nor a join stands between them."""
    return load.source.form == "contract" and not _are_some_met(connection)


def _are_some_met(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(connection.execute(f"select 1 from {MET} limit 1").fetchall())


def _find_known_rows(connection: duckdb.DuckDBPyConnection, load: Load, name: str, table: Table) -> None:
    """The newest version of each key of the file, among files that arrived before it; none of what is gone."""
    key = ", ".join(table.key)
    compared = dict.fromkeys((*table.key, *table.steady_columns, *_columns_without_value(connection, table)))
    connection.execute(
        f"""
        create or replace temp table {KNOWN} as
        select * exclude (_age, _is_gone) from (
            select {", ".join(compared)}, _row_hash, _is_gone, {newest_rank(key)} as _age
            from raw.{name}
            where _arrival_number < $arrival_number
                and ({key}) in (select ({key}) from {CHECKED} where _reason is null)
        ) as versions
        where _age = 1 and not _is_gone
        """,
        {"arrival_number": load.arrival_number},
    )


def lost_columns(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[tuple[str, int], ...]:
    """Columns without any value in the file, with the number of rows that it replaces and that have one."""
    table = load_contract().tables[name]
    columns = _columns_without_value(connection, table)
    if not columns:
        return ()
    counts = one_row(
        connection,
        f"select {', '.join(f'count(*) filter (k.{column} is distinct from c.{column})' for column in columns)} "
        f"from {JUDGED} as c inner join {KNOWN} as k using ({', '.join(table.key)}) where c.is_corrected",
    )
    return tuple((column, count) for column, count in zip(columns, counts, strict=True) if count)


def rekeyed_key(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """The key of the first row that shares it with a row of another customer, order or day."""
    key = ", ".join(f"{column}::varchar" for column in load_contract().tables[name].key)
    found = connection.execute(
        f"select concat_ws(' / ', {key}) from {JUDGED} where is_rekeyed order by {ROW_NUMBER} limit 1"
    ).fetchone()
    return found[0] if found else ""


def _columns_without_value(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    """Optional columns that no row of the file gives; what stands in ``checked`` then is nothing, or the default."""
    given = column_types(connection, "mapped")
    optional = [column for column, spec in table.columns.items() if not spec.required and column not in table.key]
    counted = [column for column in optional if column in given]
    if not counted:
        return optional
    values = ", ".join(f"count(nullif(trim({column}::varchar), ''))" for column in counted)
    counts = one_row(connection, f"select {values} from mapped")
    filled = {column for column, count in zip(counted, counts, strict=True) if count}
    return [column for column in optional if column not in filled]


def _is_other(table: Table, prefix: str) -> str:
    """Whether the row of an alias is about something else than the checked row; where either says nothing, not."""
    tests = ["false"]
    for column in table.steady_columns:
        if table.columns[column].type in ("date", "timestamp"):
            tests.append(f"abs(date_diff('day', {prefix}{column}, c.{column})) > 1")
        else:
            tests.append(f"{prefix}{column} <> c.{column}")
    return " or ".join(f"coalesce({test}, false)" for test in tests)
