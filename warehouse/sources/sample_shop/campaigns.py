"""Campaigns with a random control group and a known effect.

While a campaign of strength ``g`` runs, the purchase rate of a customer who was contacted is
``rate × (1 + uplift × g)``: a positive uplift adds orders of its own, a negative one takes orders away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop.columns import decimals, numbered_ids, timestamps
from warehouse.sources.sample_shop.population import Population
from warehouse.sources.sample_shop.profiles import customer_ids
from warehouse.sources.sample_shop.purchases import Purchases, repeats
from warehouse.sources.sample_shop.season import Season
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, SampleShop

FIRST_START_DAY = 120
SPACING_DAYS = 100
LENGTH_DAYS = 21
SENDING_HOURS = 6
OPENED_SHARES = (0.12, 0.42)  # among those whose lifetime is over, and the others
CLICKED_SHARES = (0.10, 0.30)  # of those who opened
UNSUBSCRIBED_SHARE = 0.008


@dataclass(frozen=True)
class Kind:
    """A kind of campaign; the kinds follow each other in turn."""

    name: str
    channel: str
    strength: float
    contact_cost: float
    fixed_cost: float


KINDS = (
    Kind("Spring voucher", "e-mail", 1.0, 0.02, 400),
    Kind("Postcard with coupon", "post", 1.3, 0.85, 900),
    Kind("New in store", "e-mail", 0.0, 0.02, 300),  # a dud: no effect at all
    Kind("Flash sale", "sms", 0.8, 0.09, 250),
    Kind("We miss you, come back", "e-mail", 0.6, 0.02, 350),
)


@dataclass(frozen=True)
class Touches:
    """Everybody chosen for one campaign, the control group included; positions of customers."""

    kind: Kind
    start_s: int
    end_s: int
    customer: np.ndarray
    touched_s: np.ndarray
    is_control: np.ndarray
    is_opened: np.ndarray
    is_clicked: np.ndarray
    is_unsubscribed: np.ndarray


def draw_touches(shop: SampleShop, population: Population, has_consent: np.ndarray) -> tuple[list[Touches], np.ndarray]:
    """Draw who is chosen for which campaign; gives the campaigns and the consent that is left."""
    rng = shop.stream("campaigns")
    has_consent = has_consent.copy()
    campaigns = []
    last_start_s = shop.end_s - LENGTH_DAYS * SECONDS_PER_DAY
    first_start_s = shop.start_s + FIRST_START_DAY * SECONDS_PER_DAY
    for start_s in range(first_start_s, last_start_s + 1, SPACING_DAYS * SECONDS_PER_DAY):
        is_chosen = has_consent & (rng.random(population.count) < shop.audience_share)
        customer = np.flatnonzero(is_chosen & (population.registered_s < start_s))
        is_control = rng.random(len(customer)) < shop.control_share
        kind = KINDS[len(campaigns) % len(KINDS)]
        campaigns.append(_contact(rng, population, kind, start_s, (customer, is_control)))
        has_consent[customer[campaigns[-1].is_unsubscribed]] = False
    return campaigns, has_consent


def _contact(
    rng: np.random.Generator,
    population: Population,
    kind: Kind,
    start_s: int,
    audience: tuple[np.ndarray, np.ndarray],
) -> Touches:
    customer, is_control = audience
    touched_s = start_s + rng.integers(0, SENDING_HOURS * 3600, len(customer))
    is_alive = (population.lifetime_end_s[customer] > touched_s).astype(int)
    is_opened = ~is_control & (rng.random(len(customer)) < np.array(OPENED_SHARES)[is_alive])
    return Touches(
        kind=kind,
        start_s=start_s,
        end_s=start_s + LENGTH_DAYS * SECONDS_PER_DAY,
        customer=customer,
        touched_s=touched_s,
        is_control=is_control,
        is_opened=is_opened,
        is_clicked=is_opened & (rng.random(len(customer)) < np.array(CLICKED_SHARES)[is_alive]),
        is_unsubscribed=is_opened & (rng.random(len(customer)) < UNSUBSCRIBED_SHARE / OPENED_SHARES[1]),
    )


def expected_extra_orders(touches: Touches, population: Population, season: Season) -> np.ndarray:
    """Give the expected change of the number of orders per touch: 0 for the control group."""
    who = touches.customer
    start = np.maximum(touches.touched_s, population.first_order_s[who])
    stop = np.clip(population.lifetime_end_s[who], start, np.maximum(touches.end_s, start))
    exposure = season.exposure_at(stop) - season.exposure_at(start)
    effect = population.uplift_share[who] * touches.kind.strength
    return np.where(touches.is_control, 0.0, population.rate_per_day[who] * effect * exposure)


def apply_campaigns(
    shop: SampleShop, population: Population, season: Season, purchases: Purchases, campaigns: list[Touches]
) -> Purchases:
    """Add the orders that campaigns bring and take away those that they cost."""
    rng = shop.stream("uplift")
    for touches in campaigns:
        start = np.maximum(touches.touched_s, population.first_order_s[touches.customer])
        stop = np.clip(population.lifetime_end_s[touches.customer], start, np.maximum(touches.end_s, start))
        counts = rng.poisson(np.maximum(expected_extra_orders(touches, population, season), 0))
        extra = repeats(np.repeat(touches.customer, counts), season.draw_times(rng, counts, start, stop))
        purchases = purchases.chosen(~_put_off(rng, population, purchases, touches)).joined(extra)
    return purchases


def _put_off(rng: np.random.Generator, population: Population, purchases: Purchases, touches: Touches) -> np.ndarray:
    """Tell which orders a campaign prevents: each in its window with probability −uplift × strength."""
    treated_s = np.full(population.count, np.iinfo(np.int64).max)
    treated = touches.customer[~touches.is_control]
    treated_s[treated] = touches.touched_s[~touches.is_control]
    loss = np.clip(-population.uplift_share * touches.kind.strength, 0, 1)
    is_within = (purchases.ordered_s >= treated_s[purchases.customer]) & (purchases.ordered_s < touches.end_s)
    is_lost = rng.random(len(purchases.customer)) < loss[purchases.customer]
    return is_within & is_lost & ~purchases.is_first


def campaign_ids(numbers: np.ndarray) -> pa.StringArray:
    """Give the ids of campaigns, counted from 0."""
    return numbered_ids("K", np.asarray(numbers) + 1, 3)


def build_campaigns(campaigns: list[Touches]) -> pa.Table:
    """Give the campaign table."""
    fixed = np.array([touches.kind.fixed_cost for touches in campaigns])
    return pa.table(
        {
            "campaign_id": campaign_ids(np.arange(len(campaigns))),
            "campaign_name": pa.array([touches.kind.name for touches in campaigns], pa.string()),
            "campaign_channel": pa.array([touches.kind.channel for touches in campaigns], pa.string()),
            "started_at": timestamps(np.array([touches.start_s for touches in campaigns])),
            "ended_at": timestamps(np.array([touches.end_s for touches in campaigns])),
            "fixed_cost_amount": decimals(np.rint(fixed * 100), 2),
        }
    )


def build_touches(campaigns: list[Touches]) -> pa.Table:
    """Give the table of touches; nobody of the control group has a cost or an answer."""
    number = np.repeat(np.arange(len(campaigns)), [len(touches.customer) for touches in campaigns])
    is_control = _together(campaigns, "is_control", bool)
    cost = np.array([touches.kind.contact_cost for touches in campaigns])[number]
    return pa.table(
        {
            "campaign_id": campaign_ids(number),
            "customer_id": customer_ids(_together(campaigns, "customer")),
            "touched_at": timestamps(_together(campaigns, "touched_s")),
            "is_control": pa.array(is_control),
            "is_opened": pa.array(_together(campaigns, "is_opened", bool), mask=is_control),
            "is_clicked": pa.array(_together(campaigns, "is_clicked", bool), mask=is_control),
            "contact_cost_amount": decimals(np.rint(np.where(is_control, 0, cost) * 10_000), 4),
        }
    )


def _together(campaigns: list[Touches], name: str, kind: type = np.int64) -> np.ndarray:
    parts = [getattr(touches, name) for touches in campaigns]
    return np.concatenate(parts) if parts else np.array([], dtype=kind)
