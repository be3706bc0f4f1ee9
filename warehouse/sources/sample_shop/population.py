"""The customers as the process sees them: segment, rates, lifetime; no names yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.sample_shop import segments as seg
from warehouse.sources.sample_shop.season import Season
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, SampleShop
from warehouse.sources.sample_shop.words import COUNTRIES

LAUNCH_SHARE = 0.15  # of the customers come in the opening weeks …
LAUNCH_PERIOD = 0.06  # … the first 6 % of the shop's season-weighted time
GROWTH_EXPONENT = 0.85  # arrival at u**0.85 of the period: a little more customers per day as time goes on
LATE_FIRST_ORDER_SHARE = 0.2  # opened the account some days before the first order
LATE_FIRST_ORDER_DAYS = 5.0
LONGEST_LIFETIME_DAYS = 36_500
SALES_CHANNELS = ("web", "app", "store", "phone")
SALES_CHANNEL_SHARES = (0.58, 0.24, 0.13, 0.05)


@dataclass(frozen=True)
class Population:
    """One entry per account, in the order of registration; times are seconds since 1970.

    An onlooker has rate 0, and its ``first_order_s`` and ``lifetime_end_s`` only bound its visits.
    """

    segment: np.ndarray
    rate_per_day: np.ndarray
    death_rate_per_day: np.ndarray
    extra_quantity: np.ndarray
    uplift_share: np.ndarray
    registered_s: np.ndarray
    first_order_s: np.ndarray
    lifetime_end_s: np.ndarray
    person: np.ndarray  # the account this person opened first: itself for nearly all
    is_altered: np.ndarray  # a second account with other data than the first
    country: np.ndarray
    sales_channel: np.ndarray
    is_listed: np.ndarray  # in the customer file

    @property
    def count(self) -> int:
        """Give the number of accounts."""
        return len(self.segment)

    @property
    def is_buyer(self) -> np.ndarray:
        """Tell who orders at all."""
        return self.rate_per_day > 0


def by_segment(name: str) -> np.ndarray:
    """Give one parameter of all segments, in their order."""
    return np.array([getattr(segment, name) for segment in seg.SEGMENTS])


def draw_population(shop: SampleShop, season: Season) -> Population:
    """Draw all customers of the shop."""
    rng = shop.stream("population")
    count = shop.customer_count
    segment = rng.choice(len(seg.SEGMENTS), size=count, p=by_segment("share") / by_segment("share").sum())
    first_order_s = _first_orders(rng, shop, season, segment)
    order = np.argsort(first_order_s, kind="stable")  # ids follow the time of arrival
    segment, first_order_s = segment[order], first_order_s[order]

    rate = _gamma(rng, seg.RATE_SHAPE, by_segment("orders_per_year")[segment] / seg.DAYS_PER_YEAR)
    death_rate = _gamma(rng, seg.DEATH_SHAPE, 1 / by_segment("lifetime_days")[segment])
    lifetime_days = np.minimum(rng.exponential(1 / death_rate), LONGEST_LIFETIME_DAYS)
    early_s = (
        60
        + rng.exponential(300, count)
        + (rng.random(count) < LATE_FIRST_ORDER_SHARE)
        * (rng.exponential(LATE_FIRST_ORDER_DAYS, count) * SECONDS_PER_DAY)
    )
    person = _persons(rng, shop, count)
    country = rng.choice(len(COUNTRIES), size=count, p=[country.share for country in COUNTRIES])
    return Population(
        segment=segment,
        rate_per_day=rate,
        death_rate_per_day=death_rate,
        extra_quantity=_gamma(rng, seg.QUANTITY_SHAPE, by_segment("extra_quantity")[segment]),
        uplift_share=by_segment("uplift_share")[segment] * rng.gamma(seg.UPLIFT_SHAPE, 1 / seg.UPLIFT_SHAPE, count),
        registered_s=np.maximum(first_order_s - early_s.astype(np.int64), shop.start_s),
        first_order_s=first_order_s,
        lifetime_end_s=first_order_s + (lifetime_days * SECONDS_PER_DAY).astype(np.int64),
        person=person,
        is_altered=(person != np.arange(count)) & (shop.stream("altered").random(count) < shop.altered_account_share),
        country=country[person],
        sales_channel=rng.choice(len(SALES_CHANNELS), size=count, p=SALES_CHANNEL_SHARES),
        is_listed=rng.random(count) >= shop.unlisted_share,
    )


def _gamma(rng: np.random.Generator, shape: float, mean: np.ndarray) -> np.ndarray:
    return rng.gamma(shape, mean / shape)


def _first_orders(rng: np.random.Generator, shop: SampleShop, season: Season, segment: np.ndarray) -> np.ndarray:
    place = rng.random(len(segment))
    position = np.where(rng.random(len(segment)) < LAUNCH_SHARE, place * LAUNCH_PERIOD, place**GROWTH_EXPONENT)
    whole = season.exposure_at(np.array([shop.end_s]))
    newcomers_from_s = max(shop.start_s, shop.end_s - seg.NEWCOMER_DAYS * SECONDS_PER_DAY)
    newcomers_from = season.exposure_at(np.array([newcomers_from_s]))
    is_newcomer = segment == seg.SEGMENT_NAMES.index(seg.NEWCOMER)
    exposure = np.where(is_newcomer, newcomers_from + place * (whole - newcomers_from), position * whole)
    return season.times_at(exposure)


def _persons(rng: np.random.Generator, shop: SampleShop, count: int) -> np.ndarray:
    is_second = rng.random(count) < shop.second_account_share
    is_second[0] = False  # somebody has to be first
    person = np.arange(count)
    firsts = person[~is_second]
    earlier = np.searchsorted(firsts, person[is_second])  # number of first accounts before each second one
    person[is_second] = firsts[(rng.random(len(earlier)) * earlier).astype(np.int64)]
    return person
