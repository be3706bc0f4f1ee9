"""Web events: visits before orders, browsing, and how activity fades once a customer has left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop.campaigns import Touches
from warehouse.sources.sample_shop.catalogue import Catalogue
from warehouse.sources.sample_shop.columns import numbered_ids, picked, timestamps
from warehouse.sources.sample_shop.orders import Sales
from warehouse.sources.sample_shop.population import SALES_CHANNELS, Population
from warehouse.sources.sample_shop.profiles import customer_ids
from warehouse.sources.sample_shop.season import Season
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, SampleShop

EVENT_TYPES = ("visit", "product_view", "search", "add_to_cart", "checkout", "purchase", "unsubscribe")
ORDER_STEPS = (("visit", 1500), ("add_to_cart", 600), ("checkout", 120), ("purchase", 0))  # seconds before
BROWSING_STEPS = (("product_view", 0.6, 60), ("search", 0.15, 30), ("add_to_cart", 0.08, 240))
VISITS_PER_ORDER = 1.5  # browsing visits per expected order while alive …
IDLE_VISITS_PER_DAY = 0.003  # … on top of these
FADING_DAYS = 15.0  # after the end of the lifetime, visits go on at a rate that falls like exp(−days / 15)
ANONYMOUS_SHARE = 0.08  # of the browsing visits: not logged in


@dataclass(frozen=True)
class Visits:
    """Browsing visits; ``customer`` −1 is an anonymous visitor."""

    customer: np.ndarray
    started_s: np.ndarray


def draw_visits(shop: SampleShop, population: Population, season: Season) -> Visits:
    """Draw the visits that end without an order."""
    rng = shop.stream("visits")
    rate = population.rate_per_day * VISITS_PER_ORDER + IDLE_VISITS_PER_DAY
    start = population.registered_s
    stop = np.clip(population.lifetime_end_s, start, shop.end_s)
    counts = rng.poisson(rate * (season.exposure_at(stop) - season.exposure_at(start)))
    alive_s = season.draw_times(rng, counts, start, stop)
    fading_counts = rng.poisson(rate * FADING_DAYS)
    left_s = np.repeat(population.lifetime_end_s, fading_counts)
    fading_s = left_s + (rng.exponential(FADING_DAYS, len(left_s)) * SECONDS_PER_DAY).astype(np.int64)
    everybody = np.arange(population.count)
    customer = np.concatenate([np.repeat(everybody, counts), np.repeat(everybody, fading_counts)])
    started_s = np.concatenate([alive_s, fading_s])
    is_past = started_s < shop.end_s
    is_anonymous = rng.random(len(customer)) < ANONYMOUS_SHARE
    return Visits(np.where(is_anonymous, -1, customer)[is_past], started_s[is_past])


def build_events(
    shop: SampleShop,
    catalogue: Catalogue,
    sales: Sales,
    visits: Visits,
    campaigns: list[Touches],
) -> pa.Table:
    """Give the event table in time order."""
    rng = shop.stream("events")
    blocks = [
        *_order_events(sales),
        *_browsing_events(rng, catalogue, visits, first_session=len(sales.purchases.customer)),
        *(_unsubscriptions(touches) for touches in campaigns),
    ]
    return _event_table(shop, catalogue, blocks)


def build_further_events(
    shop: SampleShop, catalogue: Catalogue, sales: Sales, earlier_event_count: int, earlier_session_count: int
) -> pa.Table:
    """Give the events of sales that come on top, numbered after those before."""
    blocks: list[tuple[np.ndarray, ...]] = [
        (block[0], block[1] + earlier_session_count, *block[2:]) for block in _order_events(sales)
    ]
    return _event_table(shop, catalogue, blocks, earlier_event_count)


def _event_table(
    shop: SampleShop, catalogue: Catalogue, blocks: list[tuple[np.ndarray, ...]], earlier_event_count: int = 0
) -> pa.Table:
    customer, session, time_s, kind, product = (
        np.concatenate([block[column] for block in blocks]) for column in range(5)
    )
    by = np.flatnonzero((time_s >= shop.start_s) & (time_s < shop.end_s))
    by = by[np.argsort(time_s[by], kind="stable")]
    return pa.table(
        {
            "event_id": numbered_ids("E", earlier_event_count + np.arange(len(by)) + 1, 10),
            "customer_id": customer_ids(customer[by]),
            "session_id": numbered_ids("S", session[by], 10),
            "occurred_at": timestamps(time_s[by]),
            "event_type": picked(EVENT_TYPES, kind[by]),
            "product_code": picked(catalogue.codes, product[by]),
        }
    )


def _block(customer, session, time_s, event_type: str, product=None) -> tuple[np.ndarray, ...]:
    kind = np.full(len(customer), EVENT_TYPES.index(event_type))
    return customer, session, time_s, kind, np.full(len(customer), -1) if product is None else product


def _order_events(sales: Sales) -> list[tuple[np.ndarray, ...]]:
    online = [SALES_CHANNELS.index("web"), SALES_CHANNELS.index("app")]
    orders = np.flatnonzero(np.isin(sales.delivery.sales_channel, online))
    return [
        _block(
            sales.purchases.customer[orders],
            orders + 1,
            sales.purchases.ordered_s[orders] - seconds_before,
            event_type,
            sales.first_product[orders] if event_type == "add_to_cart" else None,
        )
        for event_type, seconds_before in ORDER_STEPS
    ]


def _browsing_events(
    rng: np.random.Generator, catalogue: Catalogue, visits: Visits, first_session: int
) -> list[tuple[np.ndarray, ...]]:
    session = first_session + 1 + np.arange(len(visits.customer))
    product = rng.integers(0, catalogue.product_count, len(session))
    blocks = [_block(visits.customer, session, visits.started_s, "visit")]
    for event_type, share, seconds_after in BROWSING_STEPS:
        did = rng.random(len(session)) < share
        what = None if event_type == "search" else product[did]
        when = visits.started_s[did] + seconds_after
        blocks.append(_block(visits.customer[did], session[did], when, event_type, what))
    return blocks


def _unsubscriptions(touches: Touches) -> tuple[np.ndarray, ...]:
    gone = touches.is_unsubscribed
    nowhere = np.full(gone.sum(), -1)
    return _block(touches.customer[gone], nowhere, touches.touched_s[gone] + 1800, "unsubscribe")
