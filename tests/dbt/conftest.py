"""Build files shared by the tests of the dbt project."""

from __future__ import annotations

from pathlib import Path

import pytest
from dbt_build_file import AS_OF_DATE, BuildFile
from random_shop import draw_shop


@pytest.fixture
def build_file(tmp_path: Path) -> BuildFile:
    """An empty build file."""
    return BuildFile.create(tmp_path)


@pytest.fixture(scope="session")
def filled_shop(tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The random shop, loaded and not yet built. Copy it before building."""
    shop = BuildFile.create(tmp_path_factory.mktemp("filled"))
    for table, rows in draw_shop().items():
        shop.insert(table, rows)
    return shop


@pytest.fixture(scope="session")
def built_shop(filled_shop: BuildFile, tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The random shop with everything built and every test of dbt passed, its unit tests included."""
    shop = filled_shop.copy_to(tmp_path_factory.mktemp("built"))
    shop.build(AS_OF_DATE)
    return shop
