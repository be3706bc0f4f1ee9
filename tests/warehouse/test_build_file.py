"""One connection for all that a step does with the build file."""

from __future__ import annotations

import pytest

from tests.opens import counted_opens
from warehouse.base.build_file import BuildFile
from warehouse.base.connections import open_build_file
from warehouse.base.errors import WarehouseMissing
from warehouse.base.settings import Settings


@pytest.fixture
def file(settings: Settings) -> BuildFile:
    with open_build_file(settings, "files") as connection:
        connection.execute("create table numbers as select 1 as number")
    return BuildFile(settings, "files")


def count(file: BuildFile) -> int:
    with file.opened(read_only=True) as connection:
        return connection.execute("select count(*) from numbers").fetchone()[0]


def test_functions_that_call_each_other_see_one_state(file: BuildFile) -> None:
    with counted_opens(file.settings.build_file("files")) as opened:
        with file.opened() as connection:
            connection.execute("begin")
            connection.execute("insert into numbers values (2)")
            assert count(file) == 2  # not even committed
            connection.execute("rollback")
        assert count(file) == 1
    assert opened == [False, True]


def test_it_is_free_again_whatever_happened(file: BuildFile) -> None:
    with pytest.raises(ZeroDivisionError), file.opened():
        count(file)
        _ = 1 / 0
    with file.opened() as connection:
        connection.execute("insert into numbers values (2)")
    assert count(file) == 2


@pytest.mark.parametrize("read_only", [True, False])
def test_a_missing_file_is_told_and_not_made(settings: Settings, read_only: bool) -> None:
    with (
        pytest.raises(WarehouseMissing, match="no warehouse for source 'files'"),
        BuildFile(settings, "files").opened(read_only=read_only),
    ):
        pass
    assert not settings.build_file("files").exists()
