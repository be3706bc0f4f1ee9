"""Homes that are made once and copied where a test writes into them."""

from __future__ import annotations

import shutil
from pathlib import Path

from warehouse.base.settings import Settings


def copied_home(made: Settings, home: Path) -> Settings:
    """Return the settings of a copy of a home, links and permissions as they are."""
    copy = made.model_copy(update={"home": home})
    shutil.copytree(made.home, home, symlinks=True)
    return copy
