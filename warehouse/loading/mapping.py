"""A landed file's rows in the shape of a contract table: the temporary relation ``mapped``."""

from __future__ import annotations

import duckdb

from warehouse.base.errors import LandingError
from warehouse.files.csv_header import ROW_NUMBER, shown_names
from warehouse.loading.load import Load
from warehouse.loading.source_selects import map_landed
from warehouse.reading.file_reading import LANDED, FileContent
from warehouse.tables.contract import load_contract


def map_rows(connection: duckdb.DuckDBPyConnection, load: Load, content: FileContent) -> tuple[str, ...]:
    """Make the temporary relation ``mapped``; return the columns of the file that nothing uses."""
    kind, contract = load.file.kind, load_contract()
    if load.source.form == "mapped":
        _require_columns(load, content, kind.columns)
        if kind.format != "json":  # whose SELECT may take lists and structures apart
            _refuse_nested(load, content, (*kind.columns, *kind.optional_columns))
        present = {column.lower() for column in content.columns}
        for column in kind.optional_columns:
            if column.lower() not in present:
                connection.execute(f'alter table {LANDED} add column "{column}" varchar')
        map_landed(connection, load)
        expected = {column.lower() for column in (*kind.columns, *kind.optional_columns, "line")}
        return tuple(column for column in content.columns if column.lower() not in expected)
    known = contract.tables[kind.rows_are].columns
    _require_columns(load, content, tuple(name for name, column in known.items() if column.required))
    _refuse_nested(load, content, tuple(known))
    by_name = {column.lower(): column for column in content.columns}
    used = {name: by_name[name] for name in known if name in by_name}
    picked = "".join(f', "{column.replace(chr(34), chr(34) * 2)}" as {name}' for name, column in used.items())
    connection.execute(f"create or replace temp view mapped as select {ROW_NUMBER}{picked} from {LANDED}")
    return tuple(column for column in content.columns if column not in used.values())


def _require_columns(load: Load, content: FileContent, needed: tuple[str, ...]) -> None:
    if not content.columns and content.row_count == 0:
        return  # an empty file: nothing to load, nothing to lose
    present = {column.lower() for column in content.columns}
    missing = [column for column in needed if column.lower() not in present and column != "line"]
    if not missing:
        return
    if len(missing) == len(needed) and present.isdisjoint(_known_columns(load)):
        # What stands in the first line may be somebody's data: it is not shown.
        raise LandingError(
            f"{load.file.name}: the column {', '.join(missing)} is missing: the first line names none of the columns "
            f"of {load.file.kind.rows_are}. The file may have no header, or lines above it.",
            "Put the names of the columns into the first line; nothing of the file was loaded.",
        )
    raise LandingError(
        f"{load.file.name}: the column {', '.join(missing)} is missing. It has: {shown_names(content.columns)}.",
        "Add the column or mend its name in the header; nothing of the file was loaded.",
    )


def _known_columns(load: Load) -> set[str]:
    kind = load.file.kind
    of_contract = load_contract().tables[kind.rows_are].columns
    names = (*kind.columns, *kind.optional_columns) if load.source.form == "mapped" else tuple(of_contract)
    return {name.lower() for name in names}


def _refuse_nested(load: Load, content: FileContent, used: tuple[str, ...]) -> None:
    wanted = {name.lower() for name in used}
    nested = [column for column in content.nested_columns if column.lower() in wanted]
    if nested:
        raise LandingError(
            f"{load.file.name}: the column {', '.join(nested)} holds lists or structures, not single values.",
            "Flatten it when exporting: one value per row and column; nothing of the file was loaded.",
        )
