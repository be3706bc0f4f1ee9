"""What is wrong on purpose: fraud rings, returns abuse, price slips and double bookings, on top of everything else.

Nothing that is drawn elsewhere changes: further orders and accounts get the next numbers and stand at the end of the
files, without dirt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.sources.sample_shop import anomaly_accounts as accounts
from warehouse.sources.sample_shop import anomaly_orders as kinds
from warehouse.sources.sample_shop.anomaly_orders import Case, PlantedOrder, Shop
from warehouse.sources.sample_shop.baskets import Lines, sorted_lines
from warehouse.sources.sample_shop.orders import Delivery, Sales, sale_ids
from warehouse.sources.sample_shop.profiles import customer_ids
from warehouse.sources.sample_shop.purchases import repeats
from warehouse.sources.sample_shop.returns import Outcome

KINDS = {  # share of the planted anomalies, and what draws one
    "fraud_ring": (0.10, kinds.fraud_ring),
    "returns_abuse": (0.14, kinds.returns_abuse),
    "price_slip": (0.38, kinds.price_slip),
    "double_booking": (0.38, kinds.double_booking),
}


@dataclass(frozen=True)
class Planted:
    """The anomalies: further sales, further accounts with their truth, and which subject is wrong in which way."""

    sales: Sales
    customers: pa.Table
    customer_truth: pa.Table
    truth: pa.Table


def plant(shop: Shop, customers: pa.Table, customer_truth: pa.Table) -> Planted:
    """Draw the anomalies of a shop.

    Parameters
    ----------
    customers, customer_truth
        The tables of the others, whose columns the further rows get.
    """
    rng = shop.settings.stream("anomalies")
    cases: list[Case] = []
    next_account = shop.population.count
    for name, (share, draw) in KINDS.items():
        for _ in range(round(share * shop.settings.anomaly_share * len(shop.sales.purchases.customer))):
            case = draw(rng, shop, next_account)
            if case is None:  # the shop's period is too short for it
                continue
            next_account += len(case.accounts)
            cases.append(Case(name, case.accounts, case.orders))
    further = [account for case in cases for account in case.accounts]
    return Planted(
        sales=_as_sales(shop, [order for case in cases for order in case.orders]),
        customers=accounts.customer_rows(further, customers.schema),
        customer_truth=accounts.truth_rows(further, customer_truth.schema),
        truth=_truth(cases, len(shop.sales.purchases.customer)),
    )


def _as_sales(shop: Shop, orders: list[PlantedOrder]) -> Sales:
    returned = np.array([at for at, order in enumerate(orders) if order.returned_s], dtype=np.int64)
    noted_s = np.array([order.returned_s for order in orders], dtype=np.int64)
    by_time = returned[np.argsort(noted_s[returned], kind="stable")]
    customer = np.array([order.customer for order in orders], dtype=np.int64)
    return Sales(
        purchases=repeats(customer, np.array([order.ordered_s for order in orders], dtype=np.int64)),
        delivery=Delivery(
            np.array([order.country for order in orders], dtype=np.int64),
            np.array([order.sales_channel for order in orders], dtype=np.int64),
        ),
        lines=_lines([order.lines for order in orders]),
        outcome=Outcome(
            cancelled_s=np.array([order.cancelled_s for order in orders], dtype=np.int64),
            note_sale=by_time,
            noted_s=noted_s[by_time],
            note_lines=_lines([[(what, -many, price) for what, many, price in orders[at].lines] for at in by_time]),
        ),
        earlier_sale_count=len(shop.sales.purchases.customer),
        earlier_note_count=len(shop.sales.outcome.note_sale),
    )


def _lines(baskets: list) -> Lines:
    order = np.repeat(np.arange(len(baskets)), [len(basket) for basket in baskets])
    flat = np.array([line for basket in baskets for line in basket], dtype=np.int64).reshape(-1, 3)
    return sorted_lines(order, flat[:, 0], flat[:, 1], flat[:, 2])


def _truth(cases: list[Case], earlier_sale_count: int) -> pa.Table:
    """Give one row per order or customer that is wrong; orders of a returns abuser are not wrong one by one."""
    rows, position = [], earlier_sale_count
    for number, case in enumerate(cases, start=1):
        orders = list(zip(range(position, position + len(case.orders)), case.orders, strict=True))
        position += len(orders)
        for account in case.accounts:
            at_stake = sum(order.wrong_cents for order in case.orders if order.customer == account.position)
            rows.append((number, case.kind, "customer", None, account.position, at_stake))
        if case.kind != kinds.RETURNS_ABUSE:
            rows += [(number, case.kind, "order", at, order.customer, order.wrong_cents) for at, order in orders]
    order_at = np.array([-1 if row[3] is None else row[3] for row in rows], dtype=np.int64)
    customer = customer_ids(np.array([row[4] for row in rows], dtype=np.int64))
    is_order = pa.array(order_at >= 0)
    return pa.table(
        {
            "case_number": pa.array([row[0] for row in rows], pa.int64()),
            "anomaly_kind": pa.array([row[1] for row in rows], pa.string()),
            "subject_type": pa.array([row[2] for row in rows], pa.string()),
            "subject_id": pc.if_else(is_order, sale_ids(order_at), customer),
            "customer_id": customer,
            "wrong_amount": pa.array([row[5] / 100 for row in rows], pa.float64()),
        }
    )
