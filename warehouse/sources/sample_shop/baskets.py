"""What is in an order: lines with product, quantity and price.

An order has ``1 + Poisson(extra_lines)`` lines. The product of a line follows the likings of the segment,
its quantity is ``1 + Poisson(extra_quantity of the customer)``. A product with a companion brings one piece
of it along with the stated probability. A voucher lowers all prices of the order alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.sample_shop import catalogue as cat
from warehouse.sources.sample_shop.catalogue import Catalogue
from warehouse.sources.sample_shop.population import Population, by_segment
from warehouse.sources.sample_shop.purchases import Purchases
from warehouse.sources.sample_shop.segments import GUEST_SEGMENT, SEGMENT_NAMES
from warehouse.sources.sample_shop.settings import SampleShop


@dataclass(frozen=True)
class Lines:
    """One entry per order line, sorted by order; prices in cents; postage has the number product_count."""

    order: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    price_cents: np.ndarray
    line_number: np.ndarray

    @property
    def amount_cents(self) -> np.ndarray:
        """Give quantity × price."""
        return self.quantity * self.price_cents


def number_lines(order: np.ndarray) -> np.ndarray:
    """Give the number of each line within its order, from 1; orders must be sorted."""
    position = np.arange(len(order))
    is_start = np.concatenate([[True], order[1:] != order[:-1]]) if len(order) else np.array([], dtype=bool)
    return position - np.maximum.accumulate(np.where(is_start, position, 0)) + 1


def sorted_lines(order: np.ndarray, product: np.ndarray, quantity: np.ndarray, price_cents: np.ndarray) -> Lines:
    """Give lines sorted by order and numbered."""
    by = np.argsort(order, kind="stable")
    return Lines(order[by], product[by], quantity[by], price_cents[by], number_lines(order[by]))


def segment_of_orders(population: Population, purchases: Purchases) -> np.ndarray:
    """Give the segment whose likings fill each basket."""
    guest_segment = SEGMENT_NAMES.index(GUEST_SEGMENT)
    return np.where(purchases.customer < 0, guest_segment, population.segment[purchases.customer])


def draw_baskets(
    shop: SampleShop, population: Population, purchases: Purchases, catalogue: Catalogue, pays_postage: np.ndarray
) -> Lines:
    """Draw the lines of all sales."""
    rng = shop.stream("baskets")
    segment = segment_of_orders(population, purchases)
    is_guest = purchases.customer < 0
    extra_quantity = np.where(
        is_guest, by_segment("extra_quantity")[segment], population.extra_quantity[purchases.customer]
    )
    line_counts = 1 + rng.poisson(by_segment("extra_lines")[segment])
    order = np.repeat(np.arange(len(segment)), line_counts)
    product = _draw_products(rng, catalogue, segment[order])
    quantity = 1 + rng.poisson(extra_quantity[order])
    is_pair = rng.random(len(product)) < catalogue.companion_probability[product]
    order = np.concatenate([order, order[is_pair]])
    product = np.concatenate([product, catalogue.companion[product[is_pair]]])
    quantity = np.concatenate([quantity, np.ones(is_pair.sum(), dtype=np.int64)])
    has_voucher = rng.random(len(segment)) < by_segment("discount_probability")[segment]
    paid_share = 1 - has_voucher * by_segment("discount_share")[segment]
    price = np.rint(catalogue.price_cents[product] * paid_share[order]).astype(np.int64)
    extra = _extra_lines(rng, catalogue, np.bincount(order, quantity * price, len(segment)), pays_postage)
    return sorted_lines(
        np.concatenate([order, extra.order]),
        np.concatenate([product, extra.product]),
        np.concatenate([quantity, extra.quantity]),
        np.concatenate([price, extra.price_cents]),
    )


def _draw_products(rng: np.random.Generator, catalogue: Catalogue, segment: np.ndarray) -> np.ndarray:
    place = rng.random(len(segment))
    product = np.zeros(len(segment), dtype=np.int64)
    for number, shares in enumerate(catalogue.choice_shares):
        mine = segment == number
        product[mine] = np.searchsorted(np.cumsum(shares)[:-1], place[mine], side="right")
    return product


def _extra_lines(
    rng: np.random.Generator, catalogue: Catalogue, goods_cents: np.ndarray, pays_postage: np.ndarray
) -> Lines:
    """Give free samples and postage, which are no purchase of a product."""
    sampled = np.flatnonzero(rng.random(len(goods_cents)) < cat.SAMPLE_SHARE)
    posted = np.flatnonzero(pays_postage & (goods_cents < cat.POSTAGE_FREE_FROM_CENTS))
    product = rng.integers(0, catalogue.product_count, len(sampled))
    return sorted_lines(
        np.concatenate([sampled, posted]),
        np.concatenate([product, np.full(len(posted), catalogue.product_count)]),
        np.ones(len(sampled) + len(posted), dtype=np.int64),
        np.concatenate([np.zeros(len(sampled)), np.full(len(posted), cat.POSTAGE_PRICE_CENTS)]).astype(np.int64),
    )
