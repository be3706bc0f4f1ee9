"""The money of the marts is that of the plain ledger, for random shops: at once, in steps, and through the loader.

A failure shows the smallest shop that differs. CLIENTELE_LEDGER_SHOPS says how many shops are drawn (thousands take
minutes), CLIENTELE_LEDGER_SEED from which seed on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from dbt_build_file import DATED_MODELS
from ledger.assortment import AS_OF_DATE, PRACTICE
from ledger.comparing import Difference
from ledger.deliveries import draw_shop, larger_shop
from ledger.documents import HandIn
from ledger.luck import SeededLuck
from ledger_in_marts import built_at_once, built_in_steps, smallest_differing

SHOP_COUNT = int(os.environ.get("CLIENTELE_LEDGER_SHOPS", "150"))
FIRST_SEED = int(os.environ.get("CLIENTELE_LEDGER_SEED", "0"))
# On, with orders that are not yet known on the first date, and back to a date with later corrections.
DATES = (date(2010, 12, 6), AS_OF_DATE, date(2011, 1, 30))

Shop = list[HandIn]


def drawn_shops(first_seed: int, shop_count: int) -> list[Shop]:
    return [
        draw_shop(SeededLuck(seed)) for seed in range(FIRST_SEED + first_seed, FIRST_SEED + first_seed + shop_count)
    ]


def assert_no_difference(
    folder: Path, shops: list[Shop], differing_in: Callable[[Path, list[Shop]], list[Difference]]
) -> None:
    numbers = count()

    def new_folder() -> Path:
        new = folder / f"attempt {next(numbers)}"
        new.mkdir()
        return new

    smallest = smallest_differing(new_folder, shops, differing_in)
    if smallest:
        shop, found = smallest
        pytest.fail("\n".join([*described(shop), "", *(str(one) for one in found[:20])]), pytrace=False)


def described(shop: Shop) -> list[str]:
    """The rows of a shop, a line each."""
    return [
        f"delivery {number}: {table} " + ", ".join(f"{name}={value}" for name, value in row.items())
        for number, hand_in in enumerate(shop, start=1)
        for table, rows in hand_in.items()
        if table in ("orders", "order_items")
        for row in rows
    ]


def test_marts_say_what_the_plain_ledger_says(tmp_path: Path) -> None:
    shops = [*drawn_shops(0, SHOP_COUNT), larger_shop(FIRST_SEED)]
    assert_no_difference(tmp_path, shops, built_at_once)


@pytest.mark.campaign
def test_many_more_shops(tmp_path: Path) -> None:
    assert_no_difference(tmp_path, drawn_shops(50_000, 6 * SHOP_COUNT), built_at_once)


def test_where_heads_decide(tmp_path: Path) -> None:
    practice = replace(PRACTICE, amounts_from="heads")
    shops = drawn_shops(10_000, SHOP_COUNT // 2)
    assert_no_difference(tmp_path, shops, lambda folder, own: built_at_once(folder, own, practice, DATED_MODELS))


def test_increments_say_what_the_plain_ledger_says(tmp_path: Path) -> None:
    shops = drawn_shops(20_000, SHOP_COUNT // 2)
    assert_no_difference(tmp_path, shops, lambda folder, own: built_in_steps(folder, own, DATES))
