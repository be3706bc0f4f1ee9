"""The true segments: what kind of customer drives which behaviour. All parameters are documented here.

Within a segment the purchase rate, the death rate and the extra quantity are gamma-distributed around the
segment's mean, so that customers differ as the Pareto/NBD model supposes.
"""

from __future__ import annotations

from dataclasses import dataclass

DAYS_PER_YEAR = 365.25

RATE_SHAPE = 3.0  # gamma shape of the purchase rate within a segment
DEATH_SHAPE = 3.0  # … of the death rate
QUANTITY_SHAPE = 2.0  # … of the extra quantity per line
UPLIFT_SHAPE = 6.0  # … of the response to campaigns

NEWCOMER = "newcomer"  # first order within the last NEWCOMER_DAYS
NEWCOMER_DAYS = 90
ONLOOKER = "onlooker"  # opens an account and never orders
GUEST_SEGMENT = "occasional"  # guests fill their baskets like these

CHANNELS = ("organic_search", "paid_search", "social_ads", "referral", "affiliate", "store")
CHANNEL_COSTS = (0.0, 14.0, 11.0, 6.0, 8.0, 3.0)  # mean acquisition cost of each channel


@dataclass(frozen=True)
class Segment:
    """Parameters of one kind of customer.

    Attributes
    ----------
    share
        Share of all accounts.
    orders_per_year
        Mean purchase rate while alive, after the first order.
    lifetime_days
        Inverse of the mean death rate.
    extra_lines, extra_quantity
        Means beyond the one line of an order and the one piece of a line.
    discount_probability, discount_share
        How often an order has a voucher, and how much of the price it takes off.
    return_probability
        For each product line.
    uplift_share
        Mean relative change of the purchase rate while a campaign of strength 1 runs.
    subscription_probability
        Of ever starting a box subscription.
    mean_age_years
        Mean age at the start of the shop.
    category_weights
        Liking for the categories of the catalogue, in its order.
    channel_weights
        How such customers are won, in the order of ``CHANNELS``.
    """

    name: str
    share: float
    orders_per_year: float
    lifetime_days: float
    extra_lines: float
    extra_quantity: float
    discount_probability: float
    discount_share: float
    return_probability: float
    uplift_share: float
    subscription_probability: float
    mean_age_years: float
    category_weights: tuple[float, ...]
    channel_weights: tuple[float, ...]


# fmt: off
SEGMENTS = (
    #       name              share  o/y  life   lines qty  p(disc) disc  ret   uplift  subs  age
    Segment("loyal_regular",  0.18,  9.0, 1300., 1.8,  0.4, 0.10,   0.10, 0.03, 0.15,   0.30, 47.,
            (6, 3, 2, 2, 1, 1, 1, 1), (4, 1, 1, 3, 1, 3)),
    Segment("big_spender",    0.06,  6.0, 1000., 2.6,  5.0, 0.15,   0.10, 0.04, -0.30,  0.25, 52.,
            (3, 2, 2, 2, 3, 4, 2, 3), (4, 2, 1, 2, 0.5, 2)),
    Segment("bargain_hunter", 0.21,  5.0, 420.,  1.2,  0.6, 0.70,   0.25, 0.09, 1.20,   0.06, 36.,
            (2, 2, 4, 1, 2, 1, 3, 1), (1, 4, 4, 1, 5, 1)),
    Segment("occasional",     0.23,  2.6, 650.,  1.4,  0.3, 0.20,   0.15, 0.06, 0.80,   0.10, 42.,
            (2, 3, 2, 1, 2, 2, 2, 2), (3, 3, 3, 2, 2, 2)),
    Segment("one_timer",      0.17,  0.8, 90.,   0.8,  0.2, 0.30,   0.15, 0.08, 0.20,   0.02, 34.,
            (1, 1, 2, 1, 2, 1, 3, 4), (1, 4, 5, 1, 4, 1)),
    Segment(NEWCOMER,         0.08,  5.0, 500.,  1.2,  0.4, 0.40,   0.15, 0.06, 0.70,   0.12, 35.,
            (3, 2, 2, 2, 1, 1, 2, 1), (2, 3, 4, 2, 2, 1)),
    Segment(ONLOOKER,         0.07,  0.0, 60.,   0.0,  0.0, 0.00,   0.00, 0.00, 0.00,   0.00, 33.,
            (1, 1, 1, 1, 1, 1, 1, 1), (2, 4, 5, 1, 3, 0.5)),
)
# fmt: on

SEGMENT_NAMES = tuple(segment.name for segment in SEGMENTS)
