"""Contexts made at less cost hold what dbt's own hold: each macro under each name, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dbt_build_file import BuildFile

from tests.parsed_once import parsed_once_in
from warehouse.marts import dbt_contexts
from warehouse.marts.parsed_project import parsed_project

Macros = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def macros(tmp_path_factory: pytest.TempPathFactory, parsed_folder: Path) -> Macros:
    """The project's macros by package, dbt's own included, and a package that has one of the same name."""
    build_file = BuildFile(tmp_path_factory.mktemp("macros") / "build.duckdb")
    project = parsed_project(parsed_once_in(parsed_folder, build_file.path, {}), {})
    assert project is not None
    found = project.get_macros_by_package()
    return {**found, "further": {"ref": replace(found["clientele"]["summable"], name="ref", package_name="further")}}


@pytest.fixture(params=["clientele", "further", "dbt"])
def context(request: pytest.FixtureRequest, macros: Macros) -> Any:
    """A context as dbt makes it for something in a package."""
    from dbt.adapters.factory import load_plugin
    from dbt.context.manifest import ManifestContext

    load_plugin("duckdb")
    credentials = SimpleNamespace(type="duckdb")
    config = SimpleNamespace(project_name="clientele", cli_vars={}, to_target_dict=dict, credentials=credentials)
    manifest = SimpleNamespace(get_macros_by_package=lambda: macros)
    return ManifestContext(config, manifest, request.param)  # pyrefly: ignore[bad-argument-type]


def said(found: Any) -> Any:
    """What a generator of a macro holds, by identity; of a package, of each of its macros; else the thing itself."""
    if isinstance(found, dict) and all(hasattr(one, "macro") for one in found.values()):
        return {name: said(one) for name, one in found.items()}
    return {name: id(value) for name, value in vars(found).items()} if hasattr(found, "macro") else type(found)


def test_a_context_holds_the_macros_that_dbts_own_holds(context: Any, macros: Macros) -> None:
    theirs = dict(context.to_dict())
    by_name = context.namespace
    context.namespace = dbt_contexts.namespace_of(context._get_namespace_builder(), macros, context._ctx)
    ours = dbt_contexts.context_with_macros(context)
    assert len(ours) > 500
    assert {name: said(one) for name, one in ours.items()} == {name: said(one) for name, one in theirs.items()}
    for package in (None, "dbt", "clientele", "further"):
        for name in ("ref", "summable", "generate_schema_name", "create_table_as", "nothing"):
            found = context.namespace.get_from_package(package, name)
            assert said(found) == said(by_name.get_from_package(package, name)), (package, name)


def test_a_table_of_nothing_is_that_of_dbt() -> None:
    from dbt_common.clients.agate_helper import empty_table

    for table in (dbt_contexts._empty_table(), empty_table()):
        assert (table.column_names, table.column_types, len(table.rows), len(table.columns)) == ((), (), 0, 0)
