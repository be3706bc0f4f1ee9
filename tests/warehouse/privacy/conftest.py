"""The small shop with a person in every kind of file, made once; each test gets a copy of its home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import copied_home, made_once
from tests.warehouse.privacy.shop_with_people import PERSON, SOURCE, ingested
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase


@pytest.fixture(scope="session")
def loaded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "shop_with_people", lambda home: ingested(_settings(home)))


@pytest.fixture(scope="session")
def erased_home(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(home: Path) -> None:
        erase(copied_home(_settings(loaded_home), home), SOURCE, PERSON, "ada")

    return made_once(tmp_path_factory, "shop_without_person", make)


@pytest.fixture
def loaded(loaded_home: Path, settings: Settings) -> Settings:
    """Settings of a home in which the shop is landed and loaded."""
    return copied_home(_settings(loaded_home), settings.home)


@pytest.fixture
def erased(erased_home: Path, settings: Settings) -> Settings:
    """Settings of a home from which the person was erased."""
    return copied_home(_settings(erased_home), settings.home)


def _settings(home: Path) -> Settings:
    return Settings(home=home, memory_limit="1GB")
