"""How an erasure begins, or goes on: whom it is about, noted before anything is erased."""

from __future__ import annotations

import duckdb

from warehouse.base.connections import open_build_file
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.erasure.text_redaction import byte_pattern
from warehouse.privacy.naming import core_of
from warehouse.privacy.subject import Subject, find_subject, read_note, write_note
from warehouse.privacy.suppression import Suppressed, read_suppressed, suppress
from warehouse.source_definitions.folders import Source
from warehouse.tables.quality_tables import create_quality_tables
from warehouse.tables.raw_tables import create_raw_tables


def begin_erasure(settings: Settings, source: Source, customer_id: str, reason: str) -> tuple[str, Subject, Suppressed]:
    """The note of the erasure and its name, new or left by a killed one; from here on nobody brings the person back.

    Raises
    ------
    SettingsError
        If nobody has this id, or the reason names the person.
    """
    known = read_suppressed(settings, source.name)
    hashed = (known or suppress(settings, source.name, [])).hash_of(customer_id)
    subject = read_note(settings, hashed)
    if subject is None:
        with open_build_file(settings, source.name) as connection:
            create_raw_tables(connection)
            create_quality_tables(connection)
            subject = find_subject(connection, source.name, customer_id, reason)
            is_known = known is not None and known.holds(customer_id)
            if not is_known and not _is_somewhere(connection, subject):
                raise SettingsError(
                    f"Source {source.name!r} has no customer with this id.", "Give the id as the source has it."
                )
        pattern = byte_pattern(subject)
        if pattern and pattern.search(reason.encode()):
            raise SettingsError("The reason names the person; it would be kept.", "Give a reason without names or ids.")
        write_note(settings, hashed, subject)
    values = {core_of(value) for value in subject.values}
    return (
        hashed,
        subject,
        suppress(settings, source.name, subject.ids, order_ids=subject.named_orders, values=values - {""}),
    )


def _is_somewhere(connection: duckdb.DuckDBPyConnection, subject: Subject) -> bool:
    tables = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = current_database() "
        "and column_name in ('customer_id', 'source_customer_id') and schema_name in ('raw', 'pii', 'scores')"
    ).fetchall()
    return any(
        connection.execute(
            f'select 1 from {schema}."{table}" where list_contains(?, {column}) limit 1', [list(subject.ids)]
        ).fetchone()
        for schema, table, column in tables
    )
