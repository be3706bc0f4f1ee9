"""Rules about customers: many orders at once, returns of nearly everything, many accounts at one address."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import binom

from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.findings import CUSTOMER, findings, number, span

RETURNED_SHARE = 0.5  # of an order's amount: from here on it is a returned order

_ACCOUNTS = """
select
    customer_id, min(registered_at) as registered_at,
    max(nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '')) as phone,
    max(nullif(regexp_replace(
        lower(strip_accents(street_address || coalesce(postcode, '') || coalesce(city, ''))), '[^a-z0-9]', '', 'g'
    ), '')) as address
from staging.stg_customers
where registered_at is null or registered_at < $as_of_date
group by customer_id
having count(street_address) + count(phone) > 0
order by customer_id
"""


def customer_findings(
    connection: duckdb.DuckDBPyConnection, orders: pd.DataFrame, as_of_date: date, configuration: AnomaliesConfiguration
) -> list[pd.DataFrame]:
    """All findings about customers.

    Parameters
    ----------
    orders
        As read from the ledger, in order of time.
    """
    known = orders[orders["customer_id"].notna()]
    accounts = connection.execute(_ACCOUNTS, {"as_of_date": as_of_date}).df()
    return [
        _velocity(known, configuration),
        _returns(known, configuration),
        _sharing(accounts, known, configuration),
    ]


def _velocity(orders: pd.DataFrame, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    """The most orders of a customer within the window, where few customers have as many."""
    rule = configuration.velocity
    ordered = orders.sort_values(["customer_id", "ordered_at", "order_id"]).reset_index(drop=True)
    moments = ordered["ordered_at"].to_numpy().astype("datetime64[s]").astype(np.int64)
    customer = pd.factorize(ordered["customer_id"])[0]
    window_s = 60 * rule.within_minutes
    # customers lie so far apart on one line that no window holds two of them
    line = customer * (np.ptp(moments) + window_s + 1 if len(moments) else 1) + moments
    first = np.searchsorted(line, line - window_s, side="left")
    counts = np.arange(len(line)) - first + 1
    sums = np.concatenate([[0.0], np.cumsum(ordered["amount"])])
    ordered = ordered.assign(
        count=counts,
        burst_amount=sums[1:] - sums[first],
        seconds=moments - moments[first] if len(moments) else moments,
        happened_at=ordered["ordered_at"],
    )
    most = ordered.sort_values(["count", "burst_amount"], ascending=False).drop_duplicates("customer_id")
    most = most.sort_values("customer_id")
    share = most["count"].rank(method="max", ascending=False) / len(most)  # of the customers, with as many or more
    rows = most[(most["count"] >= rule.minimum_order_count) & (share <= rule.maximum_share)]
    words = [
        f"{count} orders within {span(max(seconds, 60))}"
        for count, seconds in zip(rows["count"], rows["seconds"], strict=True)
    ]
    strength = np.log10(share[rows.index]) / np.log10(rule.maximum_share)
    return findings(rows, "many_orders_at_once", strength, rows["burst_amount"], words, about=CUSTOMER)


def _returns(orders: pd.DataFrame, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    rule = configuration.returns
    is_back = (orders["taken_amount"] >= RETURNED_SHARE * orders["amount"]) & orders["cancelled_at"].isna()
    is_undone = is_back | orders["cancelled_at"].notna()
    taken = orders["taken_amount"].where(orders["cancelled_at"].isna(), orders["amount"])
    by_customer = (
        pd.DataFrame(
            {
                "customer_id": orders["customer_id"],
                "count": 1,
                "back": is_back,
                "undone": is_undone,
                "amount": taken,
                "happened_at": orders["ordered_at"],
            }
        )
        .groupby("customer_id", sort=True)
        .agg({"count": "sum", "back": "sum", "undone": "sum", "amount": "sum", "happened_at": "max"})
        .reset_index()
    )
    usual = min(0.5, rule.overdispersion * float(is_undone.mean())) if len(orders) else 0.5
    share = by_customer["undone"] / by_customer["count"]
    rows = by_customer[(by_customer["count"] >= rule.minimum_order_count) & (share >= rule.minimum_share)]
    chance = binom.sf(rows["undone"] - 1, rows["count"], max(usual, 1e-6))
    words = [
        f"returned {back} of {count} orders" + (f" and cancelled {undone - back}" if undone > back else "")
        for back, undone, count in zip(rows["back"], rows["undone"], rows["count"], strict=True)
    ]
    strength = pd.Series(-np.log10(np.maximum(chance, 1e-300)) / 2, index=rows.index).clip(lower=1)
    return findings(rows, "returns", strength, rows["amount"], words, about=CUSTOMER)


def _sharing(accounts: pd.DataFrame, orders: pd.DataFrame, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    """Accounts that hang together by address or telephone number, all of them together."""
    rule = configuration.sharing
    accounts = accounts.assign(group=_groups(accounts, rule.maximum_account_count))
    bought = orders.groupby("customer_id").agg(amount=("amount", "sum"), happened_at=("ordered_at", "max"))
    accounts = accounts.join(bought, on="customer_id", how="inner")
    of_group = accounts.groupby("group")
    count = of_group["customer_id"].transform("size")
    opened = of_group["registered_at"].transform("max") - of_group["registered_at"].transform("min")
    chosen = count.between(rule.minimum_account_count, rule.maximum_account_count)
    rows, days = accounts[chosen], opened[chosen].dt.total_seconds() / 86_400
    at_once = (days <= rule.opened_within_days).to_numpy()
    words = [
        f"{size} accounts at one address or telephone number"
        + (f", opened within {span(day * 86_400)}" if quick else "")
        + f"; this one ordered {number(amount)}"
        for size, day, quick, amount in zip(count[chosen], days, at_once, rows["amount"], strict=True)
    ]
    strength = (count[chosen] - rule.minimum_account_count + 1) * np.where(at_once, 2.0, 0.5)
    return findings(rows, "shared_address", strength, rows["amount"], words, about=CUSTOMER)


def _groups(accounts: pd.DataFrame, maximum_count: int) -> np.ndarray:
    """Number of the group of each account; a value that too many accounts have joins nobody."""
    pairs = []
    for column in ("phone", "address"):
        given = accounts[column].dropna()
        shared = given[given.groupby(given).transform("size").between(2, maximum_count)]
        first = shared.groupby(shared).transform(lambda values: values.index[0])
        pairs.append(np.column_stack([first.to_numpy(dtype=np.int64), shared.index.to_numpy(dtype=np.int64)]))
    edges = np.concatenate([np.zeros((0, 2), dtype=np.int64), *pairs])
    size = (len(accounts), len(accounts))
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=size)
    return connected_components(graph, directed=False)[1] if len(accounts) else np.zeros(0, dtype=np.int64)
