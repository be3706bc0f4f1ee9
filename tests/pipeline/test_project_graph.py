"""dbt's manifest for build_marts: it has all models, and is written anew only where the project has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.parsed_once import parsed_once_in
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.errors import DbtFailed
from warehouse.base.settings import Settings
from warehouse.marts import project_graph
from warehouse.marts.project_graph import graph_manifest, write_graph


def never(*_: object) -> None:
    raise AssertionError("The project was parsed again.")


def test_the_graph_is_written_once_for_a_project(
    settings: Settings, parsed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = parsed_once_in(parsed_folder, settings.build_file("files"), {})
    monkeypatch.setattr(project_graph, "parsed_file", lambda *_: shared)
    write_graph(settings, "files")
    nodes = json.loads(graph_manifest(settings).read_text())["nodes"].values()
    drawn = {DBT_PROJECT / node["original_file_path"] for node in nodes if node["resource_type"] == "model"}
    assert drawn == {file for kind in ("*.sql", "*.py") for file in (DBT_PROJECT / "models").rglob(kind)}

    monkeypatch.setattr(project_graph, "parsed_project", never)
    write_graph(settings, "files")
    monkeypatch.setattr(project_graph, "definitions_sha256", lambda _: "others")
    with pytest.raises(AssertionError, match="parsed again"):
        write_graph(settings, "files")
    monkeypatch.setattr(project_graph, "parsed_project", lambda *_: None)
    with pytest.raises(DbtFailed, match="cannot parse"):
        write_graph(settings, "files")
