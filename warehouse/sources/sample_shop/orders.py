"""The order file and the line file: sales, credit notes and a few book-keeping adjustments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop.baskets import Lines
from warehouse.sources.sample_shop.catalogue import POSTAGE_CODE, POSTAGE_PRICE_CENTS, Catalogue
from warehouse.sources.sample_shop.columns import decimals, numbered_ids, picked, timestamps
from warehouse.sources.sample_shop.population import SALES_CHANNEL_SHARES, SALES_CHANNELS, Population
from warehouse.sources.sample_shop.profiles import customer_ids
from warehouse.sources.sample_shop.purchases import Purchases
from warehouse.sources.sample_shop.returns import Outcome
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, SampleShop
from warehouse.sources.sample_shop.words import COUNTRIES

USUAL_CHANNEL_SHARE = 0.85  # orders over the channel that the customer usually takes
ABROAD_SHARE = 0.02  # orders sent to a country other than the customer's
CURRENCY = "EUR"
ADJUSTMENT_SPACING_DAYS = 30
ADJUSTMENT_CENTS = (-25_000, 5_000)
SALE_PREFIX, NOTE_PREFIX, ADJUSTMENT_PREFIX = "O", "R", "A"
ORDER_ID_WIDTH = 8


@dataclass(frozen=True)
class Delivery:
    """Country and sales channel of each sale."""

    country: np.ndarray
    sales_channel: np.ndarray


@dataclass(frozen=True)
class Sales:
    """Sales with everything that belongs to them; their numbers follow those of the sales and notes written before."""

    purchases: Purchases
    delivery: Delivery
    lines: Lines
    outcome: Outcome
    earlier_sale_count: int = 0
    earlier_note_count: int = 0

    @property
    def first_product(self) -> np.ndarray:
        """Give the product of each sale's first line: never a sample or postage, which come last."""
        return self.lines.product[self.lines.line_number == 1]


def draw_delivery(shop: SampleShop, population: Population, purchases: Purchases) -> Delivery:
    """Draw where orders are placed and sent to."""
    rng = shop.stream("delivery")
    count = len(purchases.customer)
    any_country = rng.choice(len(COUNTRIES), size=count, p=[country.share for country in COUNTRIES])
    any_channel = rng.choice(len(SALES_CHANNELS), size=count, p=SALES_CHANNEL_SHARES)
    is_guest = purchases.customer < 0
    is_abroad = is_guest | (rng.random(count) < ABROAD_SHARE)
    is_unusual = is_guest | (rng.random(count) >= USUAL_CHANNEL_SHARE)
    return Delivery(
        country=np.where(is_abroad, any_country, population.country[purchases.customer]),
        sales_channel=np.where(is_unusual, any_channel, population.sales_channel[purchases.customer]),
    )


def pays_postage(delivery: Delivery) -> np.ndarray:
    """Tell which orders are sent by post: all but those of the store."""
    return delivery.sales_channel != SALES_CHANNELS.index("store")


def sale_ids(positions: np.ndarray) -> pa.StringArray:
    """Give the order ids of sales by position."""
    return numbered_ids(SALE_PREFIX, np.asarray(positions) + 1, ORDER_ID_WIDTH)


def build_orders(shop: SampleShop, sales: Sales) -> pa.Table:
    """Give the order table in time order, book-keeping adjustments included."""
    return _in_time_order([*_sales_and_notes(sales), _adjustments(shop)])


def build_further_orders(sales: Sales) -> pa.Table:
    """Give the orders of sales that come on top, in time order."""
    return _in_time_order(_sales_and_notes(sales))


def _in_time_order(parts: list[dict]) -> pa.Table:
    ordered_s = np.concatenate([part["ordered_s"] for part in parts])
    table = pa.concat_tables([_order_table(part) for part in parts])
    return table.take(pa.array(np.argsort(ordered_s, kind="stable")))


def _sales_and_notes(sales: Sales) -> list[dict]:
    outcome = sales.outcome
    count = len(sales.purchases.customer)
    placed = _orders(sales, np.arange(count), sales.purchases.ordered_s) | {
        "order_id": sale_ids(sales.earlier_sale_count + np.arange(count)),
        "order_kind": "sale",
        "cancelled_s": outcome.cancelled_s,
        "amount_cents": _totals(sales.lines, count),
    }
    notes = _orders(sales, outcome.note_sale, outcome.noted_s) | {
        "order_id": numbered_ids(
            NOTE_PREFIX, sales.earlier_note_count + np.arange(len(outcome.note_sale)) + 1, ORDER_ID_WIDTH
        ),
        "order_kind": "return",
        "cancelled_s": np.zeros(len(outcome.note_sale), dtype=np.int64),
        "amount_cents": _totals(outcome.note_lines, len(outcome.note_sale)),
    }
    return [placed, notes]


def _orders(sales: Sales, sale: np.ndarray, ordered_s: np.ndarray) -> dict:
    return {
        "customer": sales.purchases.customer[sale],
        "ordered_s": ordered_s,
        "country": sales.delivery.country[sale],
        "sales_channel": sales.delivery.sales_channel[sale],
    }


def _totals(lines: Lines, order_count: int) -> np.ndarray:
    return np.rint(np.bincount(lines.order, lines.amount_cents, order_count)).astype(np.int64)


def _adjustments(shop: SampleShop) -> dict:
    """Give one adjustment a month: a total without lines and without a customer."""
    times = np.arange(shop.start_s, shop.end_s, ADJUSTMENT_SPACING_DAYS * SECONDS_PER_DAY)[1:] + 79_200
    nobody = np.full(len(times), -1)
    return {
        "order_id": numbered_ids(ADJUSTMENT_PREFIX, np.arange(len(times)) + 1, ORDER_ID_WIDTH),
        "order_kind": "adjustment",
        "customer": nobody,
        "ordered_s": times,
        "country": nobody,
        "sales_channel": nobody,
        "cancelled_s": np.zeros(len(times), dtype=np.int64),
        "amount_cents": shop.stream("adjustments").integers(*ADJUSTMENT_CENTS, len(times)),
    }


def _order_table(part: dict) -> pa.Table:
    count = len(part["customer"])
    is_cancelled = part["cancelled_s"] > 0
    return pa.table(
        {
            "order_id": part["order_id"],
            "customer_id": customer_ids(part["customer"]),
            "ordered_at": timestamps(part["ordered_s"]),
            "order_kind": pa.repeat(part["order_kind"], count),
            "order_status": picked(("completed", "cancelled"), is_cancelled.astype(int)),
            "cancelled_at": timestamps(part["cancelled_s"], ~is_cancelled),
            "order_amount": decimals(part["amount_cents"], 2),
            "currency": pa.repeat(CURRENCY, count),
            "country": picked([country.name for country in COUNTRIES], part["country"]),
            "sales_channel": picked(SALES_CHANNELS, part["sales_channel"]),
        }
    )


def build_order_items(sales: Sales, catalogue: Catalogue) -> pa.Table:
    """Give the table of lines: those of sales, then those of credit notes."""
    sale_lines = _line_table(SALE_PREFIX, sales.lines, catalogue, sales.earlier_sale_count)
    note_lines = _line_table(NOTE_PREFIX, sales.outcome.note_lines, catalogue, sales.earlier_note_count)
    return pa.concat_tables([sale_lines, note_lines])


def _line_table(prefix: str, lines: Lines, catalogue: Catalogue, earlier_count: int) -> pa.Table:
    number = earlier_count + lines.order + 1
    codes, names = (*catalogue.codes, POSTAGE_CODE), (*catalogue.names, "Postage")
    # order number × 1000 + line number: readable, and unique as no order has a thousand lines
    item_ids = numbered_ids(f"L{prefix}", number * 1000 + lines.line_number, ORDER_ID_WIDTH + 3)
    return pa.table(
        {
            "order_item_id": item_ids,
            "order_id": numbered_ids(prefix, number, ORDER_ID_WIDTH),
            "line_number": pa.array(lines.line_number),
            "product_code": picked(codes, lines.product),
            "product_description": picked(names, lines.product),
            "quantity": decimals(lines.quantity * 1000, 3),
            "unit_price_amount": decimals(lines.price_cents * 100, 4),
            "line_amount": decimals(lines.amount_cents, 2),
        }
    )


def build_products(catalogue: Catalogue) -> pa.Table:
    """Give the product table, postage included."""
    postage = pa.table(
        {
            "product_code": [POSTAGE_CODE],
            "product_name": ["Postage"],
            "category": ["postage"],
            "list_price_amount": decimals(np.array([POSTAGE_PRICE_CENTS * 100]), 4),
            "unit_cost_amount": decimals(np.array([36_000]), 4),
        }
    )
    products = pa.table(
        {
            "product_code": pa.array(catalogue.codes),
            "product_name": pa.array(catalogue.names),
            "category": pa.array(catalogue.categories),
            "list_price_amount": decimals(catalogue.price_cents * 100, 4),
            "unit_cost_amount": decimals(catalogue.cost_cents * 100, 4),
        }
    )
    return pa.concat_tables([products, postage])
