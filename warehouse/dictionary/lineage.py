"""From which tables each model of dbt is made: what it refers to when its Jinja is rendered, as dbt finds it out.

dbt itself takes ten seconds to say so, and the dictionary is compared with its sources in each run of the tests.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import ChainableUndefined, Environment

from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.yaml_files import read_yaml
from warehouse.tables.descriptions import dbt_specs

# The folder decides the schema, as in dbt_project.yml.
_SCHEMAS = {"staging": "staging", "intermediate": "intermediate", "pii": "pii"}
_PYTHON_REF = re.compile(r"""\bdbt\.ref\(\s*["'](\w+)["']\s*\)""")
_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\(.*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL)
_BOOKKEEPING = "state."  # what a build remembers of the one before: no data of the shop


@dataclass(frozen=True)
class Model:
    """A model or a seed of the dbt project.

    Attributes
    ----------
    place
        Schema and name, as in ``marts.kpis``.
    file
        Relative to the checkout.
    parents
        The places of the tables that it is made from.
    """

    place: str
    file: str
    parents: tuple[str, ...]


@cache
def models() -> dict[str, Model]:
    """Every model and seed, by place."""
    files = [
        path
        for pattern in ("models/**/*.sql", "models/**/*.py", "seeds/*.csv")
        for path in sorted(DBT_PROJECT.glob(pattern))
    ]
    referred = _References({path.stem: place_of(path) for path in files})
    return {model.place: model for model in (_model(path, referred) for path in files)}


def children(place: str) -> tuple[str, ...]:
    """The models that are made from a table."""
    return tuple(sorted(model.place for model in models().values() if place in model.parents))


def roots(place: str) -> tuple[str, ...]:
    """The tables at the beginning of a model's lineage: those that no model makes."""
    model = models().get(place)
    if model is None or not model.parents:
        return (place,)
    return tuple(sorted({root for parent in model.parents for root in roots(parent)}))


def place_of(path: Path) -> str:
    """Schema and name of a model or seed, by where its file lies."""
    folders = path.relative_to(DBT_PROJECT).parts[:-1]
    schema = next((schema for folder, schema in _SCHEMAS.items() if folder in folders), "marts")
    return f"{_schemas_of_seeds().get(path.stem, schema)}.{path.stem}"


@cache
def _schemas_of_seeds() -> dict[str, str]:
    """Schemas of the seeds that name one."""
    schemas = {spec["name"]: spec.get("config", {}).get("schema") for spec in dbt_specs("seeds")}
    return {name: schema for name, schema in schemas.items() if schema}


def _model(path: Path, referred: _References) -> Model:
    parents = () if path.suffix == ".csv" else referred.of(path)
    return Model(place_of(path), path.relative_to(DBT_PROJECT.parent).as_posix(), parents)


class _Returned(Exception):
    """What a macro gives back by dbt's `return`, on its way to whoever called it."""


def _give_back(value: Any) -> None:
    raise _Returned(value)


def _with_return(macro: Callable[..., Any]) -> Callable[..., Any]:
    """A macro that may give back a value instead of text."""

    def call(*given: Any, **named: Any) -> Any:
        try:
            return macro(*given, **named)
        except _Returned as returned:
            return returned.args[0]

    return call


class _Anything(ChainableUndefined):
    """What dbt knows and we do not: whatever is asked of it, it gives itself."""

    def __call__(self, *_: Any, **__: Any) -> _Anything:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class _References:
    """Renders models and writes down what they refer to."""

    def __init__(self, places: dict[str, str]) -> None:
        self._places = places
        self._found: set[str] = set()
        self._environment = Environment(undefined=_Anything, extensions=["jinja2.ext.do"])  # noqa: S701 - SQL, no page
        self._environment.globals.update(self._known())
        for path in sorted((DBT_PROJECT / "macros").rglob("*.sql")):
            for macro in _MACRO.finditer(path.read_text(encoding="utf-8")):
                template = self._environment.from_string(macro[0])
                self._environment.globals[macro[1]] = _with_return(getattr(template.module, macro[1]))

    def _known(self) -> dict[str, Any]:
        """What dbt gives to every template, as far as it matters to what is referred to."""
        variables = read_yaml(DBT_PROJECT / "dbt_project.yml")["vars"]
        variables["as_of_date"] = "2000-01-01"  # any: nothing that is referred to may depend on it
        return {
            "ref": self._ref,
            "source": self._source,
            "var": variables.get,
            "modules": SimpleNamespace(datetime=datetime, re=re),
            "execute": False,
            "is_incremental": lambda: False,
            "return": _give_back,
        }

    def of(self, path: Path) -> tuple[str, ...]:
        """The places that a model's file refers to."""
        self._found = set()
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            self._found |= {self._places[name] for name in _PYTHON_REF.findall(text)}
        else:
            self._environment.from_string(text).render()
        return tuple(sorted(self._found))

    def _ref(self, name: str) -> str:
        self._found.add(self._places[name])
        return name

    def _source(self, schema: str, table: str) -> str:
        if not schema.startswith(_BOOKKEEPING.removesuffix(".")):
            self._found.add(f"{schema}.{table}")
        return table
