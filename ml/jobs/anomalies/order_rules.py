"""Rules about whole orders: amount, reversal within minutes, double booking, guests in a burst."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.findings import findings, number, span, times
from ml.jobs.anomalies.tail import Tail, rarity

ALL_TAKEN_SHARE = 0.95  # of an order's amount


def order_findings(
    orders: pd.DataFrame, usual_order_amount: float, configuration: AnomaliesConfiguration
) -> list[pd.DataFrame]:
    """All findings about orders.

    Parameters
    ----------
    orders
        As read from the ledger, in order of time.
    """
    orders = orders.assign(happened_at=orders["ordered_at"])
    return [
        _amounts(orders, usual_order_amount, configuration),
        _reversals(orders, usual_order_amount, configuration),
        _double_bookings(orders, configuration),
        _guest_bursts(orders, configuration),
    ]


def _amounts(orders: pd.DataFrame, usual: float, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    log_amount = orders["amount"].map(np.log)
    own = log_amount.groupby(orders["customer_id"]).transform("median")
    own = own.where(orders.groupby("customer_id")["amount"].transform("size") >= configuration.own_minimum_count)
    base = own.clip(lower=np.log(usual)).fillna(np.log(usual))
    log_ratio = log_amount - base
    tail = Tail.of(log_ratio.to_numpy())
    chosen = log_ratio > tail.threshold(configuration.amount.minimum_ratio)
    rows = orders[chosen]
    whose = np.where(base[chosen] > np.log(usual), "this customer's usual order", "a usual order")
    words = [
        f"order of {number(amount)} is {times(np.exp(ratio))} times {told}"
        for amount, ratio, told in zip(rows["amount"], log_ratio[chosen], whose, strict=True)
    ]
    return findings(rows, "amount", tail.strength(log_ratio[chosen].to_numpy()), rows["amount"], words)


def _reversals(orders: pd.DataFrame, usual: float, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    rule = configuration.reversal
    taken_at = orders["taken_at"].where(orders["taken_amount"] >= ALL_TAKEN_SHARE * orders["amount"])
    undone_at = pd.concat([orders["cancelled_at"], taken_at], axis=1).min(axis=1)
    seconds = (undone_at - orders["ordered_at"]).dt.total_seconds()
    at_once = seconds <= 60 * rule.within_minutes
    chosen = at_once & (orders["amount"] >= rule.minimum_ratio * usual)
    rows = orders[chosen]
    words = [
        f"order of {number(amount)} undone {span(after)} later"
        for amount, after in zip(rows["amount"], seconds[chosen], strict=True)
    ]
    strength = rarity(at_once.mean()) * (1 + np.log10(rows["amount"] / (rule.minimum_ratio * usual)))
    return findings(rows, "undone_at_once", strength, rows["amount"], words)


def _double_bookings(orders: pd.DataFrame, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    """The later of two equal baskets of a customer, both of which stand."""
    limit = 60 * configuration.double_booking.within_minutes
    stands = orders["cancelled_at"].isna() & (orders["taken_amount"] < ALL_TAKEN_SHARE * orders["amount"])
    known = orders[stands & orders["customer_id"].notna()]
    former = known.groupby(["customer_id", "basket"])["ordered_at"].shift()
    seconds = (known["ordered_at"] - former).dt.total_seconds()
    chosen = seconds <= limit
    rows = known[chosen]
    words = [f"same basket twice within {span(max(after, 1))}" for after in seconds[chosen]]
    # two equal lines by chance are likelier than ten
    strength = 2 + np.log10(rows["line_count"])
    return findings(rows, "double_booking", strength, rows["amount"], words)


def _guest_bursts(orders: pd.DataFrame, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    """The first of many orders of guests within minutes."""
    rule = configuration.guest_burst
    guests = orders[orders["customer_id"].isna()].reset_index(drop=True)
    moments = guests["ordered_at"].to_numpy().astype("datetime64[s]").astype(np.int64)
    last = np.searchsorted(moments, moments + 60 * rule.within_minutes, side="right")
    counts = last - np.arange(len(moments))
    # a burst is told once: of its orders only the first has as many after it
    is_first = np.concatenate([[True], np.diff(moments) > 60 * rule.within_minutes]) if len(moments) else counts > 0
    usual = np.quantile(counts[is_first], 1 - rule.maximum_share) if len(moments) else 0
    chosen = (counts >= max(rule.minimum_order_count, usual)) & is_first
    rows = guests[chosen]
    sums = np.concatenate([[0.0], np.cumsum(guests["amount"])])
    amounts = (sums[last] - sums[:-1])[chosen]
    words = [f"first of {count} orders of guests within {span(60 * rule.within_minutes)}" for count in counts[chosen]]
    return findings(
        rows, "guest_burst", pd.Series(counts[chosen] / rule.minimum_order_count), pd.Series(amounts), words
    )
