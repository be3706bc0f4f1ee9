"""A limit of memory that is too small for a shop is told with the one that would do."""

from __future__ import annotations

from datetime import date

import pytest

from warehouse.base.connections import open_build_file
from warehouse.base.errors import WantOfMemory
from warehouse.base.memory_need import sufficient_gb, want_of_memory
from warehouse.base.settings import Settings
from warehouse.marts.dbt import build, refuse_want_of_memory

LINE_COUNT = 1_000_000


@pytest.fixture
def large_shop(settings: Settings) -> Settings:
    """Lines of a shop as far as DuckDB counts them, and a limit that they hardly fit into."""
    with open_build_file(settings, "files") as connection:
        connection.execute(f"create schema raw; create table raw.order_items as from range({LINE_COUNT})")
    return settings.model_copy(update={"memory_limit": "20MB"})


def test_what_does_not_fit_is_told_with_the_limit_that_would_do(large_shop: Settings) -> None:
    with (
        pytest.raises(WantOfMemory, match="CLIENTELE_MEMORY_LIMIT=20MB is too little") as told,
        open_build_file(large_shop, "files") as connection,
    ):
        connection.execute("select list(range order by hash(range)) from raw.order_items").fetchall()
    assert "failed to allocate" in told.value.message
    assert told.value.what_to_do.startswith("Set CLIENTELE_MEMORY_LIMIT=2GB, which does for 1,000,000 order lines.")


def test_only_words_about_memory_are_taken_for_want_of_it(large_shop: Settings) -> None:
    refuse_want_of_memory(large_shop, "files", "Binder Error: no such column")
    with pytest.raises(WantOfMemory, match="int_movements: Runtime Error") as told:
        refuse_want_of_memory(large_shop, "files", "int_movements: Runtime Error\n  Out of Memory Error: failed")
    assert "CLIENTELE_MEMORY_LIMIT=2GB" in told.value.what_to_do


@pytest.mark.campaign
def test_dbt_that_does_not_fit_is_told_in_the_same_way(large_shop: Settings) -> None:
    """A limit in which not even a seed can be written."""
    with pytest.raises(WantOfMemory, match="=2MB is too little") as told:
        build(large_shop.model_copy(update={"memory_limit": "2MB"}), "files", date(2026, 7, 1), ("path:seeds",))
    assert "CLIENTELE_MEMORY_LIMIT=2GB" in told.value.what_to_do


# What went through (docs/benchmark.md).
@pytest.mark.parametrize(("line_count", "enough", "too_little"), [(1_831_013, 2, 0), (18_403_967, 4, 0)])
def test_the_limit_that_is_named_is_one_that_was_measured_to_do(line_count: int, enough: int, too_little: int) -> None:
    assert too_little < sufficient_gb(line_count) <= enough


def test_a_limit_that_is_said_to_do_and_does_not_is_not_named_again(settings: Settings) -> None:
    assert "Raise it further" in want_of_memory("x", "6GB", 18_403_967).what_to_do
    assert "=4GB" in want_of_memory("x", "2 GiB", 18_403_967).what_to_do
    assert want_of_memory("x", "80%", None).what_to_do == "Raise CLIENTELE_MEMORY_LIMIT."
    assert "take a larger one" in want_of_memory("x", "2GB", 10**12).what_to_do
