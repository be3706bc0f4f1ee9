"""A small shop drawn at random, with a seed: every table, returns, cancellations, guests, copies and corrections."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

FIRST_DAY = datetime(2010, 1, 1)
LAST_DAY = datetime(2011, 3, 1)
CUSTOMER_COUNT = 60
PRODUCTS = [f"P{number}" for number in range(25)]
# What says when a row of a table happened; products have no time, lines have their order's.
EVENT_TIMES = {
    "customers": "registered_at",
    "orders": "ordered_at",
    "events": "occurred_at",
    "feedback": "given_at",
    "campaigns": "started_at",
    "campaign_touches": "touched_at",
    "subscriptions": "started_at",
    "subscription_changes": "changed_at",
}


def _moment(rng: random.Random, after: datetime = FIRST_DAY) -> datetime:
    minutes = int((LAST_DAY - after).total_seconds() // 60)
    return after + timedelta(minutes=rng.randrange(max(minutes, 1)))


def _lines(rng: random.Random, order_id: str) -> list[dict[str, Any]]:
    codes = [*rng.sample(PRODUCTS, rng.randint(1, 4)), *(["POST"] if rng.random() < 0.3 else [])]
    return [
        {
            "order_item_id": f"{order_id}/{number}",
            "order_id": order_id,
            "product_code": code if rng.random() < 0.8 else f" {code.lower()}",
            "product_description": f"Thing {code}",
            "quantity": rng.randint(1, 3),
            "unit_price_amount": f"{rng.randint(0, 2000) / 100:.2f}",
        }
        for number, code in enumerate(codes)
    ]


def _credit_note(rng: random.Random, order: dict, lines: list[dict]) -> tuple[dict, list[dict]]:
    note_id = f"C{order['order_id']}"
    returned = lines if rng.random() < 0.6 else lines[:1]
    at = min(_moment(rng, after=order["ordered_at"]), order["ordered_at"] + timedelta(days=rng.randint(0, 60)))
    note = {**order, "order_id": note_id, "order_kind": "return", "ordered_at": at, "order_status": "completed"}
    note["cancelled_at"] = None
    return note, [
        {**line, "order_item_id": f"C{line['order_item_id']}", "order_id": note_id, "quantity": -line["quantity"]}
        for line in returned
    ]


def draw_orders(rng: random.Random, order_count: int = 500) -> tuple[list[dict], list[dict]]:
    """Orders and their lines."""
    orders, items = [], []
    for number in range(order_count):
        customer = rng.randrange(CUSTOMER_COUNT)
        at = _moment(rng)
        order = {
            "order_id": str(number),
            "customer_id": None if rng.random() < 0.1 else str(customer),
            "ordered_at": at,
            "country": "GB" if customer % 5 or rng.random() < 0.5 else "FR",
            "currency": "GBP",
        }
        if rng.random() < 0.06:
            order |= {"order_status": "cancelled", "cancelled_at": at + timedelta(days=rng.randint(0, 50))}
        lines = _lines(rng, order["order_id"])
        orders.append(order)
        items += lines
        if rng.random() < 0.1:
            items.append({**lines[0], "order_item_id": f"copy/{lines[0]['order_item_id']}"})
        if rng.random() < 0.15:
            note, note_lines = _credit_note(rng, order, lines)
            orders.append(note)
            items += note_lines
    return orders, items


def draw_customers(rng: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": str(number),
            "registered_at": _moment(rng),
            "first_name": "Zoë “Z”, 🛍",
            "country": rng.choice([None, "GB", "DE"]),
            "birth_date": f"{rng.randint(1940, 2000)}-06-15",
            "gender": rng.choice([None, "female", "male", "other"]),
            "acquisition_channel": rng.choice(["search", "friends"]),
            "acquisition_cost_amount": None if number % 9 == 0 else f"{4 + 90 * (number % 5)}.20",
            "has_marketing_consent": rng.choice([None, True, False]),
        }
        for number in range(CUSTOMER_COUNT + 5)
    ]


def draw_behaviour(rng: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Events, feedback, campaign touches and subscriptions."""
    someone = lambda: str(rng.randrange(CUSTOMER_COUNT))  # noqa: E731
    events = [
        {
            "event_id": str(n),
            "customer_id": someone(),
            "occurred_at": _moment(rng),
            "event_type": "visit" if n % 40 else "unsubscribe",
        }
        for n in range(800)
    ]
    feedback = [
        {
            "feedback_id": str(n),
            "customer_id": someone(),
            "given_at": _moment(rng),
            "rating": rng.choice([None, 1, 2, 3, 4, 5]),
            "nps_score": rng.choice([None, 0, 5, 10]),
        }
        for n in range(150)
    ]
    campaigns = [
        {
            "campaign_id": str(n),
            "campaign_channel": ["e-mail", "post", None][n % 3],
            "started_at": FIRST_DAY + timedelta(days=60 * n),
        }
        for n in range(6)
    ]
    touches = [
        {
            "campaign_id": campaign["campaign_id"],
            "customer_id": str(customer),
            "touched_at": campaign["started_at"] + timedelta(minutes=rng.randrange(20_000)),
            "is_control": rng.random() < 0.2,
            "is_clicked": rng.choice([None, True, False]),
        }
        for campaign in campaigns
        for customer in rng.sample(range(CUSTOMER_COUNT), 30)
    ]
    starts = [_moment(rng) for _ in range(20)]
    subscriptions = [
        {"subscription_id": str(n), "customer_id": someone(), "started_at": start, "ended_at": _moment(rng, start)}
        for n, start in enumerate(starts)
    ]
    return {
        "events": events,
        "feedback": feedback,
        "campaigns": campaigns,
        "campaign_touches": touches,
        "subscriptions": subscriptions,
    }


def draw_crowded_campaigns(rng: random.Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Three campaigns within days, in which most customers are written to: several contacts come before an order."""
    begun = FIRST_DAY + timedelta(days=200)
    campaigns = [
        {"campaign_id": f"crowded {n}", "campaign_channel": channel, "started_at": begun}
        for n, channel in enumerate(("e-mail", "sms", "e-mail"))
    ]
    touches = [
        {
            "campaign_id": campaign["campaign_id"],
            "customer_id": str(customer),
            "touched_at": campaign["started_at"] + timedelta(minutes=rng.randrange(30_000)),
            "is_control": rng.random() < 0.1,
            "is_clicked": rng.choice([True, False]),
        }
        for campaign in campaigns
        for customer in rng.sample(range(CUSTOMER_COUNT), 50)
    ]
    return campaigns, touches


def draw_sessions(rng: random.Random, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events of visits with several steps: with and without session ids, anonymous, and those that end in an order.

    A purchase happens near its order, some too far away to be linked, and some pages are loaded twice.
    """
    events: list[dict[str, Any]] = []
    sales = [order for order in orders if order.get("order_kind") != "return"]
    for number in range(160):
        order = rng.choice(sales) if number % 2 else None
        customer = order["customer_id"] if order else rng.choice([None, str(rng.randrange(CUSTOMER_COUNT))])
        at = order["ordered_at"] - timedelta(minutes=rng.randint(0, 35)) if order else _moment(rng)
        session_id = f"S{number}" if rng.random() < 0.7 else None
        steps = ["visit", "product_view", "add_to_cart", "add_to_cart", "checkout"]
        steps = [step for step in steps if rng.random() < 0.6] + ["purchase"] * (rng.choice([1, 1, 2]) if order else 0)
        for place, step in enumerate(steps):
            events.append(
                {
                    "event_id": f"S{number}/{place}",
                    "customer_id": customer if place else rng.choice([customer, None]),
                    "session_id": session_id,
                    "occurred_at": at,
                    "event_type": step,
                    "product_code": rng.choice(PRODUCTS) if step in ("product_view", "add_to_cart") else None,
                }
            )
            at += timedelta(seconds=rng.choice([5, 60, 300, 1799, 1800, 1801]))
    return [event for event in events if event["occurred_at"] < LAST_DAY + timedelta(days=1)]


def name_orders_only(rng: random.Random, feedback: list[dict], orders: list[dict]) -> None:
    """Have some answers say which order they are about and not by whom; a few name an order that is not there."""
    for answer in feedback:
        if rng.random() < 0.4:
            order_id = rng.choice(orders)["order_id"] if rng.random() < 0.9 else "lost"
            answer |= {"customer_id": None, "order_id": order_id}


def draw_changes(rng: random.Random, subscriptions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New plans and prices of some contracts."""
    return [
        {
            "subscription_id": contract["subscription_id"],
            "changed_at": _moment(rng, contract["started_at"]),
            "plan_name": rng.choice([None, "basic", "premium"]),
            "monthly_amount": rng.choice([None, "5.00", "9.00"]),
        }
        for contract in rng.sample(subscriptions, len(subscriptions) // 2)
    ]


def draw_shop(seed: int = 7) -> dict[str, list[dict[str, Any]]]:
    """Rows of every contract table."""
    rng = random.Random(seed)  # noqa: S311
    orders, items = draw_orders(rng)
    behaviour = draw_behaviour(rng)
    behaviour["events"] += draw_sessions(random.Random(seed), orders)  # noqa: S311
    campaigns, touches = draw_crowded_campaigns(random.Random(seed))  # noqa: S311
    behaviour["campaigns"] += campaigns
    behaviour["campaign_touches"] += touches
    name_orders_only(random.Random(seed), behaviour["feedback"], orders)  # noqa: S311
    products = [
        {
            "product_code": code,
            "product_name": f"Thing {code}",
            "unit_cost_amount": "1.5",
            "list_price_amount": None if number % 5 == 0 else f"{number}.25",
        }
        for number, code in enumerate(PRODUCTS)
    ]
    return {
        "orders": orders,
        "order_items": items,
        "customers": draw_customers(rng),
        "products": products,
        "subscription_changes": draw_changes(random.Random(seed), behaviour["subscriptions"]),  # noqa: S311
        **behaviour,
    }
