"""Landed file → raw: every row is loaded, quarantined with a reason, or recognised as known, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.errors import FileRefused, LandingError
from warehouse.base.rows import insert_rows
from warehouse.base.transactions import transaction
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.loading.accepted_rows import keep_accepted
from warehouse.loading.computed_tables import map_computed, take_out_empty_heads
from warehouse.loading.gone import Gone
from warehouse.loading.judging import JUDGED, comes_in_order, judge, lost_columns, rekeyed_key
from warehouse.loading.load import Load
from warehouse.loading.mapping import map_rows
from warehouse.loading.quarantine import quarantine_judged, quarantine_unreadable, quarantined_orders
from warehouse.loading.source_selects import landed_number
from warehouse.loading.value_notes import ValueNote, note_values, noted_count
from warehouse.reading.file_reading import LANDED, FileContent, read_landed_file
from warehouse.tables.contract import load_contract
from warehouse.tables.own_tables import own_tables
from warehouse.tables.raw_tables import LINEAGE_COLUMNS


@dataclass(frozen=True)
class TableLoad:
    """What became of the rows of one file in one contract table: read = loaded + quarantined + already loaded."""

    file_name: str
    table_name: str
    is_derived: bool
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_already_loaded: int
    rows_landed: int | None = None  # records of the file; one may give several rows. None where rows are computed
    quarantined_orders: tuple[str, ...] = ()  # orders that lack lines because of it
    ignored_columns: tuple[str, ...] = ()
    rows_new: int = 0
    rows_corrected: int = 0  # of those loaded; the rest is new
    rows_superseded: int = 0  # of those already loaded: older states of a row of the same file
    rows_rekeyed: int = 0  # of those corrected or superseded: about another customer, order or day
    rekeyed_key: str = ""  # the first of these
    rows_gone: int = 0
    notes: tuple[ValueNote, ...] = ()
    values_emptied: int = 0
    values_rounded: int = 0
    why_gone: str = ""
    lost_columns: tuple[tuple[str, int], ...] = ()  # with the number of rows whose value they leave empty


def load_file(connection: duckdb.DuckDBPyConnection, load: Load) -> list[TableLoad]:
    """Load one file in one transaction and write its counts to ``quality.file_loads``.

    Raises
    ------
    LandingError
        If the file as a whole does not fit; then nothing of it is loaded.
    SourceError
        If a mapping of the source is wrong.
    """
    # Before the transaction: what one has written itself DuckDB reads on one core.
    content = _read(connection, load)
    with transaction(connection), _refusing_want_of_memory(load):
        loads = _load_tables(connection, load, content, None)
        for table_load in loads:
            record_load(connection, load, table_load)
    return loads


def read_file(
    connection: duckdb.DuckDBPyConnection, load: Load, say_gone: Callable[[int], Gone] | None = None
) -> list[TableLoad]:
    """Load one file without counting it yet; the caller holds the transaction.

    Parameters
    ----------
    say_gone
        Notes which rows the file says are gone, once its rows are classified and loaded and before tables are computed
        from them. Takes the number of records that could not be split into fields.

    Raises
    ------
    LandingError, SourceError
        As `load_file`.
    """
    content = _read(connection, load)
    with _refusing_want_of_memory(load):
        return _load_tables(connection, load, content, say_gone)


def judge_file(connection: duckdb.DuckDBPyConnection, load: Load) -> int:
    """Classify the rows of a file (temporary view ``judged``) and load nothing; the number of unreadable records."""
    content = _read(connection, load)
    with _refusing(load):
        map_rows(connection, load, content)
        judge(connection, load, load.file.kind.rows_are, content.delimiter)
    return content.unreadable_count


@contextmanager
def _refusing(load: Load) -> Iterator[None]:
    """Name the file that an error is about."""
    try:
        yield
    except LandingError as error:
        raise FileRefused(error.message, error.what_to_do, load.file.name) from error


@contextmanager
def _refusing_want_of_memory(load: Load) -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise LandingError(
            f"{load.file.name} needs more memory than DuckDB may take, or more disk than is left: "
            f"{str(error).splitlines()[0][:200]}",
            "Raise CLIENTELE_MEMORY_LIMIT or split the file; nothing of it was loaded.",
        ) from error


def _read(connection: duckdb.DuckDBPyConnection, load: Load) -> FileContent:
    tokens = (*load_contract().missing_tokens, *load.source.missing_tokens) if load.source.form == "mapped" else ()
    with _refusing(load):
        return read_landed_file(connection, load.file, load.unpacked_limit_bytes, tokens)


def _load_tables(
    connection: duckdb.DuckDBPyConnection,
    load: Load,
    content: FileContent,
    say_gone: Callable[[int], Gone] | None,
) -> list[TableLoad]:
    kind = load.file.kind
    if content.unreadable_count:
        quarantine_unreadable(connection, load)
    with _refusing(load):
        ignored = map_rows(connection, load, content)
        main = _load_mapped(connection, load, kind.rows_are, content.delimiter, is_derived=False)
    unreadable = content.unreadable_count
    gone = say_gone(unreadable) if say_gone else Gone()
    loads = [
        replace(
            main,
            rows_read=main.rows_read + unreadable,
            rows_quarantined=main.rows_quarantined + unreadable,
            rows_gone=gone.count,
            why_gone=gone.why,
            ignored_columns=ignored,
            rows_landed=content.row_count,
        )
    ]
    if kind.also_give:
        keep_accepted(connection, load)
    for table in kind.also_give:
        map_computed(connection, load, table)
        computed = _load_mapped(connection, load, table, None, is_derived=True)
        gone_count = take_out_empty_heads(connection, load, table)
        loads.append(replace(computed, rows_gone=gone_count, why_gone="they have no rows any more"))
    return loads


def _load_mapped(
    connection: duckdb.DuckDBPyConnection, load: Load, name: str, delimiter: str | None, *, is_derived: bool
) -> TableLoad:
    """Classify the rows of ``mapped`` (temporary view ``judged``) and put each where it belongs."""
    readings = judge(connection, load, name, delimiter)
    notes = note_values(connection, load, name, readings)
    columns = ", ".join(load_contract().tables[name].columns)
    number = ROW_NUMBER if is_derived else landed_number(connection)
    joined = f" inner join (select {ROW_NUMBER}, {number} from {LANDED}) using ({ROW_NUMBER})"
    judged = f"{JUDGED}{joined if number != ROW_NUMBER else ''}"
    # To sort all rows of a large file costs as much as to write them, and they are mostly sorted already.
    ordered = "" if comes_in_order(connection, load) and number == ROW_NUMBER else f" order by {ROW_NUMBER}"
    connection.execute(
        f"insert into raw.{name} ({columns}, {', '.join(LINEAGE_COLUMNS)}) "
        f"select {columns}, $load_id, $file_name, {number}, _row_hash, $loaded_at, $arrival_number, false "
        f"from {judged} where outcome = 'loaded'{ordered}",
        load.lineage,
    )
    quarantine_judged(connection, load, name, "mapped" if is_derived else LANDED, number)
    return replace(
        _counted(connection, load, name, is_derived=is_derived),
        notes=notes,
        values_emptied=noted_count(notes, "emptied"),
        values_rounded=noted_count(notes, "rounded"),
    )


def _counted(connection: duckdb.DuckDBPyConnection, load: Load, name: str, *, is_derived: bool) -> TableLoad:
    read, loaded, quarantined, known, corrected, superseded, rekeyed = one_row(
        connection,
        "select count(*), count(*) filter (outcome = 'loaded'), count(*) filter (outcome = 'quarantined'), "
        "count(*) filter (outcome = 'already_loaded'), count(*) filter (is_corrected), "
        f"count(*) filter (is_superseded), count(*) filter (is_rekeyed) from {JUDGED}",
    )
    return TableLoad(
        file_name=load.file.name,
        table_name=name,
        is_derived=is_derived,
        rows_read=read,
        rows_loaded=loaded,
        rows_quarantined=quarantined,
        rows_already_loaded=known,
        quarantined_orders=quarantined_orders(connection, name) if quarantined else (),
        rows_new=loaded - corrected,
        rows_corrected=corrected,
        rows_superseded=superseded,
        rows_rekeyed=rekeyed,
        rekeyed_key=rekeyed_key(connection, name) if rekeyed else "",
        lost_columns=lost_columns(connection, name) if corrected else (),
    )


def record_load(connection: duckdb.DuckDBPyConnection, load: Load, result: TableLoad) -> None:
    """Write the counts of a file and table to ``quality.file_loads``."""
    row = {
        **asdict(result),
        "load_id": load.load_id,
        "source": load.source.name,
        "file_sha256": load.file_sha256,
        "loaded_at": load.loaded_at,
        "arrival_number": load.arrival_number,
        "arrived_at": load.arrived_at,
        "hand_in": load.hand_in,
        "ignored_columns": ", ".join(result.ignored_columns),
        "lost_columns": ", ".join(f"{column} ({count:,})" for column, count in result.lost_columns),
    }
    columns = [column.name for table in own_tables("quality") if table.name == "file_loads" for column in table.columns]
    insert_rows(connection, "quality.file_loads", [{name: row.get(name) for name in columns}])
