"""Who is chosen: consent always, limits of contact, size and order; and what is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.warehouse.audiences.audience_shop import DAY, Shop

ALL = "condition: order_count > 0"


def overview(shop: Shop, name: str = "everybody") -> dict[str, int]:
    names = ("matched", "without_consent", "over_own_limit", "over_common_limit", "beyond_size", "held_out", "exported")
    columns = ", ".join(f"{one}_count" for one in names)
    [row] = shop.run(f"select {columns} from marts.audience_overview where audience_name = ?", [name])
    assert row[0] == sum(row[1:])
    return dict(zip(names, row, strict=True))


def test_consent_is_asked_whatever_the_condition_says(shop: Shop) -> None:
    shop.declare(
        f"everybody: {ALL}",
        "those_who_refuse: condition: not may_be_contacted",
        "tricked: \"condition\": 'true) or (not may_be_contacted'",
    )
    selection = shop.select()
    assert not selection.problems
    refusing = {f"c{i}" for i in range(5, 101, 5)}
    assert set(shop.members("everybody")) == {f"c{i}" for i in range(1, 101)} - refusing
    assert shop.members("those_who_refuse") == {}
    assert refusing.isdisjoint(shop.members("tricked"))
    assert overview(shop)["without_consent"] == 20
    assert overview(shop, "those_who_refuse") == {
        "matched": 20, "without_consent": 20, "over_own_limit": 0, "over_common_limit": 0, "beyond_size": 0,
        "held_out": 0, "exported": 0,
    }  # fmt: skip


def test_the_first_so_many_in_the_declared_order_are_chosen(shop: Shop) -> None:
    shop.declare("everybody: condition: order_count > 0, size: 10, order_by: net_amount desc")
    shop.select()
    first = [f"c{i}" for i in range(100, 0, -1) if i % 5][:10]
    assert list(shop.members("everybody")) == first
    assert overview(shop)["beyond_size"] == 70
    assert overview(shop)["held_out"] + overview(shop)["exported"] == 10


def test_touches_that_a_source_reports_count_and_those_of_its_control_group_do_not(shop: Shop) -> None:
    shop.declare(f"everybody: {ALL}, contact_limits: {{all_campaigns: {{touches: 2, days: 14}}}}")
    for customer, days, is_control in (
        ("c1", (1, 14), False),  # the 14 days before today end with the day before them
        ("c2", (1, 13), False),
        ("c3", (1, 13), True),
        ("c4", (1, -1), False),  # of tomorrow nothing is known
        ("c6", (5,), False),
    ):
        for before in days:
            shop.touch(customer, DAY - timedelta(days=before), is_control=is_control)
    shop.select()
    assert {f"c{i}" for i in (1, 2, 3, 4, 6)} - set(shop.members("everybody")) == {"c2"}
    assert overview(shop)["over_common_limit"] == 1


@pytest.mark.parametrize(("days", "is_free"), [(9, False), (10, True)])
def test_who_was_chosen_lately_is_not_chosen_again_held_out_or_not(shop: Shop, days: int, *, is_free: bool) -> None:
    shop.declare(f"everybody: {ALL}, contact_limits: {{this_audience: {{touches: 1, days: 10}}}}")
    shop.select(DAY - timedelta(days=days))
    before = shop.members("everybody", DAY - timedelta(days=days))
    assert set(before.values()) == {True, False}
    shop.select()
    assert shop.members("everybody") == (before if is_free else {})


def test_the_held_out_are_no_freer_than_their_like(shop: Shop) -> None:
    """Under a limit over all campaigns those held out count as contacted by the audience that holds them out."""
    shop.declare(f"everybody: {ALL}, contact_limits: {{all_campaigns: {{touches: 1, days: 10}}}}")
    shop.select(DAY - timedelta(days=3))
    shop.select()
    assert shop.members("everybody") == {}


def test_an_audience_before_counts_for_those_after_it_on_the_same_day(shop: Shop) -> None:
    limit = "contact_limits: {all_campaigns: {touches: 1, days: 10}}"
    shop.declare(f"second: {ALL}, priority: 2, {limit}", f"first: {ALL}, priority: 1, {limit}")
    shop.select()
    assert len(shop.members("first")) == 80
    assert set(shop.members("second")) == set(shop.members("first")) - shop.exported("first")


def test_an_export_is_not_counted_twice_when_the_source_reports_the_contact(shop: Shop) -> None:
    limit = "contact_limits: {all_campaigns: {touches: 2, days: 20}}"
    shop.declare(f"everybody: {ALL}, hold_out_share: 0, {limit}")
    shop.select(DAY - timedelta(days=10))
    shop.touch("c1", DAY - timedelta(days=9))  # what came of the export
    shop.touch("c2", DAY - timedelta(days=2))  # too late to have come of it
    shop.select()
    assert {"c1", "c3"} <= shop.exported("everybody")
    assert "c2" not in shop.members("everybody")


def test_the_same_date_again_replaces_and_other_dates_stay(shop: Shop) -> None:
    shop.declare("everybody: condition: order_count > 50")
    shop.select(DAY - timedelta(days=1))
    shop.select()
    first = shop.members("everybody", DAY - timedelta(days=1))
    shop.declare("everybody: condition: order_count > 90")
    shop.select()
    assert shop.members("everybody", DAY - timedelta(days=1)) == first
    assert set(shop.members("everybody")) == {f"c{i}" for i in range(91, 100) if i % 5}


def test_a_date_before_the_newest_is_left_alone(shop: Shop) -> None:
    shop.declare(f"everybody: {ALL}")
    shop.select()
    before = shop.run("from marts.audience_members")
    selection = shop.select(DAY - timedelta(days=30))
    assert "earlier date" in selection.skipped
    assert selection.counts == {}
    assert shop.run("from marts.audience_members") == before


def test_a_try_writes_nothing(shop: Shop) -> None:
    shop.declare(f"everybody: {ALL}")
    selection = shop.select(write=False)
    assert selection.counts["everybody"]["matched_count"] == 100
    assert shop.run("select 1 from duckdb_tables() where table_name like 'audience%'") == []


def test_overlap_counts_common_customers_of_each_pair(shop: Shop) -> None:
    shop.declare("odd: condition: order_count % 2 = 1", "large: condition: order_count > 90", "none: condition: false")
    shop.select()
    found = {
        (one, other): rest
        for one, other, *rest in shop.run(
            "select audience_name, other_audience_name, common_matched_count, common_matched_share, "
            "common_member_count from marts.audience_overlap"
        )
    }
    assert len(found) == 6
    assert found["odd", "large"] == [4, 4 / 40, 4]
    assert found["large", "odd"] == [4, 4 / 8, 4]
    assert found["none", "odd"] == [0, None, 0]
