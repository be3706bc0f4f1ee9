"""The simulated shop follows its process, and its marts are what the jobs read."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
import yaml

from ml.data.features import KEY_COLUMNS, RULE_COLUMNS
from ml.data.snapshots import read_snapshots
from ml.jobs.registry import load_job
from ml.purchase_models import ParetoNBD
from tests.ml.synthetic_shop import DEFINITIONS
from tests.quick_models import quick_models
from tools.benchmark.marts import AS_OF_DATE, SOURCE, snapshot_roles, write_marts
from tools.benchmark.measurement import Measurement
from tools.benchmark.shop import (
    DROPOUT_SCALE_DAYS,
    DROPOUT_SHAPE,
    HISTORY_DAYS,
    RATE_SCALE_DAYS,
    RATE_SHAPE,
    purchase_histories,
    simulated_orders,
)
from tools.benchmark.subjects import measure_job, measured_jobs
from warehouse.base.build_file import BuildFile
from warehouse.base.connections import open_build_file
from warehouse.base.definitions import DBT_PROJECT, load_definitions
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.tables.features import declared_features

CUSTOMER_COUNT = 1200


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return simulated_orders(CUSTOMER_COUNT)


@pytest.fixture
def shop(fresh: Settings, orders: pd.DataFrame) -> Settings:
    write_marts(fresh, orders, DEFINITIONS)
    return fresh


def test_the_same_seed_gives_the_same_shop_and_another_one_another(orders):
    again, other = simulated_orders(CUSTOMER_COUNT), simulated_orders(CUSTOMER_COUNT, seed=1)
    np.testing.assert_array_equal(again.amount, orders.amount)
    assert len(other.day) != len(orders.day)


def test_everyone_has_a_first_order_and_at_most_one_order_a_day(orders):
    assert set(orders.customer) == set(range(CUSTOMER_COUNT))
    assert len({*zip(orders.customer, orders.day, strict=True)}) == len(orders.day)
    assert orders.day.min() >= 0
    assert orders.day.max() < HISTORY_DAYS
    assert orders.amount.min() > 0


def test_the_process_is_found_again_in_the_histories():
    histories = purchase_histories(simulated_orders(40_000))
    found = ParetoNBD().fit(histories).parameters_
    # Gaps are rounded up to whole days, which slows orders down a little.
    expected = {"r": RATE_SHAPE, "alpha": RATE_SCALE_DAYS, "s": DROPOUT_SHAPE, "beta": DROPOUT_SCALE_DAYS}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=0.2)
    assert histories["mean_repeat_order_amount"].mean() == pytest.approx(30, rel=0.05)


def test_marts_have_columns_of_the_real_mart_with_its_types(shop):
    described = yaml.safe_load((DBT_PROJECT / "models" / "marts" / "customer_features.yml").read_text())
    columns = described["models"][0]["columns"]
    real = {column["name"]: column["data_type"].replace("string", "varchar") for column in columns}
    with open_build_file(shop, SOURCE, read_only=True) as connection:
        described = connection.execute("describe marts.customer_features").fetchall()
    found = {name: kind.lower() for name, kind, *_ in described}
    assert found.items() <= real.items()
    assert {*KEY_COLUMNS, *RULE_COLUMNS} <= found.keys()
    assert len(found.keys() & declared_features("customers").keys()) >= 37


def test_features_and_labels_add_up_to_the_orders(shop, orders):
    evaluation = AS_OF_DATE - timedelta(days=DEFINITIONS.churn_horizon_days)
    first_day = HISTORY_DAYS - DEFINITIONS.churn_horizon_days
    known = np.isin(orders.customer, orders.customer[orders.day < first_day])
    with open_build_file(shop, SOURCE, read_only=True) as connection:
        total = connection.execute(
            "select sum(order_count), sum(net_amount) from marts.customer_features where as_of_date = ?", [AS_OF_DATE]
        ).fetchone()
        later = connection.execute(
            "select sum(future_order_count), sum(future_net_amount), sum((not is_churned)::integer) "
            "from marts.customer_labels where as_of_date = ?",
            [evaluation],
        ).fetchone()
    assert (total[0], float(total[1])) == (len(orders.day), pytest.approx(orders.amount.sum()))
    in_window = known & (orders.day >= first_day)
    assert later[0] == in_window.sum()
    assert float(later[1]) == pytest.approx(orders.amount[in_window].sum())
    assert later[2] == len(set(orders.customer[in_window]))


def test_jobs_can_read_the_marts_and_nothing_leaks(shop):
    horizons = {"churn_horizon_days": 90, "clv_horizon_days": 90}
    snapshots = read_snapshots(BuildFile(shop, SOURCE), AS_OF_DATE, **horizons)
    assert snapshots.training_dates == sorted(d for d, role in snapshot_roles(DEFINITIONS) if role == "training")
    assert len(snapshots.scoring) == CUSTOMER_COUNT


def test_a_job_is_trained_and_scored_with_time_and_memory(shop, tmp_path):
    result = Measurement("segmentation", CUSTOMER_COUNT)
    with quick_models(tmp_path / "conf"):
        for action in ("train", "score"):
            measure_job(f"segmentation_{action}", shop, result)
    assert set(result.steps) == {"train", "score"}
    assert min(step.seconds for step in result.steps.values()) > 0
    with open_build_file(shop, SOURCE, read_only=True) as connection:
        scored = connection.execute("select count(*) from scores.customer_segments where as_of_date = ?", [AS_OF_DATE])
        assert scored.fetchone()[0] == CUSTOMER_COUNT


def test_every_job_that_is_measured_may_learn_from_the_shop(fresh: Settings, orders: pd.DataFrame):
    """As it is measured: by the definitions of dbt_project.yml."""
    definitions = load_definitions()
    write_marts(fresh, orders, definitions)
    assert set(definitions.clv_further_horizons_days) < set(measured_jobs())
    for name in measured_jobs():
        job = load_job(name)
        job.check(job.read_training(BuildFile(fresh, SOURCE), AS_OF_DATE, definitions))  # raises Refused if not


def test_a_refused_training_is_no_measurement(fresh):
    write_marts(fresh, simulated_orders(20), DEFINITIONS)
    with pytest.raises(ClienteleError, match="refused"):
        measure_job("segmentation_train", fresh, Measurement("segmentation_train", 20))
