"""How each kind of planted anomaly comes about: the accounts and orders of one case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.sources.sample_shop.catalogue import Catalogue
from warehouse.sources.sample_shop.orders import Sales
from warehouse.sources.sample_shop.population import SALES_CHANNELS, Population
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, SampleShop
from warehouse.sources.sample_shop.words import COUNTRIES

RETURNS_ABUSE = "returns_abuse"
RING_ACCOUNT_COUNTS = (3, 5)  # both included, as in all pairs here
RING_ORDER_COUNTS = (2, 3)  # per account
RING_OPENED_WITHIN_S = 2 * SECONDS_PER_DAY
RING_ORDERS_WITHIN_S = 6 * 3600
RING_PRODUCT_COUNT = 12  # among the dearest so many
RING_LINE_COUNTS, RING_QUANTITIES = (2, 4), (2, 6)
RING_CANCELLED_SHARE = 0.3  # paid with what was not theirs
RING_CANCELLED_AFTER_DAYS = (5, 25)
ABUSER_ORDER_COUNTS = (8, 14)
ABUSER_SPACING_DAYS = (5, 25)
ABUSER_RETURNED_SHARE = 0.9
ABUSER_RETURNED_AFTER_DAYS = (3, 20)
ABUSER_LINE_COUNTS, ABUSER_QUANTITIES = (1, 3), (1, 2)
SLIP_FACTORS = (0.01, 0.1, 10.0)  # the decimal point is in the wrong place
SLIP_AFTER_DAYS = (1, 20)
SLIP_LINE_COUNTS, SLIP_QUANTITIES = (1, 3), (1, 3)
DOUBLE_AFTER_S = (15, 240)
ATTEMPTS = 100

Pair = tuple[int, int]
Line = tuple[int, int, int]
"""Product, quantity, price in cents."""


@dataclass(frozen=True)
class Shop:
    """What anomalies are planted into."""

    settings: SampleShop
    population: Population
    catalogue: Catalogue
    sales: Sales


@dataclass(frozen=True)
class Account:
    """A further account; `seed` draws its profile, accounts of one `ring_seed` share address and telephone number."""

    kind: str
    position: int
    registered_s: int
    first_order_s: int
    last_order_s: int
    country: int
    seed: int
    ring_seed: int


@dataclass(frozen=True)
class PlantedOrder:
    """A further sale; `cancelled_s` and `returned_s` 0: it is not. `wrong_cents`: the money that is wrong about it."""

    customer: int
    ordered_s: int
    country: int
    sales_channel: int
    lines: tuple[Line, ...]
    wrong_cents: int
    cancelled_s: int = 0
    returned_s: int = 0


@dataclass(frozen=True)
class Case:
    """One anomaly with everything that belongs to it."""

    kind: str
    accounts: Sequence[Account]
    orders: Sequence[PlantedOrder]


def fraud_ring(rng: np.random.Generator, shop: Shop, next_account: int) -> Case | None:
    """New accounts at one address, of which each orders dear goods several times within hours."""
    span_s = RING_OPENED_WITHIN_S + RING_ORDERS_WITHIN_S
    start_s = _start(rng, shop, span_s)
    if start_s is None:
        return None
    dearest = np.argsort(-shop.catalogue.price_cents, kind="stable")[:RING_PRODUCT_COUNT]
    country, ring_seed = int(rng.integers(len(COUNTRIES))), _seed(rng)
    accounts, orders = [], []
    for position in range(next_account, next_account + _between(rng, RING_ACCOUNT_COUNTS)):
        opened_s = start_s + int(rng.integers(RING_OPENED_WITHIN_S))
        times = opened_s + 300 + np.sort(rng.integers(0, RING_ORDERS_WITHIN_S - 300, _between(rng, RING_ORDER_COUNTS)))
        accounts.append(
            Account("fraud_ring", position, opened_s, int(times[0]), int(times[-1]), country, _seed(rng), ring_seed)
        )
        for ordered_s in times.tolist():
            lines = _basket(rng, shop, dearest, RING_LINE_COUNTS, RING_QUANTITIES)
            cancelled_s = ordered_s + _between(rng, RING_CANCELLED_AFTER_DAYS) * SECONDS_PER_DAY
            is_cancelled = rng.random() < RING_CANCELLED_SHARE and cancelled_s < shop.settings.end_s
            channel = SALES_CHANNELS.index("web")
            orders.append(
                PlantedOrder(
                    position, ordered_s, country, channel, lines, _cents(lines), cancelled_s if is_cancelled else 0
                )
            )
    return Case("fraud_ring", accounts, orders)


def returns_abuse(rng: np.random.Generator, shop: Shop, next_account: int) -> Case | None:
    """An account that orders for months and sends nearly everything back."""
    gaps = rng.integers(*_open(ABUSER_SPACING_DAYS), _between(rng, ABUSER_ORDER_COUNTS)) * SECONDS_PER_DAY
    gaps += rng.integers(0, SECONDS_PER_DAY, len(gaps))
    last_return_s = (ABUSER_RETURNED_AFTER_DAYS[1] + 1) * SECONDS_PER_DAY
    start_s = _start(rng, shop, int(gaps.sum()) + last_return_s)
    if start_s is None:
        return None
    country, channel = int(rng.integers(len(COUNTRIES))), SALES_CHANNELS.index("web")
    orders = []
    for ordered_s in (start_s + np.cumsum(gaps)).tolist():
        lines = _basket(rng, shop, np.arange(shop.catalogue.product_count), ABUSER_LINE_COUNTS, ABUSER_QUANTITIES)
        back_s = ordered_s + _between(rng, ABUSER_RETURNED_AFTER_DAYS) * SECONDS_PER_DAY + int(rng.integers(3600))
        is_back = rng.random() < ABUSER_RETURNED_SHARE
        wrong = _cents(lines) if is_back else 0
        orders.append(
            PlantedOrder(next_account, ordered_s, country, channel, lines, wrong, returned_s=back_s if is_back else 0)
        )
    first_s, last_s = orders[0].ordered_s, orders[-1].ordered_s
    account = Account(RETURNS_ABUSE, next_account, first_s - 600, first_s, last_s, country, _seed(rng), _seed(rng))
    return Case(RETURNS_ABUSE, [account], orders)


def price_slip(rng: np.random.Generator, shop: Shop, next_account: int) -> Case | None:
    """A further order of a customer, in which one price has its decimal point in the wrong place."""
    del next_account
    sales, days = shop.sales, _between(rng, SLIP_AFTER_DAYS)
    at = _sale_to_follow(rng, shop, days * SECONDS_PER_DAY)
    if at is None:
        return None
    lines = list(_basket(rng, shop, np.arange(shop.catalogue.product_count), SLIP_LINE_COUNTS, SLIP_QUANTITIES))
    product, quantity, price = lines[0]
    slipped = max(1, round(price * SLIP_FACTORS[rng.integers(len(SLIP_FACTORS))]))
    lines[0] = (product, quantity, slipped)
    order = PlantedOrder(
        customer=int(sales.purchases.customer[at]),
        ordered_s=int(sales.purchases.ordered_s[at]) + days * SECONDS_PER_DAY,
        country=int(sales.delivery.country[at]),
        sales_channel=int(sales.delivery.sales_channel[at]),
        lines=tuple(lines),
        wrong_cents=abs(slipped - price) * quantity,
    )
    return Case("price_slip", [], [order])


def double_booking(rng: np.random.Generator, shop: Shop, next_account: int) -> Case | None:
    """A kept order that stands there a second time some seconds or minutes later."""
    del next_account
    sales, wait_s = shop.sales, _between(rng, DOUBLE_AFTER_S)
    at = _sale_to_follow(rng, shop, wait_s)
    if at is None:
        return None
    mine = np.flatnonzero(sales.lines.order == at)
    of_each = (sales.lines.product, sales.lines.quantity, sales.lines.price_cents)
    lines = tuple((int(a), int(b), int(c)) for a, b, c in zip(*(column[mine] for column in of_each), strict=True))
    order = PlantedOrder(
        customer=int(sales.purchases.customer[at]),
        ordered_s=int(sales.purchases.ordered_s[at]) + wait_s,
        country=int(sales.delivery.country[at]),
        sales_channel=int(sales.delivery.sales_channel[at]),
        lines=lines,
        wrong_cents=_cents(lines),
    )
    return Case("double_booking", [], [order])


def _sale_to_follow(rng: np.random.Generator, shop: Shop, wait_s: int) -> int | None:
    """Draw a kept sale of a listed customer, whose lifetime and the shop's period go on so long."""
    purchases, population, outcome = shop.sales.purchases, shop.population, shop.sales.outcome
    for at in rng.integers(0, len(purchases.customer), ATTEMPTS).tolist():
        customer, then_s = purchases.customer[at], purchases.ordered_s[at] + wait_s
        is_kept = outcome.cancelled_s[at] == 0 and at not in outcome.note_sale
        if customer < 0 or not is_kept or not population.is_listed[customer]:
            continue
        if then_s < shop.settings.end_s and (then_s < population.lifetime_end_s[customer] or wait_s < SECONDS_PER_DAY):
            return at
    return None


def _start(rng: np.random.Generator, shop: Shop, span_s: int) -> int | None:
    room_s = shop.settings.end_s - shop.settings.start_s - span_s
    return shop.settings.start_s + int(rng.integers(room_s)) if room_s > 0 else None


def _basket(
    rng: np.random.Generator,
    shop: Shop,
    products: np.ndarray,
    line_counts: tuple[int, int],
    quantities: tuple[int, int],
) -> tuple[Line, ...]:
    chosen = rng.choice(products, size=_between(rng, line_counts), replace=False).tolist()
    return tuple((what, _between(rng, quantities), int(shop.catalogue.price_cents[what])) for what in chosen)


def _cents(lines: Sequence[Line]) -> int:
    return sum(quantity * price for _, quantity, price in lines)


def _open(pair: Pair) -> Pair:
    return pair[0], pair[1] + 1


def _between(rng: np.random.Generator, pair: Pair) -> int:
    return int(rng.integers(*_open(pair)))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))
