"""The marts of conversion against a ledger in plain Python, written from docs/conversion.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from dbt_build_file import AS_OF_DATE, BuildFile

STEPS = ("product_view", "add_to_cart", "checkout", "purchase")
NAMES = ("session", "product", "basket", "checkout", "order")
DATE = datetime.fromisoformat(AS_OF_DATE)


def rows(shop: BuildFile, sql: str, *names: str) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in shop.query(sql)]


@pytest.fixture(scope="module")
def sessions(built_shop: BuildFile) -> dict[str, list[dict[str, Any]]]:
    """Events by session, put together event by event."""
    names = ("event_id", "customer_id", "session_id", "event_type", "product_code", "at")
    events = rows(
        built_shop,
        "select event_id, customer_id, session_id, event_type, product_code, occurred_at from staging.stg_events "
        f"where occurred_at < '{AS_OF_DATE}' and event_type <> 'unsubscribe'",
        *names,
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    last_seen: dict[str, datetime] = {}
    visits: Counter[str] = Counter()
    for event in sorted(events, key=lambda event: (event["at"], event["event_id"])):
        customer = event["customer_id"]
        if event["session_id"]:
            found[event["session_id"]].append(event)
        elif customer:
            if customer not in last_seen or event["at"] - last_seen[customer] > timedelta(minutes=30):
                visits[customer] += 1
            last_seen[customer] = event["at"]
            found[f"visit:{customer}:{visits[customer]}"].append(event)
    return found


def whose(events: list[dict[str, Any]]) -> str | None:
    return next((event["customer_id"] for event in reversed(events) if event["customer_id"]), None)


@pytest.fixture(scope="module")
def links(built_shop: BuildFile, sessions: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The order of each purchase event: each is the other's nearest."""
    sales = rows(
        built_shop,
        "select order_id, customer_id, ordered_at, net_amount from marts.fct_orders where order_kind = 'sale'",
        *("order_id", "customer_id", "at", "net_amount"),
    )
    purchases = [
        {**event, "customer_id": whose(events)}
        for events in sessions.values()
        for event in events
        if event["event_type"] == "purchase"
    ]

    def apart(event, order):
        return abs((event["at"] - order["at"]).total_seconds())

    def near(event, order):
        limit = 60 if event["customer_id"] is None else 30 * 60
        return event["customer_id"] == order["customer_id"] and apart(event, order) <= limit

    nearest_order, nearest_event = {}, {}
    for event in purchases:
        candidates = [order for order in sales if near(event, order)]
        if candidates:
            nearest_order[event["event_id"]] = min(candidates, key=lambda o: (apart(event, o), o["at"], o["order_id"]))
    for order in sales:
        candidates = [event for event in purchases if near(event, order)]
        if candidates:
            best = min(candidates, key=lambda e: (apart(e, order), e["at"], e["event_id"]))
            nearest_event[order["order_id"]] = best["event_id"]
    return {event: o for event, o in nearest_order.items() if nearest_event[o["order_id"]] == event}


def furthest(events: list[dict[str, Any]]) -> int:
    return max((STEPS.index(event["event_type"]) + 1 for event in events if event["event_type"] in STEPS), default=0)


def test_sessions_are_those_of_the_ledger(built_shop, sessions, links) -> None:
    first_purchase = dict(
        built_shop.query("select customer_id, min(ordered_at) from marts.fct_orders where is_purchase group by 1")
    )

    def kind(customer, started_at):
        if customer is None:
            return "anonymous"
        return "returning" if first_purchase.get(customer, DATE) < started_at else "new"

    expected = {}
    for session_id, events in sessions.items():
        customer, orders = whose(events), [links[e["event_id"]] for e in events if e["event_id"] in links]
        expected[session_id] = (
            *(customer, kind(customer, events[0]["at"]), NAMES[furthest(events)], len(events), len(orders)),
            sum((order["net_amount"] for order in orders), Decimal(0)),
        )
    stands = built_shop.query(
        "select session_id, customer_id, customer_kind, furthest_step, event_count, linked_order_count, "
        "linked_net_amount from marts.fct_sessions"
    )
    assert {row[0]: row[1:] for row in stands} == expected
    assert len(stands) == len(expected) > 800
    assert min(Counter(row[2] for row in stands).values()) > 20  # anonymous, new, returning
    assert len(links) > 30


def test_a_click_leads_to_the_sessions_of_the_days_after(built_shop, sessions) -> None:
    """The latest clicked contact of the seven days before; clicks of the last seven days are not known yet."""
    clicks = rows(
        built_shop,
        "select customer_id, campaign_id, touched_at from staging.stg_campaign_touches "
        f"where not is_control and is_clicked and touched_at < date '{AS_OF_DATE}' - 7",
        *("customer_id", "campaign_id", "at"),
    )
    expected = {}
    for session_id, events in sessions.items():
        started_at, customer = events[0]["at"], whose(events)
        before = [
            click
            for click in clicks
            if click["customer_id"] == customer and click["at"] <= started_at < click["at"] + timedelta(days=7)
        ]
        if before:
            expected[session_id] = max(before, key=lambda click: click["at"])["campaign_id"]
    stands = dict(built_shop.query("select session_id, campaign_id from marts.fct_sessions where campaign_id <> ''"))
    assert stands == expected
    assert len(stands) > 5


def test_the_funnel_counts_sessions_that_got_so_far(built_shop, sessions) -> None:
    reached: dict[tuple, list[int]] = defaultdict(lambda: [0] * 5)
    keys = built_shop.query(
        "select session_id, date_trunc('month', started_at)::date, session_channel, acquisition_channel, customer_kind "
        "from marts.fct_sessions"
    )
    for session_id, *key in keys:
        for step in range(furthest(sessions[session_id]) + 1):
            reached[tuple(key)][step] += 1
    stands = built_shop.query(
        "select month, session_channel, acquisition_channel, customer_kind, session_count, product_session_count, "
        "basket_session_count, checkout_session_count, order_session_count, product_drop_off_share, "
        "basket_drop_off_share, checkout_drop_off_share, order_drop_off_share, conversion_share "
        "from marts.conversion_funnel"
    )
    assert {row[:4]: list(row[4:9]) for row in stands} == dict(reached)
    for row in stands:
        counts, shares = row[4:9], row[9:]
        drops = [pytest.approx(1 - after / before) if before else None for before, after in pairwise(counts)]
        assert list(shares) == [*drops, pytest.approx(counts[4] / counts[0])]


def test_every_purchase_event_is_linked_or_counted_why_not(built_shop, sessions, links) -> None:
    purchases = sum(event["event_type"] == "purchase" for events in sessions.values() for event in events)
    counted = built_shop.query(
        "select sum(purchase_event_count), sum(linked_event_count), sum(linked_order_count), "
        "sum(repeated_event_count), sum(orderless_event_count), sum(sessionless_event_count) "
        "from marts.conversion_linkage"
    )[0]
    neither = built_shop.query(
        "select count(*) from staging.stg_events where session_id is null and customer_id is null "
        f"and event_type <> 'unsubscribe' and occurred_at < '{AS_OF_DATE}'"
    )[0][0]
    assert counted[:3] == (purchases, len(links), len(links))
    assert counted[3] + counted[4] == purchases - len(links)
    assert min(counted[3:]) > 0
    assert counted[5] == neither


def test_linked_and_unlinked_money_is_that_of_the_orders(built_shop) -> None:
    money = built_shop.query(
        "select sum(linked_net_amount), sum(linked_net_amount + unlinked_net_amount + other_net_amount), "
        "(select sum(net_amount) from marts.fct_orders), (select sum(linked_net_amount) from marts.conversion_funnel) "
        "from marts.conversion_linkage"
    )[0]
    assert money[0] == money[3] > 0
    assert money[1] == money[2]


def test_the_kpis_are_those_of_all_sessions(built_shop, sessions, links) -> None:
    by_month: dict[Any, list[Any]] = defaultdict(lambda: [0, 0, Decimal(0)])
    for events in sessions.values():
        month = by_month[events[0]["at"].date().replace(day=1)]
        month[0] += 1
        month[1] += furthest(events) == 4
        month[2] += sum((links[e["event_id"]]["net_amount"] for e in events if e["event_id"] in links), Decimal(0))
    expected = {
        (month, name): pytest.approx(float(part) / count)
        for month, (count, orders, money) in by_month.items()
        for name, part in (("conversion_share", orders), ("revenue_per_session", money))
    }
    kpis = built_shop.query(
        "select month, name, value from marts.kpis where name in ('conversion_share', 'revenue_per_session')"
    )
    assert {row[:2]: row[2] for row in kpis} == expected


def test_baskets_are_abandoned_as_the_ledger_says(built_shop, sessions) -> None:
    """A day without any order after the last event; whether they came back is known a week later."""
    sales = rows(
        built_shop,
        "select order_id, customer_id, ordered_at, net_amount from marts.fct_orders where order_kind = 'sale'",
        *("order_id", "customer_id", "at", "net_amount"),
    )
    prices = dict(built_shop.query("select product_code, list_price_amount from marts.dim_products"))
    consents = dict(built_shop.query("select customer_id, may_be_contacted from marts.dim_customers"))
    expected = {}
    for session_id, events in sessions.items():
        begun, ended, customer = events[0]["at"], events[-1]["at"], whose(events)
        after = sorted(
            (order["at"], order["order_id"], order["net_amount"])
            for order in sales
            if customer and order["customer_id"] == customer and begun <= order["at"] <= ended + timedelta(days=7)
        )
        is_in_time = bool(after) and after[0][0] <= ended + timedelta(hours=24)
        if furthest(events) not in (2, 3) or is_in_time or ended + timedelta(hours=24) > DATE:
            continue
        products = [event["product_code"] for event in events if event["event_type"] == "add_to_cart"]
        known = [prices[code] for code in products if prices.get(code) is not None]
        is_over = ended + timedelta(days=7) <= DATE
        expected[session_id] = (
            *(customer, ", ".join(sorted(set(products))) or None, len(products), len(products) - len(known)),
            sum(known).quantize(Decimal("0.01")) if known else None,
            consents.get(customer, False),
            None if customer is None else True if after else False if is_over else None,
            after[0][1] if after else None,
        )
    stands = built_shop.query(
        "select session_id, customer_id, product_codes, unit_count, unpriced_unit_count, list_amount, "
        "may_be_contacted, is_recovered, recovered_order_id from marts.abandoned_baskets"
    )
    assert {row[0]: row[1:] for row in stands} == expected
    assert len(stands) > 20
    assert {row[7] for row in stands} == {True, False, None}
    kpi = built_shop.query("select sum(value) from marts.kpis where name = 'abandoned_basket_share'")[0][0]
    assert kpi > 0


def test_the_funnel_of_products(built_shop, sessions, links) -> None:
    sold = defaultdict(list)
    for order_id, product, amount in built_shop.query(
        "select order_id, product_code, line_amount from marts.fct_order_items "
        "where line_kind = 'goods' and line_amount > 0"
    ):
        sold[order_id].append((product, amount))
    expected: dict[tuple, list] = defaultdict(lambda: [0, 0, 0, Decimal(0)])
    for events in sessions.values():
        month = events[0]["at"].date().replace(day=1)
        bought = [line for e in events if e["event_id"] in links for line in sold[links[e["event_id"]]["order_id"]]]
        put = {event["product_code"] for event in events if event["event_type"] == "add_to_cart"}
        seen = {event["product_code"] for event in events if event["event_type"] == "product_view"}
        buys = {product for product, _ in bought}
        for place, products in enumerate((seen | put | buys, put | buys, buys)):
            for product in products:
                expected[month, product][place] += 1
        for product, amount in bought:
            expected[month, product][3] += amount
    stands = built_shop.query(
        "select month, product_code, viewing_session_count, basket_session_count, buying_session_count, sold_amount "
        "from marts.product_conversion"
    )
    assert {row[:2]: list(row[2:]) for row in stands} == dict(expected)
    assert sum(row[4] for row in stands) > 30
