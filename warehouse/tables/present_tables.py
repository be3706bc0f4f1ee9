"""What tables a file has already: asked once for all of them, since describing each costs a millisecond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from duckdb import DuckDBPyConnection

_TABLES = "select schema_name || '.' || table_name, sql, column_count from duckdb_tables() where {}"
_VIEWS = "select schema_name || '.' || view_name, column_count from duckdb_views() where not internal and {}"
_HERE = "database_name = current_database()"


@dataclass(frozen=True)
class PresentTables:
    """Tables and views of a file, under ``schema.table``."""

    definitions: Mapping[str, str] = field(default_factory=dict)  # CREATE TABLE, as DuckDB writes it
    column_counts: Mapping[str, int] = field(default_factory=dict)  # of tables and of views

    def lacks(self, table: str, columns: Mapping[str, str]) -> bool:
        """Whether a table is not there, or may lack one of the columns or have it with another type.

        Parameters
        ----------
        columns
            Names, with their SQL types in capitals.
        """
        if table not in self.definitions:
            return True
        _, _, listed = self.definitions[table].removesuffix(");").partition("(")
        there = {tuple(one.replace('"', "").split()[:2]) for one in listed.split(", ")}  # "rule" stands in quotes
        return not there.issuperset(columns.items())

    def shows_all(self, view: str, table: str) -> bool:
        """Whether a view is there that has as many columns as the table."""
        return view in self.column_counts and self.column_counts[view] == self.column_counts.get(table)


def present_tables(connection: DuckDBPyConnection) -> PresentTables:
    """The tables and views of the open file."""
    tables = connection.execute(_TABLES.format(_HERE)).fetchall()
    views = connection.execute(_VIEWS.format(_HERE)).fetchall()
    counts = {name: count for name, _, count in tables} | dict(views)
    return PresentTables({name: sql for name, sql, _ in tables}, counts)
