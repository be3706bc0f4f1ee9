"""What becomes of an order: cancelled, reversed within the hour, goods sent back later, or kept.

A cancelled order keeps its row with its status. A reversal takes back every product within the hour. A return
takes back single lines after some days. Both come as credit notes, with negative quantities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.sample_shop.baskets import Lines, segment_of_orders, sorted_lines
from warehouse.sources.sample_shop.population import Population, by_segment
from warehouse.sources.sample_shop.purchases import Purchases
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, SampleShop

CANCELLED_AFTER_S = (300, 3 * SECONDS_PER_DAY)
REVERSED_AFTER_S = (120, 45 * 60)
RETURNED_AFTER_S = (3 * SECONDS_PER_DAY, 30 * SECONDS_PER_DAY)
PARTIAL_SHARE = 0.2  # of the returned lines: a number of pieces between one and all, each equally likely


@dataclass(frozen=True)
class Outcome:
    """Cancellations (per sale; 0 means none) and credit notes (per note, with the sale they belong to)."""

    cancelled_s: np.ndarray
    note_sale: np.ndarray
    noted_s: np.ndarray
    note_lines: Lines  # .order counts credit notes


def draw_outcome(
    shop: SampleShop, population: Population, purchases: Purchases, lines: Lines, product_count: int
) -> Outcome:
    """Draw what becomes of all sales; what would happen after the last date has not happened yet."""
    rng = shop.stream("returns")
    count = len(purchases.ordered_s)
    is_cancelled = rng.random(count) < shop.cancelled_share
    cancelled_s = purchases.ordered_s + rng.integers(*CANCELLED_AFTER_S, count)
    is_reversed = ~is_cancelled & (rng.random(count) < shop.reversed_share)
    reversed_s = purchases.ordered_s + rng.integers(*REVERSED_AFTER_S, count)
    returned_s = purchases.ordered_s + rng.integers(*RETURNED_AFTER_S, count)
    noted_s = np.where(is_reversed, reversed_s, returned_s)

    probability = by_segment("return_probability")[segment_of_orders(population, purchases)]
    is_line_returned = rng.random(len(lines.order)) < probability[lines.order]
    is_product = (lines.product < product_count) & (lines.price_cents > 0)
    may_return = ~is_cancelled & (noted_s < shop.end_s)
    is_back = is_product & may_return[lines.order] & (is_reversed[lines.order] | is_line_returned)
    quantity = np.where(is_reversed[lines.order], lines.quantity, _returned_quantity(rng, lines.quantity))

    note_sale, note = np.unique(lines.order[is_back], return_inverse=True)
    by_time = np.argsort(noted_s[note_sale], kind="stable")  # credit notes are numbered in time order
    rank = np.empty_like(by_time)
    rank[by_time] = np.arange(len(by_time))
    return Outcome(
        cancelled_s=np.where(is_cancelled & (cancelled_s < shop.end_s), cancelled_s, 0),
        note_sale=note_sale[by_time],
        noted_s=noted_s[note_sale][by_time],
        note_lines=sorted_lines(rank[note], lines.product[is_back], -quantity[is_back], lines.price_cents[is_back]),
    )


def _returned_quantity(rng: np.random.Generator, quantity: np.ndarray) -> np.ndarray:
    is_partial = rng.random(len(quantity)) < PARTIAL_SHARE
    part = 1 + (rng.random(len(quantity)) * quantity).astype(np.int64)
    return np.where(is_partial, part, quantity)
