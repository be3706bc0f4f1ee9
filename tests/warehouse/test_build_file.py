"""A build file that another process holds: who is patient waits for it, who is not is told at once."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import duckdb
import pytest

from warehouse.base.build_file import BuildFile
from warehouse.base.errors import WarehouseBusy
from warehouse.base.settings import Settings

HELD_SECONDS = 1.0


def hold(path: Path, is_held: object, held_seconds: float) -> None:
    with duckdb.connect(str(path)):
        is_held.set()
        time.sleep(held_seconds)


@pytest.fixture
def held(tmp_path: Path) -> Settings:
    """Settings with a build file that another process holds for a second."""
    settings = Settings(home=tmp_path)
    path = settings.build_file("shop")
    path.parent.mkdir(parents=True)
    duckdb.connect(str(path)).close()
    context = multiprocessing.get_context("spawn")
    is_held = context.Event()
    holder = context.Process(target=hold, args=(path, is_held, HELD_SECONDS))
    holder.start()
    assert is_held.wait(60)
    yield settings
    holder.join()


def test_who_is_patient_gets_it(held: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"), BuildFile(held, "shop", patience_seconds=60).opened() as connection:
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
