"""What is declared in YAML files of ours, read into objects that are checked and do not change."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

from warehouse.base.errors import SettingsError
from warehouse.base.yaml_files import read_yaml


class Frozen(BaseModel):
    """A block of a declaration: no unknown names, no change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Declared = TypeVar("Declared", bound=Frozen)


def read_declaration(kind: type[Declared], path: Path, what_to_do: str, name: str = "") -> Declared:
    """Read and check a file.

    Parameters
    ----------
    name
        What the file is called in messages; default: its own name.

    Raises
    ------
    SettingsError
        If the file is missing, a name is unknown or a value is out of range.
    """
    try:
        return kind.model_validate(read_yaml(path))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"{name or path.name}: {error}", what_to_do) from error
