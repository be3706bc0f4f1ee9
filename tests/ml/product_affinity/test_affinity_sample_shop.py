"""Rules of the sample shop against the pairs that its generator plants."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from ml.configuration import load_configuration
from ml.jobs.product_affinity.baskets import Baskets, read_baskets
from ml.jobs.product_affinity.configuration import ProductAffinityConfiguration
from ml.jobs.product_affinity.rules import find_rules
from warehouse.base.settings import Settings
from warehouse.sources.sample_shop.catalogue import PAIRS

SETTINGS = load_configuration(ProductAffinityConfiguration, "product_affinity")


def read(shop: tuple[Settings, date], before_days: int = 0) -> Baskets:
    settings, day = shop
    with duckdb.connect(str(settings.build_file("sample_shop")), read_only=True) as connection:
        return read_baskets(connection, day - timedelta(days=before_days), 200)


@pytest.fixture(scope="module")
def found(sample_shop: tuple[Settings, date]) -> set[tuple[str, str]]:
    baskets = read(sample_shop)
    rules, codes = find_rules(baskets, SETTINGS).rules, baskets.product_codes
    return {
        (" + ".join(codes[list(first)]), codes[second])
        for first, second in zip(rules["antecedent"], rules["consequent"], strict=True)
    }


def test_all_planted_pairs_are_found_in_both_directions(found: set[tuple[str, str]]) -> None:
    planted = {(first, second) for first, second, _ in PAIRS}
    assert planted <= found
    assert {(second, first) for first, second in planted} <= found


def test_nothing_false_is_kept(found: set[tuple[str, str]]) -> None:
    """Two coffees each bring filters along: both together bring them more often than either."""
    planted = {frozenset(pair[:2]) for pair in PAIRS}
    assert {rule for rule in found if frozenset(rule) not in planted} <= {("COF-01 + COF-02", "BRW-01")}


def test_a_past_date_knows_its_own_baskets_only(sample_shop: tuple[Settings, date]) -> None:
    past, today = read(sample_shop, 200), read(sample_shop)
    assert 1000 < len(past) < len(today)
    assert past.order_date.max().astype(object) < sample_shop[1] - timedelta(days=200)
