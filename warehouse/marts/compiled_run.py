"""Running compiled models without dbt: which ones are needed, and what a model in Python is given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import duckdb

from warehouse.base.definitions import DBT_PROJECT
from warehouse.marts.compiled import CompiledModel


class Dbt:
    """What a model in Python is given by dbt."""

    is_incremental = False

    def __init__(self, connection: duckdb.DuckDBPyConnection, models: Mapping[str, CompiledModel]) -> None:
        self._connection, self._models = connection, models

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """A relation by the name of its model."""
        return self._connection.sql(f"from {self._models[name].table}")


def needed(models: Mapping[str, CompiledModel], wanted: Iterable[str], but_not: Collection[str]) -> set[str]:
    """The models that have to run for some of them, those included; what is not to run ends the search."""
    found: set[str] = set()
    left = list(wanted)
    while left:
        name = left.pop()
        if name not in found and name not in but_not:
            found.add(name)
            left += models[name].parents
    return found


def python_model(name: str) -> Any:
    """The module of a model in Python, which no package of ours holds."""
    [path] = DBT_PROJECT.rglob(f"models/**/{name}.py")
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
