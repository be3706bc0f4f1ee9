"""The project is parsed once for all dates: what was parsed for one serves another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from dbt_build_file import DBT_PROJECT, EVALUATION_DATE, BuildFile

from tests.parsed_once import PARSED_FOR, parsed_once_in
from warehouse.dictionary.lineage import models
from warehouse.marts.parsed_project import parsed_file_in, parsed_project

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


@pytest.fixture
def dbt_folders(build_file: BuildFile) -> Any:
    """What `warehouse.marts.dbt.dbt_environment` says, for this process."""
    folder = build_file.path.parent
    said = {"CLIENTELE_BUILD_FILE": str(build_file.path), "DBT_PROFILES_DIR": str(DBT_PROJECT)}
    said |= {"DBT_TARGET_PATH": str(folder / "target"), "DBT_LOG_PATH": str(folder / "logs")}
    with patch.dict(os.environ, said):
        yield


def without_moments(manifest: Manifest) -> dict[str, Any]:
    """All nodes, macros and unit tests, without when and where they were parsed."""
    return {
        name: {key: value for key, value in part.to_dict().items() if key not in ("created_at", "root_path")}
        for parts in (manifest.nodes, manifest.macros, manifest.unit_tests)
        for name, part in parts.items()
    }


def lineage_of(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """From which tables each model and seed is made, as dbt says; without what a build remembers of the one before."""
    nodes = {**manifest.nodes, **manifest.sources}
    places = {name: f"{node.schema.removeprefix('main_')}.{node.name}" for name, node in nodes.items()}
    return {
        places[name]: tuple(
            sorted({places[parent] for parent in node.depends_on_nodes if not places[parent].startswith("state.")})
        )
        for name, node in manifest.nodes.items()
        if node.resource_type in ("model", "seed")
    }


@pytest.mark.usefixtures("dbt_folders")
def test_the_date_of_the_run_plays_no_part_in_parsing(
    tmp_path: Path, build_file: BuildFile, parsed_folder: Path
) -> None:
    # Nor does the source's name, but as the database's: dbt parsed this one under another.
    other = parsed_once_in(parsed_folder, build_file.path, {})
    file = tmp_path / "build-0.msgpack"
    file.write_bytes(other.read_bytes()[:10_000])  # cut short: parsed anew, for another date
    assert PARSED_FOR != EVALUATION_DATE
    parsed = parsed_project(file, {"as_of_date": EVALUATION_DATE})
    assert file.stat().st_size > 1_000_000
    with patch("warehouse.marts.parsed_project._parse", side_effect=AssertionError("parsed where it could be read")):
        kept = parsed_project(file, {"as_of_date": PARSED_FOR})
        shared = parsed_project(other, {})
    assert len(parsed.nodes) > 150
    assert lineage_of(parsed) == {place: model.parents for place, model in models().items()}
    assert without_moments(kept) == without_moments(parsed) == without_moments(shared)
    assert parsed.nodes["model.clientele.fct_orders"].relation_name == '"build"."marts"."fct_orders"'
    assert {name: part.to_dict() for name, part in shared.sources.items()}.keys() == parsed.sources.keys()
    assert {part.relation_name for part in shared.sources.values()} == {
        part.relation_name for part in parsed.sources.values()
    }


def test_whatever_the_project_is_parsed_from_gives_the_file_another_name(tmp_path: Path) -> None:
    names = {
        parsed_file_in(tmp_path, Path("one.duckdb"), {}),
        parsed_file_in(tmp_path, Path("other.duckdb"), {}),
        parsed_file_in(tmp_path, Path("one.duckdb"), {"churn_horizon_days": 30}),
    }
    assert len(names) == 3
    assert parsed_file_in(tmp_path, Path("folder/one.duckdb"), {}) in names
