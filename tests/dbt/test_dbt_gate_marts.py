"""Gate `marts` on marts as dbt builds them: all that it checks of conservation holds for a random shop."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from dbt_build_file import AS_OF_DATE, BuildFile

from expectations.gates import build_suites
from tests.expectations.broken_rules import broken
from warehouse.tables.quality_tables import create_quality_tables

_DATE = date.fromisoformat(AS_OF_DATE)


@pytest.fixture
def shop(built_shop: BuildFile, tmp_path) -> BuildFile:
    return built_shop.copy_to(tmp_path)


def _broken(shop: BuildFile, *statements: str) -> set[str]:
    with duckdb.connect(str(shop.path)) as connection:
        create_quality_tables(connection)
        for statement in statements:
            connection.execute(statement)
        return broken(connection, "marts", build_suites("marts", _DATE), _DATE)


def test_the_marts_of_a_random_shop_pass(shop):
    assert _broken(shop) == set()


def test_a_cent_that_is_lost_on_the_way_is_found(shop):
    lost = _broken(
        shop,
        "update intermediate.int_movements set raw_amount = raw_amount - 0.01 where movement_id = (select "
        "min(movement_id) from intermediate.int_movements where movement_kind = 'line' and movement_status = 'kept')",
    )
    assert "intermediate.int_movements: lines_are_in_the_ledger" in lost
    assert "intermediate.int_movements: revenue_up_to_int_movements_is_explained" in lost
