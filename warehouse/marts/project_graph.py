"""dbt's manifest, from which build_marts draws its tasks: `python -m warehouse.marts.project_graph SOURCE`.

The project is parsed for a source's build file, which is kept: the first run of that source need not parse it again.
Where nothing has changed since, nothing is done, and dbt is not even loaded.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

from warehouse.base.durable_files import write_text_durably
from warehouse.base.errors import DbtFailed
from warehouse.base.settings import Settings
from warehouse.marts.dbt import build_variables, dbt_environment
from warehouse.marts.increments import definitions_sha256
from warehouse.marts.parsed_project import parsed_file, parsed_project

# Each task of build_marts reads the manifest: without macros, tests and texts that takes a fifth of the time.
_DRAWN, _NOT_DRAWN = ("model", "seed"), ("raw_code", "columns")
_ANY_DATE = date(2000, 1, 1)  # the graph is the same for each


def graph_manifest(settings: Settings) -> Path:
    """Where the manifest is."""
    return settings.dbt_target_folder / "graph" / "manifest.json"


def write_graph(settings: Settings, source: str) -> None:
    """Bring the manifest up to date with dbt_project.

    Raises
    ------
    DbtFailed
        Where dbt cannot parse the project; it says why on the standard output.
    """
    manifest, definitions = graph_manifest(settings), definitions_sha256({})
    made_of = manifest.with_name("made_of.txt")
    if manifest.is_file() and made_of.is_file() and made_of.read_text() == definitions:
        return
    from dbt.flags import set_from_args

    project = parsed_project(parsed_file(settings, source), build_variables(_ANY_DATE))
    if project is None:
        raise DbtFailed("dbt cannot parse the project.", "Mend the file that it names.")
    manifest.parent.mkdir(parents=True, exist_ok=True)
    made_of.unlink(missing_ok=True)
    set_from_args(Namespace(), None)  # which no command has done where the project was read back
    whole = project.writable_manifest().to_dict(omit_none=False)
    nodes = {name: _drawn(node) for name, node in whole["nodes"].items() if node["resource_type"] in _DRAWN}
    write_text_durably(manifest, json.dumps({"metadata": whole["metadata"], "nodes": nodes}, default=str))
    write_text_durably(made_of, definitions)


def _drawn(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in _NOT_DRAWN}


def main(source: str) -> None:
    """Write it for the home of this process, in whose environment dbt's settings are set."""
    settings = Settings()
    # What parsing leaves behind must not take the place of what the last build left, of which dbt's pages are made.
    os.environ.update(dbt_environment(settings, source), DBT_TARGET_PATH=str(graph_manifest(settings).parent))
    write_graph(settings, source)


if __name__ == "__main__":
    main(*sys.argv[1:])
