"""What becomes of each mapped row: loaded, quarantined, or known already."""

from __future__ import annotations

import duckdb

from warehouse.contract import load_contract
from warehouse.headers import ROW_NUMBER
from warehouse.mapping import Load
from warehouse.row_checks import checked_rows_sql


def judge(connection: duckdb.DuckDBPyConnection, load: Load, name: str) -> None:
    """Make the temporary table ``judged`` from ``mapped``: typed columns, ``_reason`` and ``outcome`` of each row.

    ``outcome`` is loaded, quarantined (with a reason) or already_loaded (the newest row of that key is the same).
    """
    contract = load_contract()
    table = contract.tables[name]
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
