"""What holds of the plain ledger for any shop, before the marts are compared with it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from ledger.assortment import AS_OF_DATE, PRACTICE
from ledger.customers import entries
from ledger.deliveries import draw_shop, shops
from ledger.documents import Document, HandIn
from ledger.luck import SeededLuck
from ledger.places import places
from ledger.plain_ledger import Ledger, midnight
from ledger.standing import is_cancelled, is_demand

MANY = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
DATES = (date(2010, 8, 29), date(2010, 12, 1), date(2010, 12, 6), AS_OF_DATE)


def books(shop: list[HandIn], as_of_date: date = AS_OF_DATE) -> Ledger:
    return Ledger(shop, as_of_date, PRACTICE)


def everything(ledger: Ledger) -> list[object]:
    return [
        ledger.order_items(),
        ledger.orders(),
        ledger.monthly_sales(),
        ledger.cohort_retention(),
        *(ledger.customer_features(day) for day in DATES),
        *(ledger.customer_labels(day, 90) for day in DATES[:2]),
    ]


@MANY
@given(shop=shops())
def test_every_amount_is_in_one_place(shop: list[HandIn]) -> None:
    ledger = books(shop)
    lines = [line for document in ledger.documents for line in (*document.lines, *document.copies)]
    found = sum(places(ledger, shop).get(name, 0) for name in ("kept", "duplicate", "no_exchange_rate"))
    assert found == sum(line.raw_amount or 0 for line in lines if not line.is_total)
    for document in ledger.documents:
        parts = [document.amount(part) for part in ("sale", "return", "charge", "adjustment")]
        assert sum(parts) == sum(document.reported(line.amount) for line in document.lines)


@MANY
@given(shop=shops())
def test_what_is_said_of_customers_is_what_their_orders_say(shop: list[HandIn]) -> None:
    ledger = books(shop)
    by_orders: dict[str | None, Fraction] = defaultdict(Fraction)
    for document in ledger.documents:
        by_orders[document.customer_id] += ledger.order(document)["net_amount"]
    for customer, documents in ledger.by_customer.items():
        assert sum(entry.amount for entry in entries(documents, midnight(AS_OF_DATE))) == by_orders[customer]
    assert sum(month["net_amount"] for month in ledger.monthly_sales().values()) == sum(by_orders.values())


@MANY
@given(shop=shops())
def test_a_past_date_knows_nothing_of_what_came_later(shop: list[HandIn]) -> None:
    ledger = books(shop)
    for day in DATES:
        assert ledger.customer_features(day) == books(shop, day).customer_features(day)


@MANY
@given(shop=shops())
def test_a_window_is_the_difference_of_two_dates(shop: list[HandIn]) -> None:
    """Cancellations in between aside."""
    ledger = books(shop)
    for day in DATES[:2]:
        end = day + timedelta(days=90)
        early, late, labels = (
            ledger.customer_features(day),
            ledger.customer_features(end),
            ledger.customer_labels(day, 90),
        )
        for customer in early.keys() & late.keys():
            own = ledger.by_customer[customer]
            if any(one.cancelled_at and midnight(day) <= one.cancelled_at < midnight(end) for one in own):
                continue
            difference = late[customer]["net_amount"] - early[customer]["net_amount"]
            assert labels[customer]["future_net_amount"] == difference


@MANY
@given(shop=shops())
def test_nothing_is_taken_back_twice(shop: list[HandIn]) -> None:
    moments = [document.ordered_at for document in books(shop).documents]
    for document in books(shop).documents:
        for line in document.lines:
            assert sum(take.share for take in line.took) <= 1
            for moment in moments:
                standing = [take.size for take in line.takes if take.at <= moment and take.stands_at(moment)]
                assert sum(standing) <= line.size


@MANY
@given(shop=shops())
def test_the_rows_of_a_delivery_stand_in_any_order(shop: list[HandIn]) -> None:
    shuffled = [
        {table: random.Random(1).sample(rows, len(rows)) for table, rows in hand_in.items()}  # noqa: S311
        for hand_in in shop
    ]
    if all(len({row["order_id"] for row in rows}) == len(rows) for one in shop if (rows := one.get("orders"))):
        assert everything(books(shop)) == everything(books(shuffled))


def test_the_shops_are_as_odd_as_they_should_be() -> None:
    """Of some hundreds, several have each of what the rules tell apart."""
    seen = Counter()
    for seed in range(600):
        ledger = books(draw_shop(SeededLuck(seed)))
        for document in ledger.documents:
            seen.update(oddities(ledger, document))
    assert len(seen) == 14
    assert min(seen.values()) >= 3, seen


def oddities(ledger: Ledger, document: Document) -> Iterator[str]:
    figures = ledger.order(document)
    is_true = {
        "cancelled": is_cancelled(document, ledger.as_of_date),
        "reversed": figures["reversed_at"] is not None,
        "void": figures["cancelled_amount"] < 0,
        "exchange": bool(document.sold and document.returned),
        "copies": bool(document.copies),
        "without rate": document.rate is None,
        "guest": document.customer_id is None,
        "purchase": figures["is_purchase"],
        "without money": is_demand(document) and not document.sold,
        "took": any(line.took for line in document.returned),
        "took from several": any(len({take.order for take in line.took}) > 1 for line in document.returned),
        "took a part": any(0 < sum(take.size for take in line.took) < line.size for line in document.returned),
        "was taken in parts": any(len(line.takes) > 1 for line in document.sold),
        "credit": any(line.credited for line in document.returned),
    }
    yield from (name for name, is_so in is_true.items() if is_so)
