"""A scorer of versions made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from serving import live as following
from serving.application import application
from serving.live import Live
from tests.serving.made_versions import KEY, make_version
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings


@pytest.fixture(autouse=True)
def no_search_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scorer has a process of its own; here it would look through what all other tests have imported."""
    monkeypatch.setattr(following, "_keep_out_of_the_garbage", lambda: None)


@pytest.fixture
def home(settings: Settings) -> Settings:
    """A home in which nothing is published, whose scorer has a key."""
    return settings.model_copy(update={"scorer_key": SecretStr(KEY)})


@pytest.fixture
def shop(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with a version; the scorer looks for others often."""
    monkeypatch.setattr(following, "_LOOK_SECONDS", 0.02)
    make_version(home, "first")
    return home


@pytest.fixture
def scorer(shop: Settings) -> Iterator[TestClient]:
    """A program with the key."""
    with opened(shop) as client:
        yield client


def opened(settings: Settings, live: Live | None = None, **headers: str) -> TestClient:
    """A client of the scorer of a home, with the key unless other headers are given; no models are loaded."""
    sent = headers or {"Authorization": f"Bearer {KEY}"}
    app = application(settings, live or Live(settings, load=_none))
    return TestClient(app, base_url="http://127.0.0.1:8600", headers=sent)


def _none(*_: Any) -> Any:
    raise ModelUnavailable("There are no models here.", "Train some.")
