"""A shop with a folder of audiences for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse.audiences.audience_shop import Shop, made_shop
from warehouse.base.settings import Settings


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return made_shop(
        Settings(home=tmp_path / "home", audiences_folder=tmp_path / "declared", memory_limit="500MB", threads=1)
    )
