"""Which loaded tables a source's SELECT reads, and in which order files are therefore loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import duckdb

from warehouse.base.errors import SourceError
from warehouse.tables.contract import load_contract

if TYPE_CHECKING:
    from warehouse.source_definitions.folders import FileKind, Source

NEWEST = "newest"  # the schema of views that stand for raw in SELECTs: newest versions, none of what is gone
_TEXTS_AND_RAW = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/|(\"?\braw\"?)(?=\s*\.)", re.DOTALL | re.IGNORECASE)


@cache
def tables_read(sql: str) -> frozenset[str]:
    """The contract tables that a SELECT reads as `raw.<table>`; none where it cannot be parsed."""
    try:
        with duckdb.connect() as connection:
            names = connection.get_table_names(sql, qualified=True)
    except duckdb.Error:
        return frozenset()  # reported when it is run
    parts = [name.split(" AS ")[0].replace('"', "").lower().split(".") for name in names]
    return frozenset(table for schema, table in (part for part in parts if len(part) > 1) if schema == "raw")


def reading_newest(sql: str) -> str:
    """The SELECT with the newest versions in place of everything in raw."""
    return _TEXTS_AND_RAW.sub(lambda match: NEWEST if match[1] else match[0], sql)


def reads(source: Source, kind: FileKind) -> frozenset[str]:
    """The tables that the SELECTs of a kind of file read and that files of other kinds give."""
    own = (kind.rows_are, *kind.also_give)
    if source.form != "mapped":
        return frozenset()
    return frozenset().union(*(tables_read(source.mapping_sql(table)) for table in own)) - frozenset(own)


def load_levels(source: Source) -> Mapping[FileKind, int]:
    """When the files of each kind are loaded: those that others read before these, whatever their names.

    Raises
    ------
    SourceError
        If a SELECT reads a table that no file gives, or two kinds of file read each other.
    """
    levels: dict[FileKind, int] = {}
    for kind in source.files:
        _level(source, kind, levels, ())
    return levels


def _level(source: Source, kind: FileKind, levels: dict[FileKind, int], above: tuple[FileKind, ...]) -> int:
    if kind in above:
        circle = ", ".join(f"{one.pattern} reads {'/'.join(sorted(reads(source, one)))}" for one in above)
        raise SourceError(
            f"{source.name}/source.yml: files wait for each other: {circle}.",
            "Let one of the SELECTs do without raw.…; what both need can be given by a file of its own.",
        )
    if kind not in levels:
        before = [_givers(source, table, kind) for table in sorted(reads(source, kind))]
        below = [_level(source, giver, levels, (*above, kind)) for givers in before for giver in givers]
        levels[kind] = 1 + max(below, default=-1)
    return levels[kind]


def _givers(source: Source, table: str, reader: FileKind) -> list[FileKind]:
    givers = [kind for kind in source.files if table in (kind.rows_are, *kind.also_give)]
    if givers:
        return givers
    known = load_contract().tables
    why = "no file of source.yml gives" if table in known else "the data contract does not have"
    raise SourceError(
        f"{source.name}: a SELECT for {reader.pattern} reads raw.{table}, which {why}.",
        f"Add the file that gives it, or use one of {', '.join(known)}.",
    )
