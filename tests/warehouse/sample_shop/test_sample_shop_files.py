"""The files: their names, headers, bytes and what refers to what."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from pydantic import ValidationError

import warehouse
from warehouse.sources.sample_shop import words
from warehouse.sources.sample_shop.generate import build_shop, generate
from warehouse.sources.sample_shop.settings import SampleShop

CONTRACT = yaml.safe_load((Path(warehouse.__file__).parent / "tables" / "contract.yml").read_text(encoding="utf-8"))
# A shop of one currency whose contracts keep their price; codes that are no goods stand in its line_kinds.csv.
GENERATED = {
    name: [column for column in table["columns"] if column != "line_kind"]
    for name, table in CONTRACT["tables"].items()
    if name not in {"exchange_rates", "subscription_changes"}
}


def header(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return pq.read_schema(path).names
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_generated_table_has_a_file_with_exactly_the_contracts_columns(written):
    headers = {path.name.split(".")[0]: header(path) for path in written.files.landing_files}
    assert headers == GENERATED


def test_nothing_else_lies_in_the_landing_folder(written):
    assert set(written.landing.iterdir()) == set(written.files.landing_files)


def test_same_settings_give_the_same_bytes(written, tmp_path):
    again = generate(tmp_path / "landing", tmp_path / "truth", written.shop)
    before = (*written.files.landing_files, *written.files.truth_files)
    after = (*again.landing_files, *again.truth_files)
    assert [path.name for path in before] == [path.name for path in after]
    different = [a.name for a, b in zip(before, after, strict=True) if a.read_bytes() != b.read_bytes()]
    assert different == []


def test_another_seed_gives_another_shop(clean):
    other, _ = build_shop(SampleShop(customer_count=800, seed=1))
    assert not other["orders"].to_pandas().equals(clean["orders"])


def test_a_part_of_the_shop_has_its_own_random_stream(clean):
    other, _ = build_shop(SampleShop(customer_count=800, feedback_share=0.5))
    assert other["orders"].to_pandas().equals(clean["orders"])
    assert len(other["feedback"]) > 3 * len(clean["feedback"])


def test_size_follows_the_number_of_customers(clean):
    tables, truth = build_shop(SampleShop(customer_count=2400))
    accounts = set(truth["customers"]["customer_id"].to_pylist())
    planted = truth["anomalies"].to_pandas().query("subject_type == 'customer'")["subject_id"]
    assert len(accounts - set(planted)) == 2400
    for name in ("orders", "order_items", "events", "feedback", "campaign_touches"):
        assert len(tables[name]) / len(clean[name]) == pytest.approx(3, rel=0.25), name


def test_row_counts_are_those_of_the_files(written):
    for path in written.files.landing_files:
        count = pq.read_metadata(path).num_rows if path.suffix == ".parquet" else len(records(path))
        assert written.files.row_counts[path.name] == count


@pytest.mark.parametrize(
    "settings",
    [
        SampleShop(customer_count=1),
        SampleShop(customer_count=3, dirt_share=0.2),
        SampleShop(customer_count=50, first_date=date(2026, 6, 30)),
        SampleShop(customer_count=50, dirt_share=0, guest_share=0, control_share=0, feedback_share=0),
    ],
    ids=["one customer", "three", "one day", "nothing extra"],
)
def test_small_and_plain_shops_can_be_made(tmp_path, settings):
    done = generate(tmp_path / "landing", tmp_path / "truth", settings)
    assert {path.name.split(".")[0] for path in done.landing_files} == set(GENERATED)
    assert len(records(tmp_path / "truth" / "customers.csv")) == settings.customer_count


def test_settings_refuse_what_makes_no_sense():
    with pytest.raises(ValidationError, match="last_date lies before first_date"):
        SampleShop(first_date=date(2026, 1, 2), last_date=date(2026, 1, 1))
    with pytest.raises(ValidationError, match="Extra inputs"):
        SampleShop(customers=5)
    with pytest.raises(ValidationError, match="frozen"):
        SampleShop().seed = 3


def test_truth_is_never_written_into_the_landing_folder(tmp_path):
    with pytest.raises(ValueError, match="outside the landing folder"):
        generate(tmp_path, tmp_path / "truth", SampleShop(customer_count=5))
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_breaks_off_leaves_the_earlier_files(tmp_path, monkeypatch):
    first = generate(tmp_path / "landing", tmp_path / "truth", SampleShop(customer_count=20))
    before = {path: path.read_bytes() for path in first.landing_files}

    def broken(*_):
        raise OSError("no space left")

    monkeypatch.setattr("warehouse.sources.sample_shop.generate.write_json", broken)
    with pytest.raises(OSError, match="no space left"):
        generate(tmp_path / "landing", tmp_path / "truth", SampleShop(customer_count=40))
    assert {path: path.read_bytes() for path in (tmp_path / "landing").iterdir()} == before


def test_awkward_names_and_texts_survive_the_csv_module(tmp_path):
    settings = SampleShop(customer_count=2000, dirt_share=0)
    generate(tmp_path / "landing", tmp_path / "truth", settings)
    rows = records(tmp_path / "landing" / "customers.csv")
    names = {(row["first_name"], row["last_name"]) for row in rows}
    assert len(names & set(words.AWKWARD_NAMES)) > len(words.AWKWARD_NAMES) / 2
    tables, _ = build_shop(settings)
    assert [row["street_address"] or None for row in rows] == tables["customers"]["street_address"].to_pylist()
    texts = [row["feedback_text"] or None for row in records(tmp_path / "landing" / "feedback.csv")]
    assert texts == tables["feedback"]["feedback_text"].to_pylist()
    assert any("\n" in text and '"' not in text for text in filter(None, texts))


def test_ids_refer_to_something(clean):
    for table in ("orders", "order_items", "products", "customers", "events", "feedback", "subscriptions"):
        key = CONTRACT["tables"][table]["key"]
        assert not clean[table].duplicated(key).any(), table
    assert not clean["campaign_touches"].duplicated(["campaign_id", "customer_id"]).any()
    orders = set(clean["orders"]["order_id"])
    assert set(clean["order_items"]["order_id"]) <= orders
    assert set(clean["feedback"]["order_id"]) <= orders
    with_lines = set(clean["orders"].query("order_kind != 'adjustment'")["order_id"])
    assert set(clean["order_items"]["order_id"]) == with_lines
    products = set(clean["products"]["product_code"])
    assert set(clean["order_items"]["product_code"]) <= products
    assert set(clean["events"]["product_code"].dropna()) <= products
    assert set(clean["campaign_touches"]["campaign_id"]) <= set(clean["campaigns"]["campaign_id"])


def test_customers_and_orders_do_not_match_fully(clean):
    customers = set(clean["customers"]["customer_id"])
    buyers = set(clean["orders"]["customer_id"].dropna())
    assert customers - buyers, "some customers never order"
    assert 0 < len(buyers - customers) < 0.03 * len(buyers), "a few buyers are missing from the customer file"
    sales = clean["orders"].query("order_kind == 'sale'")
    assert sales["customer_id"].isna().mean() == pytest.approx(0.04, abs=0.015), "guests"


def drawn_orders(clean: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give the orders without the planted ones, which stand at the end."""
    without, _ = build_shop(SampleShop(customer_count=800, anomaly_share=0))
    return clean["orders"].head(len(without["orders"]))


def test_nothing_happens_outside_the_period(clean):
    moments = {"orders": "ordered_at", "events": "occurred_at", "feedback": "given_at", "customers": "registered_at"}
    for table, column in moments.items():
        assert clean[table][column].min() >= pd.Timestamp("2024-01-01"), table
        assert clean[table][column].max() < pd.Timestamp("2026-07-01"), table
    assert drawn_orders(clean)["ordered_at"].is_monotonic_increasing


def test_process_is_written_down(written):
    process = json.loads((written.truth / "process.json").read_text(encoding="utf-8"))
    assert SampleShop(**process["settings"]) == written.shop
    assert process["as_of_date"] == "2026-07-01"
    assert sum(segment["share"] for segment in process["segments"]) == pytest.approx(1)
