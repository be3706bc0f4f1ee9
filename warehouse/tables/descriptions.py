"""What each published table and column means, read from where it is written: dbt's `.yml` files and own_tables.yml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.yaml_files import read_yaml
from warehouse.tables.own_tables import OwnTable, own_tables

CURRENT = "_current"  # the view beside each score table
_OF_MARTS = ("models/marts", "models/activation", "models/relationship", "seeds")
_ELSEWHERE = {"pii", "intermediate"}  # folders, and schemas of seeds, that are not published


@dataclass(frozen=True)
class DescribedColumn:
    """One column: its type as it is declared, and what it means, in one line."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class DescribedTable:
    """One table or view, and what it holds, in one line."""

    schema: str
    name: str
    description: str
    columns: tuple[DescribedColumn, ...]


def published_tables() -> tuple[DescribedTable, ...]:
    """All tables and views that are published: marts with the seeds and audiences beside them, scores, quality."""
    scores = [_of_python(table) for table in own_tables("scores")]
    current = map(_current, scores)
    return (
        *_marts_of_dbt(),
        *map(_of_python, own_tables("marts")),
        *scores,
        *current,
        *map(_of_python, own_tables("quality")),
    )


def personal_tables() -> tuple[DescribedTable, ...]:
    """The tables of the schema `pii`, which stay in the build file."""
    return (*(_of_dbt("pii", spec) for spec in dbt_specs("models/marts/pii")), *map(_of_python, own_tables("pii")))


def dbt_specs(folder: str, without: set[str] | frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """What the `.yml` files below a folder of the dbt project say of each model or seed, in the order of their paths.

    Parameters
    ----------
    without
        Folders to be left out, and schemas of seeds.
    """
    for path in sorted((DBT_PROJECT / folder).rglob("*.yml")):
        if without.isdisjoint(path.relative_to(DBT_PROJECT).parts):
            content = read_yaml(path) or {}
            for spec in (*content.get("models", []), *content.get("seeds", [])):
                if spec.get("config", {}).get("schema") not in without:
                    yield spec


def in_one_line(text: str) -> str:
    """A text as it is folded in YAML, without its line breaks."""
    return " ".join(text.split())


@cache
def _marts_of_dbt() -> tuple[DescribedTable, ...]:
    return tuple(_of_dbt("marts", spec) for folder in _OF_MARTS for spec in dbt_specs(folder, _ELSEWHERE))


def _of_dbt(schema: str, spec: dict[str, Any]) -> DescribedTable:
    types = spec.get("config", {}).get("column_types", {})
    columns = tuple(
        DescribedColumn(
            column["name"],
            column.get("data_type", types.get(column["name"], "")),
            in_one_line(column.get("description", "")),
        )
        for column in spec.get("columns", [])
    )
    return DescribedTable(schema, spec["name"], in_one_line(spec["description"]), columns)


def _of_python(table: OwnTable) -> DescribedTable:
    columns = tuple(
        DescribedColumn(column.name, column.sql_type.lower(), in_one_line(column.description))
        for column in table.columns
    )
    return DescribedTable(table.schema, table.name, in_one_line(table.description), columns)


def _current(table: DescribedTable) -> DescribedTable:
    description = f"Of scores.{table.name} the rows of the newest as-of date. {table.description}"
    return DescribedTable(table.schema, table.name + CURRENT, description, table.columns)
