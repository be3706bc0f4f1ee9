"""What the loader did not take as it stands: values left empty, numbers cut, columns read in another form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import duckdb

from warehouse.base.rows import insert_rows
from warehouse.loading.load import Load
from warehouse.loading.row_checks import NAME_END, NOTE_END
from warehouse.tables.contract import load_contract
from warehouse.values.column_reading import ColumnReading

NoteKind = Literal["emptied", "rounded", "read_otherwise"]


@dataclass(frozen=True)
class ValueNote:
    """A note on one column of one file."""

    table_name: str
    column_name: str
    kind: NoteKind
    value_count: int
    words: str  # an example; values of personal columns are not shown

    def line(self) -> str:
        """The note in words."""
        values = f"{self.value_count:,} value{'' if self.value_count == 1 else 's'}"
        if self.kind == "emptied":
            return f"{self.column_name}: {values} could not be read, and left empty: {self.words}"
        if self.kind == "rounded":
            scale = load_contract().tables[self.table_name].columns[self.column_name].scale
            return f"{self.column_name}: {values} rounded to the {scale} decimals that are kept, such as {self.words}"
        return f"{self.column_name}: {values} {self.words}"


def note_values(
    connection: duckdb.DuckDBPyConnection, load: Load, table: str, readings: Mapping[str, ColumnReading]
) -> tuple[ValueNote, ...]:
    """Gather the notes on the rows of the temporary view ``judged`` that are not quarantined, and record them."""
    notes = [
        ValueNote(table, name, "read_otherwise", reading.value_count, reading.note)
        for name, reading in readings.items()
        if reading.note and reading.value_count
    ]
    for kind, column in (("emptied", "_emptied"), ("rounded", "_rounded")):
        rows = connection.execute(
            f"""
            select split_part(note, $name_end, 1), count(*), min(split_part(note, $name_end, 2))
            from (
                select unnest(string_split({column}, $note_end)) as note
                from judged where {column} is not null and outcome <> 'quarantined'
            )
            group by all order by all
            """,
            {"name_end": NAME_END, "note_end": NOTE_END},
        ).fetchall()
        notes += [ValueNote(table, name, kind, count, words) for name, count, words in rows]
    of_load = {"load_id": load.load_id, "file_name": load.file.name, "table_name": table, "noted_at": load.loaded_at}
    rows = (
        {
            **of_load,
            "column_name": note.column_name,
            "note_kind": note.kind,
            "value_count": note.value_count,
            "example": note.words,
        }
        for note in notes
    )
    insert_rows(connection, "quality.value_notes", rows)
    return tuple(notes)


def noted_count(notes: tuple[ValueNote, ...], kind: NoteKind) -> int:
    """How many values notes of a kind are about."""
    return sum(note.value_count for note in notes if note.kind == kind)
