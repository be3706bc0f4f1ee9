"""Settings from the files of `ml/conf`, as frozen, validated objects."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from warehouse.base.declarations import Declared, Frozen, read_declaration

__all__ = ["CONFIGURATION_FOLDER", "Frozen", "load_configuration"]

CONFIGURATION_FOLDER = Path(__file__).resolve().parent / "conf"


@cache
def load_configuration(kind: type[Declared], name: str, folder: Path = CONFIGURATION_FOLDER) -> Declared:
    """Read and check one file of `ml/conf`; SettingsError if it cannot be used."""
    return read_declaration(kind, folder / f"{name}.yml", "Correct the file named above.", f"ml/conf/{name}.yml")
