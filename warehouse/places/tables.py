"""One table or query of a database, fetched into a file: whole, or what is new by its cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warehouse.base.errors import LandingError, SourceError
from warehouse.files.csv_header import checked_columns
from warehouse.files.digests import file_sha256
from warehouse.files.text_parquet import Records, write_records
from warehouse.places.fetched import Fetched
from warehouse.places.session import Session
from warehouse.places.values import AS_IS, NESTED, cursor_state, cursor_value, moved_back, not_in_future, value_text
from warehouse.places.visit import Visit
from warehouse.source_definitions.place import Fetch, Place

_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-z]+")
_ROWS_BETWEEN_LOOKS = 1_000


@dataclass
class _Reading:
    """The rows as they are read: how many, how far, and what is odd."""

    visit: Visit
    fetch: Fetch
    nested: dict[str, None] = field(default_factory=dict)
    count: int = 0
    without_cursor: int = 0
    last: Any = None
    is_cut: bool = False

    def texts(
        self, columns: tuple[str, ...], rows: Iterator[Sequence[Any]], at: int | None
    ) -> Iterator[list[str | None]]:
        """The rows as texts, up to the limits."""
        for row in rows:
            if self.count == self.visit.place.rows_maximum:
                self.is_cut = True
                return
            if self.count % _ROWS_BETWEEN_LOOKS == 0:
                self.visit.check_time()
            self.count += 1
            if at is not None and row[at] is not None:
                self.last = row[at]
            elif at is not None:
                self.without_cursor += 1
            if any(type(value) in NESTED for value in row):
                self.nested.update(
                    (column, None) for column, value in zip(columns, row, strict=True) if type(value) in NESTED
                )
            yield [value if type(value) in AS_IS else value_text(value) for value in row]


def fetch_table(session: Session, visit: Visit, fetch: Fetch) -> Fetched:
    """Fetch a table into a Parquet file.

    Raises
    ------
    LandingError
        If a table without a cursor has more rows than the limit, or more rows than it have one cursor value or lie
        within the overlap.
    SourceError
        If the cursor is no column of it, or cannot be put in order.
    TimeoutError
        If the time is over.
    """
    name, key = visit.name, f"{visit.name}/{fetch.key}"
    since = visit.noted.get(key)
    begin = _begin(name, fetch, since)
    columns, rows = session.select(*_statement(session, visit.place, fetch, begin))
    columns = checked_columns(f"{name}: {fetch.file}", columns)
    reading = _Reading(visit, fetch)
    at = _cursor_place(name, fetch, columns)
    path = visit.folder / f"{fetch.file}.parquet"
    records = Records(columns, lambda: reading.texts(columns, rows, at), reading.nested.keys())
    write_records(path, records)
    _check_limits(name, reading, cursor_value(since) if since and begin is not None else None)
    watermark = _state(name, fetch, not_in_future(reading.last)) if reading.last is not None else None
    ending = ""
    if fetch.cursor:  # each time under another name: a part of the rows is not the whole of them again
        ending = f"_{_NOT_IN_NAMES.sub('-', value_text(reading.last) or '')}_{file_sha256(path)[:8]}"
    landed = f"{name}/{fetch.file}{ending}.parquet" if reading.count else ""
    what = f"{reading.count:,} rows of {fetch.file}"
    return Fetched(key, path, landed, what, watermark, _notes(reading))


def _begin(name: str, fetch: Fetch, since: Mapping[str, str] | None) -> Any:
    """The lowest cursor value to fetch; None: all."""
    if not fetch.cursor or not since or since.get("cursor") != fetch.cursor:
        return None
    try:
        return moved_back(cursor_value(since), fetch.overlap)
    except (KeyError, ValueError, TypeError) as error:
        raise SourceError(
            f"{name}: an overlap of {fetch.overlap:g} cannot be taken off {since.get('value')!r}, the newest "
            f"{fetch.cursor} of {fetch.file}.",
            "Leave overlap out, or use a column of times or numbers as cursor.",
        ) from error


def _statement(session: Session, place: Place, fetch: Fetch, begin: Any) -> tuple[str, list[Any]]:
    relation = session.quoted(fetch.table) if fetch.table else f"({fetch.query.strip().rstrip(';')}) as fetched"
    limit = f" limit {place.rows_maximum + 1}"
    if not fetch.cursor:
        return f"select * from {relation}{limit}", []
    cursor = session.quoted(fetch.cursor)
    if begin is None:
        return f"select * from {relation} order by {cursor}{limit}", []
    if session.mark == "%s":
        relation = relation.replace("%", "%%")
    # Rows without a value are never behind: they are fetched each time, and the loader knows them.
    where = f"{cursor} >= {session.mark} or {cursor} is null"
    return f"select * from {relation} where {where} order by {cursor}{limit}", [begin]


def _cursor_place(name: str, fetch: Fetch, columns: tuple[str, ...]) -> int | None:
    if not fetch.cursor:
        return None
    lowered = [column.lower() for column in columns]
    if fetch.cursor.lower() not in lowered:
        raise SourceError(
            f"{name}: {fetch.file} has no column {fetch.cursor}. It has: {', '.join(columns)}.",
            "Mend the cursor in source.yml.",
        )
    return lowered.index(fetch.cursor.lower())


def _state(name: str, fetch: Fetch, value: Any) -> dict[str, str]:
    try:
        return {"cursor": fetch.cursor, **cursor_state(value)}
    except ValueError as error:
        raise SourceError(
            f"{name}: {fetch.cursor} of {fetch.file} is {error}, which cannot say what is new.",
            "Use a column of times or numbers as cursor.",
        ) from error


def _check_limits(name: str, reading: _Reading, reached: Any) -> None:
    """Refuse rows beyond the limit, where the next fetch would not go on from there: `reached` is how far it was."""
    if not reading.is_cut:
        return
    limit, fetch = reading.visit.place.rows_maximum, reading.fetch
    if not fetch.cursor:
        raise LandingError(
            f"{name}: {fetch.file} has more than {limit:,} rows, which is the most that is fetched.",
            "Name a cursor, so that it is fetched in steps, or raise rows_maximum; nothing of it was landed.",
        )
    if reading.last is None or (type(reading.last) is type(reached) and reading.last <= reached):
        where = f"lie within the overlap of {fetch.overlap:g}" if fetch.overlap else f"have the same {fetch.cursor}"
        raise LandingError(
            f"{name}: more than {limit:,} rows of {fetch.file} {where}, so that no fetch would get beyond them.",
            "Raise rows_maximum, take a smaller overlap, or use another cursor; nothing of it was landed.",
        )


def _notes(reading: _Reading) -> list[str]:
    notes = []
    if reading.is_cut:
        notes.append(f"{reading.count:,} rows are the most in one fetch; the next one goes on from there")
    if reading.last is not None and not_in_future(reading.last) != reading.last:
        notes.append(
            f"WARNING: the newest {reading.fetch.cursor} is {value_text(reading.last)}, in the future: the next fetch "
            "goes by the clock instead, or it would miss what is changed until then"
        )
    if reading.without_cursor:
        notes.append(f"{reading.without_cursor:,} rows have no {reading.fetch.cursor}: they are fetched each time")
    return notes
