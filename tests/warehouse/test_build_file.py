"""A build file that another process holds: who is patient waits for it, who is not is told at once."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb
import pytest

from warehouse.base.build_file import BuildFile
from warehouse.base.errors import WarehouseBusy
from warehouse.base.settings import Settings

FOR_A_SECOND = 1.0
UNTIL_THE_TEST_IS_OVER = 600.0


def hold(path: Path, is_held: Event, is_over: Event, longest_seconds: float) -> None:
    with duckdb.connect(str(path)):
        is_held.set()
        is_over.wait(longest_seconds)


@pytest.fixture
def holding(tmp_path: Path) -> Iterator[Callable[[float], Settings]]:
    """Makes settings with a build file that another process holds for so many seconds, or until the test is over."""
    settings = Settings(home=tmp_path)
    path = settings.build_file("shop")
    path.parent.mkdir(parents=True)
    duckdb.connect(str(path)).close()
    context = multiprocessing.get_context("spawn")
    is_held, is_over = context.Event(), context.Event()
    holders = []

    def hold_for(seconds: float) -> Settings:
        holders.append(context.Process(target=hold, args=(path, is_held, is_over, seconds)))
        holders[0].start()
        assert is_held.wait(60)
        return settings

    yield hold_for
    is_over.set()
    holders[0].join()


@pytest.fixture
def held(holding: Callable[[float], Settings]) -> Settings:
    return holding(UNTIL_THE_TEST_IS_OVER)


def test_who_is_patient_gets_it(holding: Callable[[float], Settings], caplog: pytest.LogCaptureFixture) -> None:
    file = BuildFile(holding(FOR_A_SECOND), "shop", patience_seconds=60)
    with caplog.at_level("INFO"), file.opened() as connection:
        connection.execute("create table found (day date)")
    [said] = [record.getMessage() for record in caplog.records]
    assert said.startswith("Waiting for the build file: shop.duckdb is held by another process")


def test_who_is_not_is_told(held: Settings) -> None:
    with pytest.raises(WarehouseBusy, match="is held by another process"), BuildFile(held, "shop").opened():
        pass


def test_patience_has_an_end(held: Settings) -> None:
    began = time.monotonic()
    file = BuildFile(held, "shop", patience_seconds=0.3)
    with pytest.raises(WarehouseBusy), file.opened():
        pass
    assert time.monotonic() - began >= 0.3
    with pytest.raises(WarehouseBusy), file.opened():  # and it may be asked again
        pass
