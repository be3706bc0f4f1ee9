"""In a large shop, dates to learn from hold a sample of the customers; their rows are those that all would have."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from dbt_build_file import AS_OF_DATE, BuildFile

MODELS = ("+customer_features", "+customer_labels", "+rfm_migration")
TABLES = (
    "intermediate.int_customer_order_features",
    "intermediate.int_customer_profile_features",
    "intermediate.int_customer_product_features",
    "intermediate.int_customer_event_features",
    "intermediate.int_customer_feedback_features",
    "intermediate.int_customer_campaign_features",
    "intermediate.int_customer_subscription_features",
    "marts.customer_features",
    "marts.customer_labels",
)
HELD = "select customer_id, cast(as_of_date as varchar) as as_of_date, rows from {table} as rows order by all"


def rows_of(shop: BuildFile, table: str) -> list[tuple[Any, ...]]:
    """Customer, date and the whole row."""
    return shop.query(HELD.format(table=table))


def sampled(rows: list[tuple[Any, ...]], whole: set[str], first_byte_below: int) -> list[tuple[Any, ...]]:
    """By another way than the macro: the first byte of each id's digest."""
    return [
        row
        for row in rows
        if row[1] in whole or hashlib.md5(row[0].encode()).digest()[0] < first_byte_below  # noqa: S324
    ]


@pytest.fixture(scope="module")
def small_samples(filled_shop: BuildFile, tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The random shop of some sixty customers, of whom twelve are enough: a quarter."""
    shop = filled_shop.copy_to(tmp_path_factory.mktemp("small"))
    assert not shop.build_as_the_pipeline(AS_OF_DATE, MODELS, snapshot_sample_customer_count=12)
    return shop


@pytest.fixture(scope="module")
def larger_samples(small_samples: BuildFile, tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The same, built on with samples of half the customers."""
    shop = small_samples.copy_to(tmp_path_factory.mktemp("larger"))
    assert shop.build_as_the_pipeline(AS_OF_DATE, MODELS, snapshot_sample_customer_count=24)
    return shop


@pytest.mark.parametrize(
    ("samples", "first_byte_below"),
    [("small_samples", 64), pytest.param("larger_samples", 128, marks=pytest.mark.campaign)],
)
def test_a_sample_has_the_rows_that_everyone_has(
    built_shop: BuildFile, samples: str, first_byte_below: int, request: pytest.FixtureRequest
) -> None:
    shop: BuildFile = request.getfixturevalue(samples)
    roles = dict(shop.query("select cast(as_of_date as varchar), snapshot_role from intermediate.int_snapshot_dates"))
    whole = {day for day, role in roles.items() if role in ("scoring", "evaluation")}
    assert len(whole) == 2 < len(roles)
    for table in TABLES:
        everyone = rows_of(built_shop, table)
        expected = sampled(everyone, whole, first_byte_below)
        assert 0 < len(expected) < len(everyone)
        assert rows_of(shop, table) == expected, table


def test_nobody_is_new_for_having_been_left_out(built_shop: BuildFile, small_samples: BuildFile) -> None:
    """Moves between dates that hold everyone are those of the whole shop; of earlier ones those of the sample."""
    newest = "select * from marts.rfm_migration where sampled_share = 1 order by all"
    counts = "select from_as_of_date, sum(customer_count) from marts.rfm_migration where {} group by all order by all"
    moves = small_samples.query(newest)
    assert moves
    assert set(moves) <= set(built_shop.query(newest))
    [(_, newest_count)] = small_samples.query(counts.format("sampled_share = 1"))
    customers = (
        "select count(*) from marts.customer_rfm as rows where as_of_date = (select {} from marts.rfm_migration)"
    )
    assert small_samples.query(customers.format("max(to_as_of_date)")) == [(newest_count,)]
    evaluated = small_samples.query(
        "select customer_id from marts.customer_rfm "
        "where as_of_date = (select max(to_as_of_date) from marts.rfm_migration where sampled_share < 1)"
    )
    held = [id_ for (id_,) in evaluated if hashlib.md5(id_.encode()).digest()[0] < 64]  # noqa: S324
    *_, (_, sampled_count) = small_samples.query(counts.format("sampled_share = 0.25"))
    assert len(held) == sampled_count < len(evaluated)
