"""dbt's project parsed once for a test run, whatever the sources are called: each name would take twelve core seconds.

Parsing depends on the name of the build file in one way only: it is the database in every table's full name
(`tests/dbt/test_dbt_parsed_project.py` compares with what dbt itself parses for a name).
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgpack

from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.settings import CHECKOUT
from warehouse.marts.parsed_project import parsed_file_in

PARSED_FOR = "2011-03-01"
_NAME = "parsed_once_for_all"
_MANIFEST = "manifest.json"  # dbt's name
_PARSE = (
    "import json, sys; from pathlib import Path; from warehouse.marts.parsed_project import parsed_project; "
    "parsed_project(Path(sys.argv[1]), json.loads(sys.argv[2]))"
)


def parsed_once_in(folder: Path, build_file: Path, variables: Mapping[str, object]) -> Path:
    """As `parsed_file_in`, with the project in the file.

    Parameters
    ----------
    folder
        Shared by all processes of a test run.
    """
    file = parsed_file_in(folder, build_file, variables)
    if file.exists():
        return file
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            original = _parsed(folder, variables)
            project = msgpack.unpackb(original.read_bytes(), raw=False, strict_map_key=False)
            staged = file.with_suffix(f".{os.getpid()}")
            staged.write_bytes(msgpack.packb(_renamed(project, build_file.stem), use_bin_type=True))
            staged.rename(file)
    return file


def manifest_once_in(folder: Path) -> Path:
    """dbt's manifest as a JSON file, which it writes when it parses the project; parameters as `parsed_once_in`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _parsed(folder, {}).parent / _MANIFEST


def _parsed(folder: Path, variables: Mapping[str, object]) -> Path:
    build_file = folder / f"{_NAME}.duckdb"
    # In a folder of its own: what was parsed with other variables is not its predecessor.
    file = parsed_file_in(folder, build_file, variables)
    file = folder / file.stem / file.name
    if not (file.exists() and (file.parent / _MANIFEST).exists()):
        folders = {"DBT_TARGET_PATH": str(file.parent), "DBT_LOG_PATH": str(folder / "logs")}
        dbt = {"CLIENTELE_BUILD_FILE": str(build_file), "DBT_PROFILES_DIR": str(DBT_PROJECT), **folders}
        subprocess.run(
            [sys.executable, "-c", _PARSE, str(file), json.dumps({"as_of_date": PARSED_FOR, **variables})],
            env={**os.environ, **dbt, "PYTHONPATH": str(CHECKOUT)},
            check=True,
            capture_output=True,
        )
    return file


def _renamed(part: Any, name: str) -> Any:
    """All of it, with another database."""
    if isinstance(part, str):
        return part.replace(_NAME, name) if _NAME in part else part
    if isinstance(part, dict):
        return {_renamed(key, name): _renamed(value, name) for key, value in part.items()}
    if isinstance(part, list):
        return [_renamed(one, name) for one in part]
    return part
