"""Files of `ml/conf`, read into frozen, checked objects."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

from warehouse.base.errors import SettingsError

CONFIGURATION_FOLDER = Path(__file__).resolve().parent / "conf"


class Frozen(BaseModel):
    """A configuration block: no unknown names, no change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_Configuration = TypeVar("_Configuration", bound=Frozen)


@cache
def load_configuration(kind: type[_Configuration], name: str, folder: Path = CONFIGURATION_FOLDER) -> _Configuration:
    """Read and check one file of `ml/conf`.

    Raises
    ------
    SettingsError
        If the file is missing, a name is unknown or a value is out of range.
    """
    try:
        return kind.model_validate(yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"ml/conf/{name}.yml: {error}", "Mend the file named above.") from error
