"""A shop with a known process, as features and labels in the form of the marts; small enough for units."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ml.data.snapshots import Snapshots
from warehouse.base.definitions import Definitions
from warehouse.tables.features import declared_features

AS_OF_DATE = date(2025, 7, 1)
HORIZON_DAYS = 90
SOURCE = "units"
EARLIER = AS_OF_DATE - timedelta(days=HORIZON_DAYS)
DEFINITIONS = Definitions(
    newest_first="_arrival_number desc, _row_number desc",
    churn_horizon_days=HORIZON_DAYS,
    clv_horizon_days=HORIZON_DAYS,
    eligibility_window_days=365,
    snapshot_step_days=30,
    snapshot_max_count=3,
    minimum_history_days=180,
    campaign_window_days=30,
    audience_report_days=7,
    campaign_days_before=365,
    campaign_minimum_group_count=50,
    campaign_minimum_response_count=10,
    minimum_costed_share=0.5,
)


def simulated_orders(customer_count: int = 600, seed: int = 7) -> pd.DataFrame:
    """Orders of customers with their own rate, lifetime and spend level, over the two years before the date."""
    random = np.random.default_rng(seed)
    start = AS_OF_DATE - timedelta(days=730)
    parts = []
    for number in range(customer_count):
        first, rate = random.integers(0, 600), random.gamma(1.2, 1 / 60)
        life, level = random.exponential(500), random.lognormal(3.5, 0.8)
        gaps = random.exponential(1 / rate, 200).cumsum()
        days = np.concatenate([[first], first + np.ceil(gaps[gaps < life])])
        days = np.unique(days[days < 730]).astype(int)
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": f"c{number:05d}",
                    "day": [start + timedelta(days=int(day)) for day in days],
                    "amount": np.round(level * random.lognormal(0, 0.4, len(days)), 2),
                    "country": "NL" if number % 3 else "BE",
                }
            )
        )
    orders = pd.concat(parts, ignore_index=True)
    return orders.assign(day=pd.to_datetime(orders["day"]))


def features_at(orders: pd.DataFrame, day: date) -> pd.DataFrame:
    """Rows as in `marts.customer_features`, from orders before the day only."""
    stamp = pd.Timestamp(day)
    known = orders[orders["day"] < stamp].sort_values("day", kind="stable")
    by = known.groupby("customer_id")
    frame = pd.DataFrame(
        {
            "first_order_date": by["day"].min(),
            "last_order_date": by["day"].max(),
            "order_count": by.size(),
            "net_amount": by["amount"].sum(),
            "country": by["country"].first(),
        }
    )
    frame["order_day_count"] = frame["order_count"]
    frame["repeat_order_count"] = frame["order_count"] - 1
    frame["days_since_last_order"] = (stamp - frame["last_order_date"]).dt.days
    frame["tenure_days"] = (stamp - frame["first_order_date"]).dt.days
    frame["first_to_last_order_days"] = frame["tenure_days"] - frame["days_since_last_order"]
    repeats = frame["repeat_order_count"].where(frame["repeat_order_count"] > 0)
    frame["mean_order_gap_days"] = frame["first_to_last_order_days"] / repeats
    frame["order_gap_ratio"] = frame["days_since_last_order"] / frame["mean_order_gap_days"]
    frame["average_order_amount"] = frame["net_amount"] / frame["order_count"]
    frame["mean_repeat_order_amount"] = (frame["net_amount"] - by["amount"].first()) / repeats
    for window in (30, 90, 180, 365):
        recent = known[known["day"] >= stamp - pd.Timedelta(days=window)].groupby("customer_id")
        frame[f"net_amount_{window}d"] = recent["amount"].sum()
        frame[f"order_count_{window}d"] = recent.size()
    windows = [name for name in frame.columns if name.endswith("d") and name[-2].isdigit()]
    frame[windows] = frame[windows].fillna(0)
    return _completed(frame.reset_index(), day)


def _completed(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    for name, feature in declared_features("customers").items():
        if name not in frame:
            frame[name] = None if feature.is_text else np.nan
    is_eligible = frame["days_since_last_order"] <= DEFINITIONS.eligibility_window_days
    reason = pd.Series("no purchase in the last 365 days", index=frame.index, dtype=object)
    return frame.assign(
        as_of_date=pd.Timestamp(day), is_eligible=is_eligible, ineligible_reason=reason.mask(is_eligible, None)
    )


def labelled_at(orders: pd.DataFrame, day: date) -> pd.DataFrame:
    """Features with the labels of the horizon after the day."""
    frame = features_at(orders, day)
    start, end = pd.Timestamp(day), pd.Timestamp(day) + pd.Timedelta(days=HORIZON_DAYS)
    future = orders[(orders["day"] >= start) & (orders["day"] < end)].groupby("customer_id")
    count = frame["customer_id"].map(future.size()).fillna(0).astype(int)
    return frame.assign(
        is_churned=count == 0,
        future_order_count=count,
        future_net_amount=frame["customer_id"].map(future["amount"].sum()).fillna(0.0),
    )


def snapshot_dates() -> tuple[list[date], date]:
    """The training dates and the evaluation date."""
    evaluation = AS_OF_DATE - timedelta(days=HORIZON_DAYS)
    return [evaluation - timedelta(days=HORIZON_DAYS + 30 * step) for step in range(3)], evaluation


def shop_snapshots(orders: pd.DataFrame | None = None) -> Snapshots:
    """The shop as a job gets it."""
    orders = simulated_orders() if orders is None else orders
    dates, evaluation = snapshot_dates()
    key = ["customer_id", "as_of_date"]
    training = pd.concat([labelled_at(orders, day) for day in dates]).sort_values(key, ignore_index=True)
    return Snapshots(
        source=SOURCE,
        as_of_date=AS_OF_DATE,
        churn_horizon_days=HORIZON_DAYS,
        clv_horizon_days=HORIZON_DAYS,
        training=training,
        evaluation=labelled_at(orders, evaluation).sort_values(key, ignore_index=True),
        scoring=features_at(orders, AS_OF_DATE).sort_values(key, ignore_index=True),
    )


def write_marts(path: Path, snapshots: Snapshots, *, seed: int | None = None) -> None:
    """Write the marts that ml reads; a seed shuffles the rows. One customer has never bought."""
    labelled = pd.concat([snapshots.training, snapshots.evaluation], ignore_index=True)
    labels = ["is_churned", "future_order_count", "future_net_amount"]
    features = pd.concat([labelled.drop(columns=labels), snapshots.scoring], ignore_index=True)
    if seed is not None:
        features = features.sample(frac=1, random_state=seed)
        labelled = labelled.sample(frac=1, random_state=seed + 1)
    roles = [(day, "training") for day in snapshots.training_dates]
    roles += [(snapshots.evaluation_date, "evaluation")] if snapshots.evaluation_date else []
    roles += [(snapshots.as_of_date, "scoring")]
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists marts; create schema if not exists intermediate")
        for name, frame in (
            ("customer_features", features),
            ("customer_labels", labelled[["customer_id", "as_of_date", *labels]]),
        ):
            connection.register("rows_in", frame)
            connection.execute(
                f"create or replace table marts.{name} as "
                "select * replace (as_of_date::date as as_of_date) from rows_in"
            )
            connection.unregister("rows_in")
        connection.execute(
            "create or replace table marts.dim_customers as select distinct customer_id from marts.customer_features "
            "union all select 'never_bought'"
        )
        connection.execute(
            "create or replace table intermediate.int_snapshot_dates "
            "(as_of_date date, snapshot_role varchar, first_known_date date)"
        )
        connection.executemany("insert into intermediate.int_snapshot_dates values (?, ?, null)", roles)


def snapshots_at(orders: pd.DataFrame, day: date) -> Snapshots:
    """What is known as of a day: three training dates, the holdout a horizon before, and the day itself."""
    horizon = timedelta(days=HORIZON_DAYS)
    training = pd.concat([labelled_at(orders, day - 2 * horizon - timedelta(days=30 * n)) for n in range(3)])
    parts = {
        "training": training,
        "evaluation": labelled_at(orders, day - horizon),
        "scoring": features_at(orders, day),
    }
    return Snapshots(
        source=SOURCE,
        as_of_date=day,
        churn_horizon_days=HORIZON_DAYS,
        clv_horizon_days=HORIZON_DAYS,
        **{role: rows.sort_values(["customer_id", "as_of_date"], ignore_index=True) for role, rows in parts.items()},
    )


def write_movements(path: Path, orders: pd.DataFrame) -> None:
    """The orders as `intermediate.int_customer_movements`."""
    frame = orders.assign(occurred_at=orders["day"], sold_at=orders["day"], net_amount=orders["amount"])
    with duckdb.connect(str(path)) as connection:
        connection.register("orders_in", frame)
        connection.execute(
            "create or replace table intermediate.int_customer_movements as select customer_id, occurred_at, "
            "occurred_at::date as order_date, sold_at, occurred_at as counts_from_at, "
            "null::timestamp as counts_until_at, null::timestamp as stands_again_at, "
            "null::timestamp as cancelled_at, 'sale' as movement_part, "
            "true as is_demand, net_amount "
            "from orders_in"
        )
