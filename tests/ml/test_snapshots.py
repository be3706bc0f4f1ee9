"""Reading the marts: nothing from the future, nothing that depends on the order of rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from ml.data.dated_rows import LeakError, check_no_leak
from ml.data.features import RULE_COLUMNS, model_frame, usable_columns
from ml.data.fingerprint import content_hash, data_fingerprint
from ml.data.snapshots import LABEL_COLUMNS, read_snapshots
from tests.ml.synthetic_shop import AS_OF_DATE, HORIZON_DAYS, SOURCE, write_marts
from warehouse.base.build_file import BuildFile
from warehouse.base.errors import ClienteleError, ModelUnavailable
from warehouse.tables.features import declared_features

HORIZONS = {"churn_horizon_days": HORIZON_DAYS, "clv_horizon_days": HORIZON_DAYS}


def test_reading_gives_what_was_written_in_any_order(settings, snapshots):
    write_marts(settings.build_file(SOURCE), snapshots, seed=5)
    found = read_snapshots(BuildFile(settings, SOURCE), AS_OF_DATE, **HORIZONS)
    assert data_fingerprint(found) == data_fingerprint(snapshots)
    assert model_frame(found.training).equals(model_frame(snapshots.training))


def test_fingerprint_changes_with_one_value(snapshots):
    changed = snapshots.training.copy()
    changed.loc[0, "net_amount"] += 0.01
    assert content_hash(changed) != content_hash(snapshots.training)


def test_label_that_reaches_beyond_the_evaluation_date_is_a_leak(snapshots):
    late = snapshots.training.assign(as_of_date=snapshots.training["as_of_date"] + pd.Timedelta(days=1))
    with pytest.raises(LeakError, match="reach beyond the evaluation date"):
        check_no_leak(replace(snapshots, training=late))


def test_evaluation_whose_labels_are_not_known_is_a_leak(snapshots):
    with pytest.raises(LeakError, match="evaluation labels"):
        check_no_leak(replace(snapshots, as_of_date=AS_OF_DATE - timedelta(days=1)))


def test_longer_horizon_is_what_counts(snapshots):
    with pytest.raises(LeakError):
        check_no_leak(replace(snapshots, clv_horizon_days=HORIZON_DAYS + 1))


def test_thinning_keeps_whole_customers(settings, snapshots):
    write_marts(settings.build_file(SOURCE), snapshots)
    limit = len(snapshots.training) // 2
    subsampled = read_snapshots(BuildFile(settings, SOURCE), AS_OF_DATE, **HORIZONS, maximum_training_row_count=limit)
    assert 0.3 < len(subsampled.training) / len(snapshots.training) < 0.7
    kept = snapshots.training[snapshots.training["customer_id"].isin(subsampled.training["customer_id"])]
    assert len(kept) == len(subsampled.training)
    assert len(subsampled.evaluation) == len(snapshots.evaluation)


def test_holdout_and_today_are_thinned_by_themselves(settings, snapshots):
    write_marts(settings.build_file(SOURCE), snapshots)
    limit = len(snapshots.evaluation) // 3
    thinned = read_snapshots(BuildFile(settings, SOURCE), AS_OF_DATE, **HORIZONS, maximum_snapshot_row_count=limit)
    assert len(thinned.training) == len(snapshots.training)
    for role in ("evaluation", "scoring"):
        some, everyone = getattr(thinned, role), getattr(snapshots, role)
        assert 0.7 * limit < len(some) < 1.3 * limit
        assert 0.8 < some["is_eligible"].mean() / everyone["is_eligible"].mean() < 1.25
    smaller, larger = (set(getattr(thinned, role)["customer_id"]) for role in ("scoring", "evaluation"))
    known = set(snapshots.evaluation["customer_id"])
    assert smaller & known <= larger, "there are more customers today: a smaller share of them is read"


def test_marts_of_another_date_are_refused(settings, snapshots):
    write_marts(settings.build_file(SOURCE), snapshots)
    with pytest.raises(ClienteleError, match="built as of 2025-07-01, not 2025-08-01"):
        read_snapshots(BuildFile(settings, SOURCE), AS_OF_DATE + timedelta(days=31), **HORIZONS)


def test_labels_ids_and_dates_are_no_features():
    assert not declared_features("customers").keys() & {
        *LABEL_COLUMNS,
        "customer_id",
        "as_of_date",
        "first_order_date",
        "is_eligible",
    }


def test_columns_that_say_nothing_are_dropped_with_a_record(snapshots):
    frame = model_frame(snapshots.training).assign(item_count=3.0)
    usable, dropped = usable_columns(frame)
    assert dropped["item_count"] == "constant"
    assert dropped["mean_rating"] == "empty"
    assert dropped["gender"] == "empty"
    assert set(usable) | set(dropped) == set(frame.columns)


def test_rule_columns_must_be_there(snapshots):
    with pytest.raises(ModelUnavailable, match="tenure_days"):
        model_frame(snapshots.training.drop(columns="tenure_days"))
    assert "item_count" not in model_frame(snapshots.training.drop(columns="item_count")).columns
    assert set(RULE_COLUMNS) <= declared_features("customers").keys()
