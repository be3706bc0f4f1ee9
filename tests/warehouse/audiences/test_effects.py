"""What a selection brought, against an independent calculation, and what counts for it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.warehouse.audiences.audience_shop import DAY, SOURCE, Shop, made_shop
from warehouse.audiences.hold_out import salt_file
from warehouse.base.definitions import load_definitions
from warehouse.base.settings import Settings

WINDOW = load_definitions().campaign_window_days
LATER = DAY + timedelta(days=WINDOW)


@pytest.fixture
def large(tmp_path: Path) -> Shop:
    """Enough customers to tell an effect of; the same are held out in each run, since one draw in twenty misleads."""
    settings = Settings(home=tmp_path / "home", audiences_folder=tmp_path / "declared", memory_limit="500MB", threads=1)
    salt = salt_file(settings, SOURCE)
    salt.parent.mkdir(parents=True)
    salt.write_text("salt of the tests\n")
    return made_shop(settings, customers=900)


def effects(shop: Shop, outcome: str = "spend", scope: str = "selection") -> dict[tuple[str, date], dict[str, Any]]:
    found = shop.run("select * from (describe marts.audience_effects)")
    names = [name for name, *_ in found]
    rows = [dict(zip(names, row, strict=True)) for row in shop.run("from marts.audience_effects")]
    return {
        (row["audience_name"], row["as_of_date"]): row
        for row in rows
        if (row["outcome"], row["scope"]) == (outcome, scope)
    }


def groups(shop: Shop, spent: dict[str, float], name: str = "some") -> tuple[list[float], list[float]]:
    """Spend of those to contact and of those held out."""
    members = shop.members(name)
    return tuple([spent.get(one, 0.0) for one, held in members.items() if held is side] for side in (False, True))


def test_the_effect_is_that_of_an_independent_calculation(large: Shop) -> None:
    large.declare("some: condition: true")
    large.select()
    random = np.random.default_rng(3)
    spent: dict[str, float] = {}
    sales = []
    for customer in large.members("some"):
        sales.append((customer, DAY - timedelta(days=40), int(random.integers(5, 50))))
        for _ in range(int(random.poisson(0.4))):
            amount = int(random.integers(5, 200))
            sales.append((customer, DAY + timedelta(days=int(random.integers(0, WINDOW))), amount))
            spent[customer] = spent.get(customer, 0.0) + amount
    large.sell(sales)
    large.select(LATER)
    exported, held_out = groups(large, spent)
    expected = stats.ttest_ind(exported, held_out, equal_var=False)
    interval = expected.confidence_interval(0.95)
    found = effects(large)["some", DAY]
    assert found["exported_count"] == len(exported)
    assert found["held_out_count"] == len(held_out)
    assert found["effect"] == pytest.approx(np.mean(exported) - np.mean(held_out))
    assert found["lower_effect"] == pytest.approx(interval.low)
    assert found["upper_effect"] == pytest.approx(interval.high)
    assert found["p_value"] == pytest.approx(expected.pvalue)
    shares = [np.mean([one > 0 for one in group]) for group in (exported, held_out)]
    conversion = effects(large, "conversion")["some", DAY]
    assert [conversion["exported_mean"], conversion["held_out_mean"]] == pytest.approx(shares)
    assert found["total_effect"] == pytest.approx(found["adjusted_effect"] * len(exported))
    assert found["measured_as_of"] == LATER


def test_what_the_contact_brought_is_found_and_its_absence_too(large: Shop) -> None:
    """A fifth of those contacted for `gift` buy for 100; the others contacted nobody, and bring nothing."""
    without = [f"none_{number}: condition: true" for number in range(20)]
    large.declare("gift: condition: true", *without)
    large.select()
    random = np.random.default_rng(5)
    large.buy([one for one in large.members("gift") if random.random() < 0.3], DAY, 40)
    large.buy([one for one in sorted(large.exported("gift")) if random.random() < 0.2], DAY + timedelta(days=5), 100)
    large.select(LATER)
    found = effects(large)
    gift = found.pop(("gift", DAY))
    assert gift["lower_effect"] < 20 < gift["upper_effect"]
    assert gift["lower_adjusted_effect"] > 0
    assert gift["false_discovery_p_value"] < 0.01
    right = sum(row["lower_effect"] <= 0 <= row["upper_effect"] for row in found.values())
    assert len(found) == 20
    assert stats.binomtest(right, 20, 0.95).pvalue > 0.001
    assert not any(row["false_discovery_p_value"] < 0.05 for row in found.values())


def test_only_a_window_that_is_over_is_measured_and_only_what_lies_in_it(large: Shop) -> None:
    large.declare("some: condition: true")
    large.select()
    everybody = list(large.members("some"))
    for day, amount in ((DAY - timedelta(days=1), 1), (DAY, 2), (LATER - timedelta(days=1), 4), (LATER, 8)):
        large.buy(everybody, day, amount)
    large.select(LATER - timedelta(days=1))
    assert effects(large) == {}
    large.select(LATER)
    found = effects(large)["some", DAY]
    assert (found["exported_mean"], found["held_out_mean"]) == (6, 6)
    large.select(LATER + timedelta(days=9))
    assert effects(large)["some", DAY]["exported_mean"] == 6


def test_what_came_back_since_no_longer_counts(large: Shop) -> None:
    large.declare("some: condition: true")
    large.select()
    large.buy(large.members("some"), DAY, 10, until=LATER + timedelta(days=3))
    large.select(LATER)
    assert effects(large, "orders")["some", DAY]["exported_mean"] == 1
    large.select(LATER + timedelta(days=5))
    assert effects(large, "orders")["some", DAY]["exported_mean"] == 0


def test_groups_too_small_to_tell_say_so(shop: Shop) -> None:
    shop.declare("some: condition: true", "nobody_held_out: condition: true, hold_out_share: 0")
    shop.select()
    shop.select(LATER)
    for name in ("some", "nobody_held_out"):
        row = effects(shop)[name, DAY]
        assert row["effect"] is None
        assert row["reason"] == "A group has fewer than 50 customers."


def test_after_a_merge_a_person_of_both_groups_is_in_neither(large: Shop) -> None:
    large.declare("some: condition: true")
    large.select()
    members = large.members("some")
    held, contacted, same = (
        next(one for one, is_held in members.items() if is_held),
        *[one for one, is_held in members.items() if not is_held][:2],
    )
    other = [one for one, is_held in members.items() if not is_held][2]
    large.run(
        "insert into pii.customer_identities (source_customer_id, customer_id) values (?, ?), (?, ?)",
        [held, contacted, other, same],
    )
    large.buy([same], DAY, 100)  # the sale of a person with two ids of one group counts once
    large.select(LATER)
    row = effects(large)["some", DAY]
    assert row["left_out_count"] == 1
    assert row["held_out_count"] == sum(members.values()) - 1
    assert row["exported_count"] == sum(not is_held for is_held in members.values()) - 2
    assert row["exported_mean"] == pytest.approx(100 / row["exported_count"])


def test_many_small_selections_are_told_together_each_customer_once(large: Shop) -> None:
    limit = "contact_limits: {this_audience: {touches: 1, days: 365}}"
    for number in range(4):
        large.declare(f"some: condition: order_count <= {(number + 1) * 220}, {limit}")
        large.select(DAY + timedelta(days=number))
    everybody = {one: held for n in range(4) for one, held in large.members("some", DAY + timedelta(days=n)).items()}
    large.select(LATER + timedelta(days=3))
    assert {row["exported_count"] + row["held_out_count"] for row in effects(large).values()} == {176}
    [((_, newest), row)] = effects(large, scope="first_selections").items()
    assert newest == DAY + timedelta(days=3)
    assert row["held_out_count"] == sum(everybody.values())
    assert row["exported_count"] == len(everybody) - sum(everybody.values())


def test_selections_with_another_share_are_not_pooled(large: Shop) -> None:
    large.declare("some: condition: order_count <= 400, hold_out_share: 0.5")
    large.select()
    large.declare("some: condition: true, hold_out_share: 0.2")
    large.select(DAY + timedelta(days=1))
    large.select(LATER + timedelta(days=1))
    [row] = effects(large, scope="first_selections").values()
    assert row["exported_count"] + row["held_out_count"] == 720 - 320
    assert len(effects(large)) == 2


def test_a_selection_of_more_than_a_year_ago_stays_as_last_measured(large: Shop) -> None:
    large.declare("some: condition: true")
    large.select()
    large.buy(large.members("some"), DAY, 10, until=LATER + timedelta(days=3))
    large.select(LATER)
    long_after = LATER + timedelta(days=365)
    large.select(long_after)
    assert effects(large)["some", DAY]["measured_as_of"] == LATER
    assert effects(large)["some", DAY]["exported_mean"] == 10
    assert effects(large, scope="first_selections")["some", DAY]["exported_mean"] == 0
