"""A build file with the tables that the jobs about campaigns read, of a shop whose responders are known.

Bargain hunters buy with probability .1 in a campaign's window, and .4 if contacted; regulars with .4 either way. Both
bought once 25 to 34 days before each campaign, when the one before is over: what tells them apart is the product.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd

AS_OF_DATE = date(2025, 7, 1)
WINDOW_DAYS = 21
CONTACT_COST = 0.5
_SCHEMA = """
create schema staging; create schema intermediate; create schema marts;
create table staging.stg_campaigns (campaign_id text, campaign_name text, campaign_channel text, started_at timestamp,
    ended_at timestamp);
create table staging.stg_campaign_touches (campaign_id text, customer_id text, source_customer_id text,
    is_control boolean, touched_at timestamp, contact_cost_amount decimal(20, 10));
create table staging.stg_events (event_id text, customer_id text, event_type text, occurred_at timestamp);
create table intermediate.int_customer_movements (order_id text, customer_id text, occurred_at timestamp,
    order_date date, sold_at timestamp, counts_from_at timestamp, counts_until_at timestamp, is_demand boolean,
    item_count bigint, gross_amount decimal(38, 10), return_amount decimal(38, 10), net_amount decimal(38, 10),
    costed_net_amount decimal(38, 10), costed_margin_amount decimal(38, 10));
create table intermediate.int_order_items_classified (order_id text, product_code text, line_kind text,
    line_status text, original_amount decimal(22, 10));
create table intermediate.int_customer_profiles (customer_id text, valid_from_at timestamp, valid_to_at timestamp,
    has_marketing_consent boolean);
create table marts.fct_orders (order_id text, sales_channel text);
create table marts.dim_products (product_code text, category text);
create table marts.dim_subscriptions (customer_id text, started_at timestamp, ended_at timestamp);
create table marts.dim_customers (customer_id text, acquisition_channel text, registered_at timestamp,
    first_order_date date, has_account boolean);
"""


class CampaignShop:
    """The shop; every method adds rows."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(_SCHEMA)
        self._order_count = 0

    def campaign(self, campaign_id: str, start: datetime, channel: str = "e-mail") -> None:
        self._add("staging.stg_campaigns", campaign_id, campaign_id, channel, start, start + timedelta(WINDOW_DAYS))

    def touch(self, campaign_id: str, customer_id: str, at: datetime, *, is_control: bool) -> None:
        self._add(
            "staging.stg_campaign_touches", campaign_id, customer_id, customer_id, is_control, at,
            None if is_control else CONTACT_COST,
        )  # fmt: skip

    def customer(self, customer_id: str, at: datetime, *, has_consent: bool = True) -> None:
        self._add("marts.dim_customers", customer_id, "web", at, None, True)
        self._add("intermediate.int_customer_profiles", customer_id, at, None, has_consent)

    def order(
        self, customer_id: str, at: datetime, product: str, amount: float = 20.0, until: datetime | None = None
    ) -> None:
        self._order_count += 1
        order_id = f"single-{self._order_count}"
        self._add(
            "intermediate.int_customer_movements", order_id, customer_id, at, at.date(), at, at, until, True, 1,
            amount, 0, amount, amount, amount / 2,
        )  # fmt: skip
        self._add("intermediate.int_order_items_classified", order_id, product, "goods", "kept", amount)
        self._add("marts.fct_orders", order_id, "web")

    def _add(self, table: str, *values: object) -> None:
        self.connection.execute(f"insert into {table} values ({', '.join('?' * len(values))})", values)


def buying_probability(is_bargain_hunter: np.ndarray, is_treated: np.ndarray) -> np.ndarray:
    """The truth."""
    return np.where(is_bargain_hunter, np.where(is_treated, 0.4, 0.1), 0.4)


def known_shop(
    campaign_count: int = 4,
    customer_count: int = 400,
    *,
    same_day: bool = False,
    products_tell: bool = True,
    contacts_work: bool = True,
    seed: int = 1,
) -> CampaignShop:
    """Campaigns 60 days apart, or on the same day for customers of their own; half of the customers are contacted.

    Parameters
    ----------
    products_tell
        False: products are bought by lot, so that nothing tells bargain hunters from regulars.
    contacts_work
        False: bargain hunters buy with probability .1, contacted or not.
    """
    random, shop = np.random.default_rng(seed), CampaignShop()
    frames: dict[str, list[tuple]] = {}
    for number in range(campaign_count):
        start = datetime(2025, 5, 1) - timedelta(0 if same_day else 60 * (campaign_count - 1 - number))
        shop.campaign(f"K{number}", start)
        prefix = f"{number}-" if same_day else ""
        if same_day or number == 0:
            _customers(frames, [f"{prefix}c{who:04d}" for who in range(customer_count)])
        ids = [f"{prefix}c{who:04d}" for who in range(customer_count)]
        _contacts(frames, random, f"K{number}", start, ids, products_tell=products_tell, contacts_work=contacts_work)
    for table, rows in frames.items():
        shop.connection.register("rows", pd.DataFrame(rows))
        shop.connection.execute(f"insert into {table} select * from rows")
    return shop


def is_bargain_hunter(customer_id: str) -> bool:
    """Every second one."""
    return int(customer_id[-4:]) % 2 == 0


def _customers(frames: dict[str, list[tuple]], ids: list[str]) -> None:
    opened = datetime(2024, 1, 1)
    frames.setdefault("marts.dim_customers", []).extend((who, "web", opened, None, True) for who in ids)
    frames.setdefault("intermediate.int_customer_profiles", []).extend(
        (who, opened, None, int(who[-4:]) % 4 < 2) for who in ids
    )


def _contacts(
    frames: dict[str, list[tuple]],
    random: np.random.Generator,
    campaign: str,
    start: datetime,
    ids: list[str],
    *,
    products_tell: bool,
    contacts_work: bool,
) -> None:
    hunts = np.array([is_bargain_hunter(who) for who in ids])
    treated = random.random(len(ids)) < 0.5
    buys = random.random(len(ids)) < buying_probability(hunts, treated & contacts_work)
    likes_sale = hunts if products_tell else random.random(len(ids)) < 0.5
    for who, likes, is_treated, has_bought in zip(ids, likes_sale, treated, buys, strict=True):
        touch = (campaign, who, who, not is_treated, start, CONTACT_COST if is_treated else None)
        frames.setdefault("staging.stg_campaign_touches", []).append(touch)
        product = "sale" if likes else "new"
        _order(frames, who, start - timedelta(int(random.integers(25, 35))), product)
        if has_bought:
            _order(frames, who, start + timedelta(int(random.integers(0, WINDOW_DAYS))), product)


def _order(frames: dict[str, list[tuple]], who: str, at: datetime, product: str) -> None:
    movements = frames.setdefault("intermediate.int_customer_movements", [])
    order_id = f"o{len(movements)}"
    movements.append((order_id, who, at, at.date(), at, at, None, True, 1, 20, 0, 20, 20, 10))
    frames.setdefault("intermediate.int_order_items_classified", []).append((order_id, product, "goods", "kept", 20))
    frames.setdefault("marts.fct_orders", []).append((order_id, "web"))
