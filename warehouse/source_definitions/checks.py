"""What may stand in a source.yml: wrong fields and impossible entries, reported with their line and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ValidationError

from warehouse.base.errors import SourceError
from warehouse.base.time_zones import time_zone_problem
from warehouse.base.yaml_texts import Place
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.tables.contract import load_contract
from warehouse.tables.features import personal_traits

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from warehouse.source_definitions.folders import FileKind, Source

_NOT_WRITTEN = ("name", "folder")  # the folder itself says them
_PLACE = re.compile(r"[1-9]\d{0,6}(-[1-9]\d{0,6})?")
_SHAPES = {
    "tuple_type": "must be a list: [one, another]",
    "dict_type": "must be names with values: {name: value}",
    "string_type": "must be a text",
    "model_type": "must be an entry with fields of its own: `- pattern: …`",
}


def explained(file: str, error: ValidationError, lines: Mapping[Place, int], *models: type[BaseModel]) -> SourceError:
    """Say what is wrong with the fields of a source.yml, all of it at once.

    Parameters
    ----------
    models
        Of the whole file, of an entry under `files`, of one under `places`, and of one under its `fetch`.
    """
    details = error.errors(include_url=False)
    words = [_words(file, detail, lines, *models) for detail in details]
    return SourceError("\n".join(dict.fromkeys(words)), "docs/adding-a-source.md lists the fields of source.yml.")


def _words(
    file: str,
    detail: ErrorDetails,
    lines: Mapping[Place, int],
    *models: type[BaseModel],
) -> str:
    place = tuple(detail["loc"])
    line = next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None)
    where = f"{file}, line {line}" if line else file
    model = _model_of(place, *models)
    field = ".".join(str(part) for part in place if isinstance(part, str))
    if detail["type"] == "missing":
        inside = "" if model is models[0] else " of this entry"
        return f"{where}: the field {place[-1]}{inside} is missing."
    if detail["type"] == "extra_forbidden":
        known = [name for name in model.model_fields if name not in _NOT_WRITTEN]
        near = get_close_matches(str(place[-1]), known, n=1)
        meant = f" Is {near[0]} meant?" if near else ""
        return f"{where}: there is no field {place[-1]}.{meant} Fields here: {', '.join(known)}."
    if detail["type"] == "literal_error":
        allowed = get_args(model.model_fields[str(place[-1])].annotation)
        return f"{where}: {field} is {detail['input']!r}; allowed are {', '.join(map(str, allowed))}."
    return f"{where}: {field} {_SHAPES.get(detail['type'], detail['msg'])}."


def _model_of(
    place: Place, whole: type[BaseModel], entry: type[BaseModel], store: type[BaseModel], fetch: type[BaseModel]
) -> type[BaseModel]:
    """Which fields there are where something is wrong."""
    if not isinstance(place[-1], str) or place[-1] == place[0]:
        return whole
    if place[0] == "places":
        return fetch if "fetch" in place[2:-1] else store
    return entry if place[0] == "files" else whole


def check_tables(source: Source, file: str, lines: Mapping[Place, int]) -> None:
    """Refuse tables that the contract lacks, entries that can never be used, and SELECTs that are not there.

    Raises
    ------
    SourceError
        With the line of the entry.
    """
    if source.form == "mapped" and not source.files:
        raise SourceError(f"{file} maps no files.", "Add a `files:` list.")
    if source.form == "contract" and source.files:
        raise SourceError(
            f"{file}, line {lines[('files',)]}: with form contract the names of the files say what they are.",
            "Take `files` out, or write form: mapped and a SELECT for each table.",
        )
    seen: dict[tuple[str, str], int] = {}
    for number, kind in enumerate(source.files):
        line = lines[("files", number)]
        _check_entry(source, kind, f"{file}, line {line}")
        pattern = kind.pattern.lower(), kind.sheet.lower()
        if pattern in seen:
            raise SourceError(
                f"{file}, line {line}: the pattern {kind.pattern!r} stands already in line {seen[pattern]} (capitals "
                "and small letters are the same), so this second entry would never be used.",
                "If the rows of one file give two tables, keep one entry and name the other table under also_give; "
                "its SELECT reads `accepted`.",
            )
        seen[pattern] = line


def _check_entry(source: Source, kind: FileKind, where: str) -> None:
    known = load_contract().tables
    tables = (kind.rows_are, *kind.also_give)
    for table in tables:
        if table not in known:
            raise SourceError(f"{where}: the data contract has no table {table!r}.", f"Use one of {', '.join(known)}.")
        source.mapping_sql(table)
    if len(set(tables)) < len(tables):
        raise SourceError(f"{where}: a table stands twice among rows_are and also_give.", "Name each once.")
    columns = [column.lower() for column in (*kind.columns, *kind.optional_columns)]
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise SourceError(
            f"{where}: the column {', '.join(sorted(twice))} stands twice among columns and optional_columns.",
            "Name each once; capitals and small letters are the same.",
        )
    if ROW_NUMBER in columns:
        raise SourceError(f"{where}: the loader itself counts the rows in {ROW_NUMBER}.", "Take it out of the columns.")
    _check_format(kind, where)
    if kind.guest_column and kind.guest_column.lower() not in columns:
        raise SourceError(
            f"{where}: guest_column {kind.guest_column!r} is none of the columns.", "Add it to columns, or mend it."
        )


def _check_format(kind: FileKind, where: str) -> None:
    """Refuse fields that are of another format, and places of columns that are none."""
    for field, format_ in (("sheet", "excel"), ("records", "json"), ("positions", "fixed_width")):
        if getattr(kind, field) and kind.format != format_:
            raise SourceError(f"{where}: {field} is for format {format_}.", "Take it out, or change the format.")
    if kind.format != "fixed_width":
        return
    for column, place in kind.positions:
        if not _PLACE.fullmatch(place):
            raise SourceError(
                f"{where}: the position of {column} is {place!r}.", "Write the first and last character, from 1: 11-19"
            )
    missing = [column for column in (*kind.columns, *kind.optional_columns) if column not in dict(kind.positions)]
    if missing or not kind.positions:
        raise SourceError(
            f"{where}: positions does not say where {', '.join(missing) or 'the columns'} stand in a line.",
            "Add them: positions: {order_id: 1-10, ordered_at: 11-29}",
        )


def check_order(source: Source, file: str, lines: Mapping[Place, int]) -> None:
    """Refuse what the source says of full exports and newest states where it is about no table of its own.

    Raises
    ------
    SourceError
        With the line of the entry.
    """
    mapped = {kind.rows_are for kind in source.files}
    known = mapped if source.form == "mapped" else load_contract().tables.keys()
    for field, tables in (("newest_by", source.newest_by), ("full", source.full)):
        for table in tables:
            if table not in known:
                raise SourceError(
                    f"{file}, line {lines[(field,)]}: {field} names {table!r}, but no file of the source has its rows.",
                    f"Use one of {', '.join(known)}.",
                )
    if source.full and source.form == "mapped":
        raise SourceError(
            f"{file}, line {lines[('full',)]}: with form mapped, each entry of files says whether it is full.",
            "Write `export: full` into the entry and take `full` out.",
        )


def check_values(source: Source, file: str, lines: Mapping[Place, int]) -> None:
    """Refuse a time zone that is none, traits that are not personal, and spellings that no column could have.

    Raises
    ------
    SourceError
        With the line of the entry.
    """
    if problem := time_zone_problem(source.time_zone):
        raise SourceError(
            f"{file}, line {lines[('time_zone',)]}: {problem}.", "Write it as Europe/Berlin or America/New_York."
        )
    if unknown := sorted(set(source.personal_features) - personal_traits()):
        raise SourceError(
            f"{file}, line {lines[('personal_features',)]}: personal_features names {', '.join(unknown)}, which is no "
            "personal trait.",
            f"Take it out, or use one of {', '.join(sorted(personal_traits()))}.",
        )
    columns = {name: column for table in load_contract().tables.values() for name, column in table.columns.items()}
    for name, words in source.spellings.items():
        where = f"{file}, line {lines[('spellings', name)]}"
        if name not in columns:
            near = get_close_matches(name, columns, n=1)
            meant = f" Is {near[0]} meant?" if near else ""
            raise SourceError(
                f"{where}: the data contract has no column {name!r}.{meant}", "docs/data-dictionary.md lists them."
            )
        column = columns[name]
        allowed = ("true", "false") if column.type == "boolean" else column.allowed
        wrong = next((meant for meant in words.values() if meant and allowed and meant not in allowed), None)
        if wrong:
            raise SourceError(
                f"{where}: {name} cannot be {wrong!r}.", f'Use one of {", ".join(allowed)}, or "" for no value.'
            )
