"""Campaigns of the random shop, counted again customer by customer from the orders."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

import numpy as np
import pytest
from dbt_build_file import AS_OF_DATE, BuildFile

from warehouse.marts.campaigns.estimates import Minimum, campaign_estimates

WINDOW, BEFORE = timedelta(days=28), timedelta(days=365)
RUN_AT = datetime.fromisoformat(AS_OF_DATE)
CUSTOMERS = (
    "select campaign_id, customer_id, is_control, touched_at, window_end_at, order_count, net_amount, has_visited, "
    "order_count_before, days_since_last_order from intermediate.int_campaign_customers order by 1, 2"
)


@pytest.fixture(scope="module")
def orders_of(built_shop: BuildFile) -> dict[str, list[tuple]]:
    """Sales of each customer: when, from when on they no longer stood, and what they were worth then."""
    found = defaultdict(list)
    for customer_id, *order in built_shop.query(
        "select customer_id, ordered_at, least(cancelled_at, reversed_at), gross_amount, order_date, order_id "
        "from marts.fct_orders where gross_amount > 0 and customer_id is not null"
    ):
        found[customer_id].append(tuple(order))
    return found


def stood(order: tuple, at: datetime) -> bool:
    return order[0] < at and (order[1] is None or order[1] >= at)


def test_everybody_chosen_is_there_once(built_shop: BuildFile) -> None:
    chosen = built_shop.query(
        "select distinct campaign_id, customer_id from raw.campaign_touches "
        f"where touched_at < '{AS_OF_DATE}' order by 1, 2"
    )
    counted = built_shop.query(CUSTOMERS)
    assert [row[:2] for row in counted] == chosen
    assert len(chosen) > 150
    assert {row[4] - row[3] for row in counted} == {WINDOW}  # none of these campaigns states an end


def test_purchases_are_those_of_the_window_and_of_the_year_before(
    built_shop: BuildFile, orders_of: dict[str, list[tuple]]
) -> None:
    totals = np.zeros(2)
    for _, customer_id, _, touched_at, window_end_at, count, _, _, count_before, days in built_shop.query(CUSTOMERS):
        orders = orders_of[customer_id]
        within = [order for order in orders if touched_at <= order[0] < window_end_at and stood(order, RUN_AT)]
        known = [order for order in orders if stood(order, touched_at)]
        before = [order for order in known if order[0] >= touched_at - BEFORE]
        assert (count, count_before) == (len(within), len(before)), customer_id
        last = max((order[3] for order in known), default=None)
        assert days == (None if last is None else (touched_at.date() - last).days)
        totals += (len(within), len(before))
    assert totals.min() > 50


def test_spend_is_what_the_orders_of_the_window_were_worth_less_what_came_back_of_them(
    built_shop: BuildFile, orders_of: dict[str, list[tuple]]
) -> None:
    """A return that belongs to no sale counts in its own window."""
    given_back: dict[str, Decimal] = defaultdict(Decimal)
    loose: dict[str, list[tuple]] = defaultdict(list)
    notes = "select order_id, customer_id, ordered_at, return_amount from marts.fct_orders where return_amount > 0"
    portions = "select order_id, sold_order_id, -amount from intermediate.int_return_portions"
    taken: dict[str, list[tuple]] = defaultdict(list)
    for order_id, sold_order_id, amount in built_shop.query(portions):
        taken[order_id].append((sold_order_id, amount))
        given_back[sold_order_id] += amount
    for order_id, customer_id, ordered_at, amount in built_shop.query(notes):
        rest = amount - sum((part for _, part in taken[order_id]), Decimal(0))
        loose[customer_id].append((ordered_at, rest))
    returned = 0
    for _, customer_id, _, touched_at, window_end_at, _, net_amount, *_ in built_shop.query(CUSTOMERS):
        within = [o for o in orders_of[customer_id] if touched_at <= o[0] < window_end_at and stood(o, RUN_AT)]
        back = sum((given_back[order[4]] for order in within), Decimal(0))
        alone = sum((rest for at, rest in loose[customer_id] if touched_at <= at < window_end_at), Decimal(0))
        assert float(net_amount) == pytest.approx(float(sum(o[2] for o in within) - back - alone), abs=0.02)
        returned += back > 0
    assert returned > 5


def test_visits_are_those_of_the_window(built_shop: BuildFile) -> None:
    visits = defaultdict(list)
    for customer_id, at in built_shop.query(
        f"select customer_id, occurred_at from raw.events where event_type = 'visit' and occurred_at < '{AS_OF_DATE}'"
    ):
        visits[customer_id].append(at)
    found = built_shop.query(CUSTOMERS)
    for row in found:
        assert row[7] == any(row[3] <= at < row[4] for at in visits[row[1]])
    assert 20 < sum(row[7] for row in found) < len(found) - 20


def test_effects_are_differences_of_means_of_these_customers(built_shop: BuildFile) -> None:
    """The marts tell nothing of groups as small as these; with a lower minimum the same sums give the effects."""
    moments = built_shop.query("select * from intermediate.int_campaign_moments")
    names = [name for name, *_ in built_shop.query("describe intermediate.int_campaign_moments")]
    rows = [dict(zip(names, row, strict=True)) for row in moments]
    ids = frozenset(row["campaign_id"] for row in rows)
    records = {
        (r["campaign_id"], r["outcome"]): r
        for r in campaign_estimates(rows, ids, Minimum(2, 1))
        if r["dimension"] == "all"
    }
    customers = built_shop.query(
        "select campaign_id, is_control, orders, spend, earlier_spend "
        "from intermediate.int_campaign_outcomes order by 1"
    )
    checked = 0
    for campaign_id, members in groupby(customers, key=lambda row: row[0]):
        table = np.array([[float(value) for value in row[1:]] for row in members])
        is_control, before = table[:, 0] == 1, table[:, 3]
        for outcome, y in (("orders", table[:, 1]), ("spend", table[:, 2])):
            record = records[campaign_id, outcome]
            assert record["effect"] == pytest.approx(y[~is_control].mean() - y[is_control].mean())
            if record["is_told"]:
                design = np.column_stack([np.ones(len(y)), ~is_control, before])  # analysis of covariance
                assert record["adjusted_effect"] == pytest.approx(np.linalg.lstsq(design, y, rcond=None)[0][1])
                checked += 1
    assert checked >= 8


def test_groups_too_small_are_named_and_nothing_is_said_of_them(built_shop: BuildFile) -> None:
    rows = built_shop.query(
        "select verdict, reason, control_count, treated_count, effect, incremental_total from marts.campaign_effects"
    )
    assert len(rows) >= 18
    for verdict, reason, control_count, _, effect, total in rows:
        assert (verdict, effect, total) == ("not measurable", None, None)
        assert reason == f"Its control group has {control_count} customers; an effect is told from 50 on."
    summary = built_shop.query(
        "select sum(campaign_count), sum(not_measurable_campaign_count) from marts.campaign_summary"
    )
    begun = built_shop.query(f"select count(*) from raw.campaigns where started_at < '{AS_OF_DATE}'")[0][0]
    assert begun > 5
    assert summary == [(begun, begun)]


def test_segments_are_the_whole_campaign_and_known_on_the_touch(built_shop: BuildFile) -> None:
    by_segment = built_shop.query(
        "select campaign_id, dimension, sum(treated_count), sum(control_count) from marts.campaign_effects_by_segment "
        "where outcome = 'orders' group by 1, 2 order by 1, 2"
    )
    whole = {
        row[0]: row[1:]
        for row in built_shop.query(
            "select distinct campaign_id, treated_count, control_count from marts.campaign_effects"
        )
    }
    assert {row[1] for row in by_segment} == {"last_order", "orders_before", "spend_before"}
    assert all(whole[campaign_id] == tuple(counts) for campaign_id, _, *counts in by_segment)


def test_a_campaign_of_the_future_is_not_there(built_shop: BuildFile) -> None:
    started = built_shop.query("select max(started_at) from marts.campaign_effects")[0][0]
    assert started.date() < date.fromisoformat(AS_OF_DATE)
