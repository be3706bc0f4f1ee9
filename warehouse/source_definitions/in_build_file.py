"""What a source decides about its marts, in its build file where dbt reads it: its settings and kinds of lines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.rows import insert_rows
from warehouse.base.settings import Settings
from warehouse.source_definitions.folders import load_source
from warehouse.source_definitions.line_kinds import LineKind, read_line_kinds

_TABLES = """
create schema if not exists state;
create table if not exists state.source_settings (reporting_currency varchar, amounts_from varchar not null);
alter table state.source_settings add column if not exists contract_attributes varchar[];
alter table state.source_settings add column if not exists personal_features varchar[];
create table if not exists state.line_kinds (
    code_pattern varchar not null, line_kind varchar not null, pseudo_product_kind varchar, description varchar
);
"""


@dataclass(frozen=True)
class SourceDefinitions:
    """The part of a source that models read. Another one makes other marts: everything is rebuilt."""

    reporting_currency: str | None = None
    amounts_from: str = "lines"
    line_kinds: tuple[LineKind, ...] = ()
    contract_attributes: tuple[str, ...] = ()
    personal_features: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def read_source_definitions(settings: Settings, source_name: str) -> SourceDefinitions:
    """Read a source's source.yml and line_kinds.csv.

    Raises
    ------
    SourceError
        If there is no such source, or one of the two files is wrong.
    """
    source = load_source(settings, source_name)
    kinds = read_line_kinds(source.folder)
    return SourceDefinitions(
        source.reporting_currency, source.amounts_from, kinds, source.contract_attributes, source.personal_features
    )


def write_source_definitions(connection: duckdb.DuckDBPyConnection, definitions: SourceDefinitions) -> None:
    """Put the definitions in the place of those that the build file had."""
    connection.execute(_TABLES)
    connection.execute("delete from state.source_settings")
    connection.execute("delete from state.line_kinds")
    lists = {name: list(getattr(definitions, name)) for name in ("contract_attributes", "personal_features")}
    row = definitions.as_dict() | lists
    insert_rows(connection, "state.line_kinds", row.pop("line_kinds"))
    insert_rows(connection, "state.source_settings", [row])


def allowed_personal_features(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The traits of a person that models may use, by the source's own words; none where it has said nothing."""
    try:
        (allowed,) = one_row(connection, "select flatten(list(personal_features)) from state.source_settings")
    except (duckdb.CatalogException, duckdb.BinderException):
        return frozenset()
    return frozenset(allowed or ())
