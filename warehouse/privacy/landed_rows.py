"""Which records of a landed file belong to erased people, and what becomes of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from warehouse.base.errors import SourceError
from warehouse.base.sql_text import quoted
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.landing.recognition import LandedFile
from warehouse.privacy.erased_names import naming_of_erased
from warehouse.privacy.naming import Naming
from warehouse.privacy.subject import Belongings, Subject
from warehouse.privacy.suppression import Suppressed
from warehouse.reading.file_reading import LANDED, UNREADABLE, read_landed_file
from warehouse.source_definitions.folders import FileKind
from warehouse.values.column_reading import trimmed_sql
from warehouse.values.id_readings import CUSTOMER_ID, has_floats, read_customer_id_sql, whole_number_sql

_MARKS = re.compile(r"""[,;|\t"'\s]+""")


@dataclass(frozen=True)
class Affected:
    """Numbers of records, counted as the loader counts them (from 1, without the header)."""

    dropped: frozenset[int]
    made_guest: frozenset[int]  # stay as orders of nobody
    guest_column: str | None  # the column that is emptied in them
    record_count: int
    cleaned: frozenset[int] = frozenset()  # stay as they are but for what names the person, made guests or not
    naming: Naming | None = None

    def __len__(self) -> int:
        return len(self.dropped | self.made_guest | self.cleaned)

    def changes(self, number: int, fields: Mapping[str, str | None]) -> dict[str, str]:
        """The fields of a record that get other texts, by column."""
        column = self.guest_column
        if number in self.cleaned and self.naming:
            cleaned = self.naming.cleaned_row({name: text for name, text in fields.items() if name != column})
        else:
            cleaned = {}
        return cleaned | ({column: ""} if column in fields and number in self.made_guest else {})


def affected_rows(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    suppressed: Suppressed,
    limit_bytes: int | None,
    subject: Subject | None = None,
) -> Affected:
    """Find the records of a file that belong to erased people.

    Parameters
    ----------
    connection
        Gets the file in the temporary tables of `warehouse.reading.file_reading`.
    subject
        Who is being erased: an unreadable record that holds a personal value of theirs is dropped as well, and one that
        names no customer but an order or contract of theirs.

    Raises
    ------
    LandingError
        If the file cannot be read.
    SourceError
        If its source does not say where the customer stands.
    """
    content = read_landed_file(connection, file, limit_bytes)
    sought = customer_sql(file.kind, content.columns)
    customer = None
    numbers: frozenset[int] = frozenset()
    if sought:
        are_floats = has_floats(connection, LANDED, CUSTOMER_ID, trimmed_sql(sought[0]))
        customer = read_customer_id_sql(trimmed_sql(sought[0]), are_floats=are_floats)
        rows = connection.execute(
            f"select {ROW_NUMBER} from {LANDED} where {suppressed.holds_sql(customer)}", suppressed.parameters()
        ).fetchall()
        numbers = frozenset(number for (number,) in rows)
    owned = _owned_rows(connection, file.kind, content.columns, sought, subject.belongings if subject else {})
    # A line is of one customer and goes as a whole.
    texts = () if file.kind.format == "lines" else content.columns
    naming = subject.naming(suppressed.secret) if subject else naming_of_erased(connection, texts, customer, suppressed)
    unreadable = connection.execute(f"select row_number, content from {UNREADABLE}").fetchall()
    broken = frozenset(
        number
        for number, text in unreadable
        if naming.cleaned(text) != text or _is_about(text, suppressed, subject.values if subject else ())
    )
    guest_column = sought[1] if sought else None
    dropped, made_guest = (broken, numbers) if guest_column else (broken | numbers | owned, frozenset())
    cleaned = _named(connection, texts, guest_column, naming)
    return Affected(dropped, made_guest, guest_column, content.row_count, cleaned - dropped, naming)


def _named(
    connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...], guest_column: str | None, naming: Naming
) -> frozenset[int]:
    """Records in which something names the person, whosever they are."""
    names = [name for name in columns if name != guest_column]
    if not naming or not names:
        return frozenset()
    listed = ", ".join(map(quoted, names))
    rows = connection.execute(
        f"select {ROW_NUMBER}, {listed} from {LANDED} where regexp_matches(concat_ws(chr(31), {listed}), ?)",
        [naming.search_pattern()],
    ).fetchall()
    return frozenset(number for number, *texts in rows if naming.cleaned_row(dict(zip(names, texts, strict=True))))


def _owned_rows(
    connection: duckdb.DuckDBPyConnection,
    kind: FileKind,
    columns: tuple[str, ...],
    sought: tuple[str, str | None] | None,
    belongings: Belongings,
) -> frozenset[int]:
    """Records that name no customer, and an order or a contract of the person."""
    key, values = belongings.get(kind.rows_are, ("", ()))
    column = next((name for name in columns if name.lower() == key), None)
    if column is None or not values:
        return frozenset()
    sought_key = trimmed_sql(quoted(column))
    nobody = f"coalesce({trimmed_sql(sought[0])}, '') = ''" if sought else "true"
    forms = f"[{sought_key}, {whole_number_sql(sought_key)}]"
    rows = connection.execute(
        f"select {ROW_NUMBER} from {LANDED} where {nobody} and list_has_any($values, {forms})", {"values": list(values)}
    ).fetchall()
    return frozenset(number for (number,) in rows)


def customer_sql(kind: FileKind, columns: tuple[str, ...]) -> tuple[str, str | None] | None:
    """SQL of the customer's id in a landed row, and the column to empty; None where rows are not about customers.

    Raises
    ------
    SourceError
        If the source does not say where the customer stands.
    """
    if kind.customer_id_sql:
        return kind.customer_id_sql, kind.guest_column
    column = next((name for name in columns if name.lower() == "customer_id"), None)
    if column is not None:
        return quoted(column), column if kind.rows_are == "orders" else None
    if kind.columns or kind.format == "lines":
        raise SourceError(
            f"source.yml does not say where the customer stands in {kind.pattern}, so nobody can be erased from it.",
            "Add customer_id_sql to that file; docs/privacy.md says how.",
        )
    return None


def _is_about(text: str, suppressed: Suppressed, values: Iterable[str]) -> bool:
    lowered = text.lower()
    if any(value in lowered for value in values):
        return True
    tokens = {token for token in _MARKS.split(text) if token}
    # Mail addresses are ids in small letters, floats of ids lose their end.
    return any(suppressed.holds(form) for token in tokens for form in (token, token.lower(), token.removesuffix(".0")))
