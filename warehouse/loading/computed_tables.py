"""Tables that are computed from accepted rows (`also_give`): heads of receipts, products, customers.

What a file has to do with is recomputed from the rows of all files: the heads that its rows belong to, and those that
they belonged to before. A head that has no rows any more is gone.
"""

from __future__ import annotations

import duckdb

from warehouse.loading.accepted_rows import is_kept, one_text, show_all, show_here, show_touched
from warehouse.loading.gone import insert_gone
from warehouse.loading.load import Load
from warehouse.loading.source_selects import map_accepted
from warehouse.tables.contract import Table, load_contract
from warehouse.values.text_checks import without_blanks

_HEADS = "touched_heads"


def map_computed(connection: duckdb.DuckDBPyConnection, load: Load, name: str) -> None:
    """Make ``mapped`` for a computed table, from the rows that `warehouse.loading.accepted_rows` keeps.

    Raises
    ------
    SourceError
        If the SELECT fails.
    """
    table = load_contract().tables[name]
    connection.execute(f"create or replace temp table {_HEADS} (head varchar, compared varchar)")
    if not is_kept(connection, load.file.kind.rows_are, besides=load.load_id):
        show_here(connection)
        map_accepted(connection, load, name)
        return
    show_touched(connection)
    map_accepted(connection, load, name)
    # Nothing is something of its own.
    heads = f"concat_ws(chr(31), {', '.join(f'coalesce({column}::varchar, chr(30))' for column in table.key)})"
    connection.execute(f"insert into {_HEADS} select distinct {heads}, {_compared_in_mapped(table)} from mapped")
    if _is_told_by_rows(connection, load, table):
        show_all(connection, load, f"{_compared(table, '')} in (select compared from {_HEADS})")
    else:
        show_all(connection, load)
    map_accepted(connection, load, name)
    connection.execute(f"delete from mapped where {heads} not in (select head from {_HEADS})")


def take_out_empty_heads(connection: duckdb.DuckDBPyConnection, load: Load, name: str) -> int:
    """Note as gone what the file has to do with and has no rows any more; return how many that are."""
    table = load_contract().tables[name]
    known = f"(select * from raw.{name} where {_compared(table, '')} in (select compared from {_HEADS}))"
    made = f"select {_compared_in_mapped(table)} as made from mapped where made is not null"
    return insert_gone(connection, name, known, f"{_compared(table, '')} not in ({made})", load.lineage)


def _is_told_by_rows(connection: duckdb.DuckDBPyConnection, load: Load, table: Table) -> bool:
    """Whether a head's key stands in the contract's columns of its rows, so that the rows of a head can be found.

    Otherwise (a customer whose id is no column of an order's line) all rows are looked at.
    """
    if not set(table.key) <= load_contract().tables[load.file.kind.rows_are].columns.keys():
        return False
    strange = connection.execute(
        f"select 1 from {_HEADS} where compared not in "
        f"(select {_compared(table, 'contract_row.')} as row_key from accepted where row_key is not null) limit 1"
    )
    return not strange.fetchall()


def _compared(table: Table, prefix: str) -> str:
    """SQL of the key of a contract row as one text, in capitals: SELECTs change the case of keys."""
    return one_text(f"upper({prefix}{column}::varchar)" for column in table.key)


def _compared_in_mapped(table: Table) -> str:
    """The same of a mapped row, which is not trimmed yet."""
    return one_text(f"upper({without_blanks(f'{column}::varchar')})" for column in table.key)
