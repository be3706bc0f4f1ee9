"""The tables that Python writes: those of own_tables.yml, and the score table of each declared job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import duckdb

from warehouse.base.errors import SettingsError
from warehouse.base.rows import column_types
from warehouse.base.yaml_files import read_yaml
from warehouse.jobs.registry import job_specs
from warehouse.jobs.spec import Directions, JobSpec
from warehouse.tables.contract import SQL_TYPES
from warehouse.tables.present_tables import PresentTables, present_tables

# Amounts are shown here, so they are in cents.
_TYPES = {**SQL_TYPES, "amount": "DECIMAL(18,2)", "double": "DOUBLE", "bigint": "BIGINT"}


@dataclass(frozen=True)
class OwnColumn:
    """One column: its SQL type, whether it is never null, and what it means."""

    name: str
    sql_type: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class OwnTable:
    """One table that Python writes.

    Attributes
    ----------
    written_by
        The file of the module that fills it, relative to the checkout.
    """

    schema: str
    name: str
    description: str
    columns: tuple[OwnColumn, ...]
    written_by: str
    key: tuple[str, ...] = ()

    @property
    def column_types(self) -> dict[str, str]:
        """The columns in their order, with their SQL types."""
        return {column.name: column.sql_type for column in self.columns}


def own_tables(schema: str) -> tuple[OwnTable, ...]:
    """The tables of a schema: of `scores` those of the jobs first, then as in the file."""
    if schema != "scores":
        return _listed(schema)
    return (*(score_table(spec) for spec in job_specs()), *(_with_keys_of_jobs(table) for table in _listed(schema)))


def score_table(spec: JobSpec) -> OwnTable:
    """The table of a job's scores: its key, its own columns, and those that all such tables have."""
    scores = spec.scores
    reasons = () if spec.reasons is None else _reason_columns(spec, spec.reasons)
    columns = (
        *(OwnColumn(name, _TYPES["text"], True, words) for name, words in scores.key.items()),
        _own_column("as_of_date", "date!", "The score knows everything before this day and nothing of it or after."),
        *(_own_column(name, column.kind, column.description) for name, column in scores.columns.items()),
        *reasons,
        _own_column("status", "text!", "scored, not_eligible or refused."),
        _own_column("reason", "text", "Why there is no score."),
        _own_column("model_name", "text!", "Registered model in MLflow."),
        _own_column("model_version", "text", "Version of the registered model."),
        _own_column("mlflow_run_id", "text", "The run that trained it."),
        _own_column("scored_at", "timestamp!", "When the score was computed (UTC)."),
    )
    key = (*scores.key, "as_of_date", "model_name")
    return OwnTable("scores", scores.table, scores.description, columns, spec.code_file, key)


def create_own_tables(connection: duckdb.DuckDBPyConnection, schema: str, present: PresentTables | None = None) -> None:
    """Create the schema and every table and column of it that is missing; existing rows stay.

    Parameters
    ----------
    present
        What is there (`present_tables`), if the caller asked for it already.
    """
    present = present or present_tables(connection)
    connection.execute(f"create schema if not exists {schema}")
    for table in own_tables(schema):
        name = f"{schema}.{table.name}"
        if name not in present.definitions:
            create_own_table(connection, table)
        elif present.lacks(name, table.column_types):
            _add_missing_columns(connection, table)


def create_own_table(connection: duckdb.DuckDBPyConnection, table: OwnTable) -> None:
    """Create one table in its schema if it is missing."""
    columns = ", ".join(
        f"{column.name} {column.sql_type}{' not null' if column.is_required else ''}" for column in table.columns
    )
    connection.execute(f"create table if not exists {table.schema}.{table.name} ({columns})")


def _add_missing_columns(connection: duckdb.DuckDBPyConnection, table: OwnTable) -> None:
    """Bring a table of an earlier release up to date; its rows have null there, even where new ones may not."""
    known = column_types(connection, f"{table.schema}.{table.name}")
    for column in table.columns:
        if column.name not in known:
            connection.execute(f"alter table {table.schema}.{table.name} add column {column.name} {column.sql_type}")


def _with_keys_of_jobs(table: OwnTable) -> OwnTable:
    """What is kept beside scores of any job names what they are about: it has the key columns of all jobs."""
    of_jobs = {name: words for spec in job_specs() for name, words in spec.scores.key.items()}
    added = tuple(
        _own_column(name, "text", f"{words.rstrip('.')}, for scores that have it in their key.")
        for name, words in of_jobs.items()
        if name not in table.key
    )
    return replace(table, columns=(*added, *table.columns), key=(*(column.name for column in added), *table.key))


def _reason_columns(spec: JobSpec, reasons: Directions) -> tuple[OwnColumn, ...]:
    raises, lowers = (words.rstrip(":") for words in (reasons.raises, reasons.lowers))
    directions = f"{raises} or {lowers}"
    words = (
        f"Up to three reasons of {spec.scores.watched}, the strongest first, each with its direction ({directions})."
    )
    as_json = "The same for programs, as JSON: feature, value, typical value, contribution."
    return _own_column("reasons", "text", words), _own_column("reason_codes", "text", as_json)


def _own_column(name: str, kind: str, description: str) -> OwnColumn:
    """`kind`: a type, with `!` where the column is never null."""
    if kind.removesuffix("!") not in _TYPES:
        raise SettingsError(f"The column {name} has an unknown type {kind!r}.", f"Use one of {', '.join(_TYPES)}.")
    return OwnColumn(name, _TYPES[kind.removesuffix("!")], kind.endswith("!"), description)


@cache
def _listed(schema: str) -> tuple[OwnTable, ...]:
    return tuple(_table(schema, name, spec) for name, spec in _content()[schema].items())


@cache
def _content() -> dict[str, dict]:
    return read_yaml(Path(__file__).with_name("own_tables.yml"))


def _table(schema: str, name: str, spec: dict) -> OwnTable:
    columns = tuple(_own_column(column, *entry) for column, entry in spec["columns"].items())
    return OwnTable(schema, name, spec["description"], columns, spec["written_by"], tuple(spec.get("key", ())))
