"""What is no unit test is told from what a test uses, wherever it is used."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.marking import Uses
from tests.warehouse import small_warehouse
from warehouse.marts import dbt


def _starts_a_program() -> None:
    subprocess.run(["true"], check=True)


class _Helper:
    @property
    def answer(self) -> None:
        _starts_a_program()


def at_once() -> int:
    return len("text")


def by_a_program() -> None:
    _starts_a_program()


def by_a_class() -> None:
    assert _Helper().answer is None


def inside_another() -> None:
    def inner() -> None:
        _starts_a_program()

    inner()


def by_a_stage() -> None:
    assert dbt.build


def by_a_helper_of_another_file() -> None:
    small_warehouse.published_run(None, 1)


def by_what_is_imported_inside() -> None:
    from ml.lifecycle.training import train

    assert train


@pytest.mark.parametrize(
    "test",
    [
        by_a_program,
        by_a_class,
        inside_another,
        by_a_stage,
        by_a_helper_of_another_file,
        by_what_is_imported_inside,
    ],
)
def test_slow_parts_are_found_where_a_test_reaches_them(test: Callable[[], None]) -> None:
    assert Uses().reached(test)


def test_nothing_slow_is_found_where_nothing_is() -> None:
    assert not Uses().reached(at_once)


def test_a_fixture_counts_for_the_test_that_asks_for_it(request: pytest.FixtureRequest, dbt_kept_ready: object) -> None:
    assert Uses().slow_parts(request.node)


def test_what_pytest_does_around_every_test_counts_for_none(request: pytest.FixtureRequest) -> None:
    assert not Uses().slow_parts(request.node)
    assert request.node.get_closest_marker("unit")
