"""What jobs read for dates of their own is, on the dates of the marts, what the marts say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from dbt_build_file import AS_OF_DATE, BuildFile

from ml.data.campaign_customers import campaign_customers
from ml.data.moments import features_at
from ml.jobs.sales_forecast.sales import Sales
from warehouse.base.definitions import load_definitions

DAY = date.fromisoformat(AS_OF_DATE)
SAME_IN_BOTH = (
    *("days_since_last_order", "tenure_days", "order_count", "order_count_90d", "order_count_365d"),
    *("net_amount_365d", "mean_order_gap_days", "return_share", "event_count_90d", "days_since_last_event"),
)


@pytest.fixture(scope="module")
def connection(built_shop: BuildFile) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built_shop.path), read_only=True) as opened:
        yield opened


def test_customers_of_campaigns_and_what_they_did(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Groups are small in this shop: one customer in each is enough here."""
    small = load_definitions().model_copy(update={"campaign_minimum_group_count": 1})
    monkeypatch.setattr("ml.data.campaign_customers.load_definitions", lambda: small)
    read = campaign_customers(connection, DAY)
    built = connection.execute(
        "select chosen.* from intermediate.int_campaign_customers as chosen "
        "inner join intermediate.int_campaigns using (campaign_id) "
        "where is_over and treated_count >= 1 and control_count >= 1"
    ).df()
    both = read.merge(built, on=["campaign_id", "customer_id"], suffixes=("", "_built"), how="outer", indicator=True)
    assert set(both["_merge"]) == {"both"}
    assert len(both) > 30
    for name in ("is_control", "touched_at", "window_end_at"):
        assert both[name].tolist() == both[f"{name}_built"].tolist(), name
    assert both["response_order_count"].tolist() == both["order_count"].tolist()
    assert both["response_net_amount"].to_numpy() == pytest.approx(both["net_amount"].astype(float).to_numpy())
    assert both["has_visited"].tolist() == both["has_visited_built"].astype(float).tolist()
    assert both["response_order_count"].sum() > 0


def test_features_at_the_moments_of_snapshots(connection: duckdb.DuckDBPyConnection) -> None:
    built = connection.execute("select * from marts.customer_features").df()
    built["known_at"] = pd.to_datetime(built["as_of_date"])
    read = features_at(connection, built[["customer_id", "known_at"]])
    both = built.merge(read, on=["customer_id", "known_at"], suffixes=("", "_read"), validate="one_to_one")
    assert len(both) == len(built) > 100
    for name in SAME_IN_BOTH:
        ours, theirs = (both[column].astype(float).to_numpy() for column in (f"{name}_read", name))
        assert ours == pytest.approx(theirs, nan_ok=True), name
        assert np.nansum(theirs) > 0, name
    # the mart has cents
    ours, theirs = (both[name].astype(float) for name in ("average_order_amount_read", "average_order_amount"))
    assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), abs=0.0051, nan_ok=True)
    touched = both["campaign_touch_count_365d"].astype(float)
    assert both["touch_count_365d"].tolist() == touched.tolist()


def test_sales_by_month(connection: duckdb.DuckDBPyConnection) -> None:
    found = Sales(connection, DAY).by_period("month", [], [])
    read = found[found["level_name"] == "total"].pivot_table(
        index="period_start_date", columns="measure_name", values="value"
    )
    built = connection.execute("select * from marts.monthly_sales order by order_month").df()
    built = built.set_index(pd.to_datetime(built["order_month"]))
    read.index = pd.to_datetime(read.index)
    read = read.reindex(built.index).fillna(0.0)
    assert len(built) > 6
    assert read["revenue"].to_numpy() == pytest.approx(built["net_amount"].astype(float).to_numpy(), abs=0.005)
    assert read["customers"].tolist() == built["customer_count"].tolist()
