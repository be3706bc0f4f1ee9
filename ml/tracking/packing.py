"""What a registered model consists of: the estimator, what its job must know of it, and the code that prepares rows.

Our own scoring reads the estimator only, with the code that is installed. Whoever loads the model elsewhere gets the
code of the release that registered it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from ml.competition.results import Estimator
from ml.tracking.serialisation import load_model_file, model_content
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import CHECKOUT
from warehouse.tables.features import MARTS

_LOADER = CHECKOUT / "ml" / "jobs" / "clientele_model.py"
FOLDER = Path("data", "model")  # in the artefacts, as MLflow places it
_ESTIMATOR, _ABOUT, _PACKAGES = "model.skops", "model.json", "packages.zip"
_SUFFIXES = {".py", ".yml"}
# What the packed code imports; what these need is found by the installer.
_LIBRARIES = (
    "duckdb",
    "lifelines",
    "matplotlib",
    "numpy",
    "pandas",
    "psutil",
    "pydantic",
    "pydantic-settings",
    "PyYAML",
    "scikit-learn",
    "scipy",
    "skops",
)


@dataclass(frozen=True)
class Packed:
    """What is known of a model besides its estimator: whose it is, and the features it takes."""

    job: str
    horizon_days: int | None
    columns: tuple[str, ...]


def pack(folder: Path, estimator: Estimator, packed: Packed) -> Path:
    """Write the files of a model, and return the folder they are in, a new one of the name that MLflow keeps.

    Raises
    ------
    ModelUnavailable
        If the estimator could not be loaded again.
    """
    files = folder / FOLDER.name
    files.mkdir(parents=True)
    (files / _ESTIMATOR).write_bytes(model_content(estimator))
    (files / _ABOUT).write_text(json.dumps(asdict(packed), indent=2), encoding="utf-8")
    (files / _PACKAGES).write_bytes(_packages())
    return files


def loader_in(folder: Path) -> Path:
    """Write the module that MLflow loads a model with, and return it.

    MLflow copies it beside the model with its permissions: not those of the checkout, which others may read.
    """
    copy = folder / _LOADER.name
    copy.write_bytes(_LOADER.read_bytes())
    return copy


def unpacked(folder: Path) -> tuple[Estimator, Packed]:
    """The model in a folder that `pack` wrote.

    Raises
    ------
    ModelUnavailable
        If a file is missing, damaged or holds foreign types.
    """
    try:
        known = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        packed = Packed(known["job"], known["horizon_days"], tuple(known["columns"]))
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"{_ABOUT} of the model cannot be read ({error}).", "Train again: python -m ml train --force."
        ) from error
    return load_model_file(folder / _ESTIMATOR), packed


def estimator_file(artefacts: Path) -> Path:
    """Where the estimator lies among a version's artefacts; earlier releases put it at the top."""
    packed = artefacts / FOLDER / _ESTIMATOR
    return packed if packed.exists() else artefacts / _ESTIMATOR


def requirements() -> list[str]:
    """The libraries of the packed code, as installed here."""
    return [f"{name}=={installed_version(name)}" for name in _LIBRARIES]


@contextmanager
def found_by_their_names() -> Iterator[None]:
    """Let MLflow find the libraries in the block by the names that they are installed under.

    It compares them with what is installed, and reads the lists of files of every package for those that are not found
    by name: a second of each process that trains.
    """
    theirs: Any = import_module("mlflow.utils.requirements_utils")

    look_up, found = theirs._init_packages_to_modules_map, theirs._PACKAGES_TO_MODULES
    theirs._init_packages_to_modules_map, theirs._PACKAGES_TO_MODULES = lambda: None, {}
    try:
        yield
    finally:
        theirs._init_packages_to_modules_map, theirs._PACKAGES_TO_MODULES = look_up, found


@cache
def _packages() -> bytes:
    """The archive of our code; the same content gives the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(_code()):
            entry = zipfile.ZipInfo(file.relative_to(CHECKOUT).as_posix())
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return written.getvalue()


def _code() -> Iterator[Path]:
    """Our modules with their declarations, and what is said of features and horizons in the dbt project."""
    shipped_sources = CHECKOUT / "warehouse" / "sources"
    for package in ("ml", "warehouse"):
        for file in (CHECKOUT / package).rglob("*"):
            if file.suffix in _SUFFIXES and shipped_sources not in file.parents:
                yield file
    yield DBT_PROJECT / "dbt_project.yml"
    yield from (DBT_PROJECT / "models" / "marts" / f"{mart}.yml" for mart in MARTS.values())
