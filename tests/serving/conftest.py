"""A scorer of versions made by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from serving import live
from serving.application import application
from tests.serving.made_versions import KEY, make_version
from warehouse.base.settings import Settings


@pytest.fixture
def home(settings: Settings) -> Settings:
    """A home in which nothing is published, whose scorer has a key."""
    return settings.model_copy(update={"scorer_key": SecretStr(KEY)})


@pytest.fixture
def shop(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with a version; the scorer looks for others often."""
    monkeypatch.setattr(live, "_LOOK_SECONDS", 0.02)
    make_version(home, "first")
    return home


@pytest.fixture
def scorer(shop: Settings) -> Iterator[TestClient]:
    """A program with the key."""
    with opened(shop) as client:
        yield client


def opened(settings: Settings, **headers: str) -> TestClient:
    """A client of the scorer of a home, with the key unless other headers are given."""
    sent = headers or {"Authorization": f"Bearer {KEY}"}
    return TestClient(application(settings), base_url="http://127.0.0.1:8600", headers=sent)
