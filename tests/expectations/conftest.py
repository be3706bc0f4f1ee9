"""The small shop, made once; each test gets a copy of its build file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.expectations.small_shop import SOURCE, make_small_shop
from warehouse.settings import Settings


@pytest.fixture(scope="session")
def good_build_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(home=tmp_path_factory.mktemp("small_shop"))
    make_small_shop(settings)
    return settings.build_file(SOURCE)


@pytest.fixture
def shop(settings: Settings, good_build_file: Path) -> Settings:
    """Settings of a home with the small shop in it."""
    target = settings.build_file(SOURCE)
    target.parent.mkdir(parents=True)
    shutil.copyfile(good_build_file, target)
    return settings
