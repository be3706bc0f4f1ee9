"""dbt's project as parsed before: read back instead of parsed again, as long as nothing that it is made of has changed.

dbt parses everything again when `--vars` differ, and the run's date does each day. No model refers to other models
according to the date (a test of the project holds that), so what was parsed for one date serves all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack
from msgpack.exceptions import UnpackException

from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.durable_files import staged_name
from warehouse.base.settings import Settings
from warehouse.marts.increments import definitions_sha256

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# What reading a file that was cut short, or whose parts have changed, can raise: it is written again.
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, UnpackException)


def parsed_file(settings: Settings, source: str, variables: Mapping[str, object] | None = None) -> Path:
    """Where the project parsed for a source's build file lies, now or later.

    Parameters
    ----------
    variables
        Vars of dbt_project.yml that are set otherwise, but for the run's date.
    """
    return parsed_file_in(settings.dbt_target_folder / "parsed", settings.build_file(source), variables or {})


def parsed_file_in(folder: Path, build_file: Path, variables: Mapping[str, object]) -> Path:
    """Name the file in a folder by all that the project is parsed from."""
    made_of = {
        "definitions": definitions_sha256(variables),
        "dbt": [version("dbt-core"), version("dbt-duckdb")],
        "database": build_file.stem,  # part of every table's name
    }
    name = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]
    return folder / f"{build_file.stem}-{name}.msgpack"


def parsed_project(file: Path, variables: Mapping[str, object]) -> Manifest | None:
    """Read the project back, or parse it and keep it; None where it cannot be parsed, so that dbt says why.

    The environment must be `warehouse.marts.dbt.dbt_environment`.

    Parameters
    ----------
    file
        From `parsed_file`.
    variables
        All vars of the run, its date included.
    """
    try:
        return _read(file)
    except FileNotFoundError:
        pass
    except _UNREADABLE:
        file.unlink(missing_ok=True)
    manifest = _parse(variables)
    if manifest is not None:
        _keep(manifest, file)
    return manifest


def _read(file: Path) -> Manifest:
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_msgpack_decoder

    def unpacked(data: bytes) -> Any:
        # dbt's own decoder refuses what its encoder writes of a number as a key in `meta`.
        return msgpack.unpackb(data, ext_hook=extended_msgpack_decoder, raw=False, strict_map_key=False)

    manifest = Manifest.from_msgpack(file.read_bytes(), decoder=unpacked)
    manifest.build_flat_graph()
    return manifest


def _parse(variables: Mapping[str, object]) -> Manifest | None:
    from dbt.cli.main import dbtRunner

    command = ["--quiet", "--no-use-colors", "parse", "--project-dir", str(DBT_PROJECT)]
    done = dbtRunner().invoke([*command, "--no-partial-parse", "--vars", json.dumps(variables)])
    return done.result if done.success else None  # pyrefly: ignore[bad-return] (of `parse`, it is the manifest)


def _keep(manifest: Manifest, file: Path) -> None:
    """Keep it in one step, in place of what was parsed of the same source before."""
    from dbt.parser.manifest import extended_mashumaro_encoder

    file.parent.mkdir(parents=True, exist_ok=True)
    staged = staged_name(file)
    staged.write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))  # pyrefly: ignore[bad-argument-type] (dbt passes it, too)
    staged.replace(file)
    source = file.name.rpartition("-")[0]
    for former in file.parent.glob(f"{source}-*.msgpack"):
        if former != file:
            former.unlink(missing_ok=True)
