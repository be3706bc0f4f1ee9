"""Planted anomalies: on top of everything else, as many as asked for, and what their truth says they are."""

from __future__ import annotations

import pandas as pd
import pytest

from warehouse.sources.sample_shop.generate import build_shop, generate
from warehouse.sources.sample_shop.settings import SampleShop

MANY = SampleShop(customer_count=600, anomaly_share=0.02)


@pytest.fixture(scope="module")
def shop() -> dict[str, pd.DataFrame]:
    """Clean tables with many anomalies, and `anomalies`: the truth."""
    tables, truth = build_shop(MANY)
    return {name: table.to_pandas() for name, table in (tables | {"anomalies": truth["anomalies"]}).items()}


@pytest.fixture(scope="module")
def lines(shop: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return shop["order_items"].merge(shop["orders"], on="order_id").astype({"unit_price_amount": float})


def of_kind(shop: dict[str, pd.DataFrame], kind: str, subject_type: str) -> pd.DataFrame:
    truth = shop["anomalies"]
    return truth[(truth["anomaly_kind"] == kind) & (truth["subject_type"] == subject_type)]


def test_everything_else_stays_as_it_is(tmp_path):
    """Dirt included: without anomalies a file is the beginning of the same file with them."""
    made = {}
    for share in (0.0, 0.02):
        settings = SampleShop(customer_count=300, anomaly_share=share)
        done = generate(tmp_path / f"{share}", tmp_path / f"{share} truth", settings)
        made[share] = (*done.landing_files, *done.truth_files)
    longer = set()
    for before, after in zip(made[0.0], made[0.02], strict=True):
        if before.name in {"process.json", "anomalies.csv"}:
            continue
        if before.suffix == ".parquet":
            rows, more = pd.read_parquet(before), pd.read_parquet(after)
            assert more.head(len(rows)).equals(rows)
        else:
            assert after.read_bytes().startswith(before.read_bytes()), before.name
        if after.stat().st_size > before.stat().st_size:
            longer.add(f"{before.parent.name}/{before.name}")
    assert longer == {
        *(f"0.0/{name}" for name in ("customers.csv", "orders.csv", "order_items.csv", "events.parquet")),
        "0.0 truth/customers.csv",
    }
    assert len(pd.read_csv(tmp_path / "0.0 truth" / "anomalies.csv")) == 0


def test_as_many_cases_as_asked_for(shop):
    sale_count = (
        build_shop(MANY.model_copy(update={"anomaly_share": 0}))[0]["orders"].to_pandas()["order_kind"] == "sale"
    ).sum()
    cases = shop["anomalies"].groupby("anomaly_kind")["case_number"].nunique()
    assert cases.sum() == pytest.approx(0.02 * sale_count, abs=3)
    assert cases["double_booking"] == cases["price_slip"] > cases["returns_abuse"] > cases["fraud_ring"] > 0


def test_a_double_booking_repeats_an_order_of_minutes_before(shop, lines):
    for booking in of_kind(shop, "double_booking", "order").itertuples():
        mine = lines[lines["order_id"] == booking.subject_id]
        former = lines[
            (lines["customer_id"] == booking.customer_id)
            & (mine["ordered_at"].iloc[0] - lines["ordered_at"]).between("1s", "4min")
            & (lines["order_kind"] == "sale")
        ]
        what = ["product_code", "quantity", "unit_price_amount"]
        assert former[what].to_numpy().tolist() == mine[what].to_numpy().tolist()
        assert booking.wrong_amount == pytest.approx(float(mine["line_amount"].sum()))


def test_a_slipped_price_is_ten_or_a_hundred_times_off(shop, lines):
    listed = shop["products"].set_index("product_code")["list_price_amount"].astype(float)
    for slip in of_kind(shop, "price_slip", "order").itertuples():
        mine = lines[lines["order_id"] == slip.subject_id]
        ratio = mine["unit_price_amount"] / listed[mine["product_code"]].to_numpy()
        wrong = ~ratio.between(0.99, 1.01)
        assert wrong.sum() == 1
        assert min(abs(ratio[wrong].iloc[0] / factor - 1) for factor in (0.01, 0.1, 10)) < 0.15  # whole cents
        at_stake = mine["quantity"].astype(float) * (
            mine["unit_price_amount"] - listed[mine["product_code"]].to_numpy()
        )
        assert slip.wrong_amount == pytest.approx(at_stake.abs().sum())


def test_a_ring_shares_an_address_and_orders_dear_goods_at_once(shop):
    members = of_kind(shop, "fraud_ring", "customer").merge(shop["customers"], on="customer_id")
    orders = of_kind(shop, "fraud_ring", "order").merge(shop["orders"], left_on="subject_id", right_on="order_id")
    for case, ring in members.groupby("case_number"):
        assert len(ring) >= 3
        assert len(ring[["street_address", "postcode", "city"]].drop_duplicates()) == 1
        mine = orders[orders["case_number"] == case]
        assert mine["ordered_at"].max() - mine["ordered_at"].min() < pd.Timedelta(days=3)
        assert set(mine["customer_id_x"]) == set(ring["customer_id"])
        assert mine["wrong_amount"].median() > 3 * shop["orders"]["order_amount"].astype(float).median()
    assert members["phone"].nunique() < len(members)
    assert 0.1 < (orders["order_status"] == "cancelled").mean() < 0.5


def test_an_abuser_sends_nearly_everything_back(shop):
    abusers = of_kind(shop, "returns_abuse", "customer")
    amounts = shop["orders"].astype({"order_amount": float})
    by_kind = amounts.pivot_table(index="customer_id", columns="order_kind", values="order_amount", aggfunc="sum")
    theirs = by_kind.loc[abusers["subject_id"]]
    share = -theirs["return"] / theirs["sale"]
    assert share.mean() == pytest.approx(0.9, abs=0.07)
    assert -theirs["return"].to_numpy() == pytest.approx(abusers["wrong_amount"].to_numpy())
