"""The marts that Spark makes of the sample shop are those of DuckDB, and the champions score there as here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from ml.lifecycle.scores_on_spark import score_on_spark
from pipeline import stages
from pipeline.dbt_run import run_dbt
from tests.homes import copied_home
from tests.integration.pipeline import in_build_file
from warehouse.base.settings import Settings
from warehouse.marts import dbt
from warehouse.marts.engines import compare_engines
from warehouse.runs.planning import RunPlan

SHOP = "sample_shop"
PROFILES = "select * from marts.customer_360 order by customer_id"
pytestmark = [
    pytest.mark.campaign,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(find_spec("pyspark") is None, reason="pyspark is not installed (requirements/spark.txt)"),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, RunPlan]:
    """Marts, scores and profiles as DuckDB makes them."""
    settings = Settings(home=tmp_path_factory.mktemp("shop"), sample_customer_count=1500, memory_limit="1GB")
    _, plan = stages.ingest_checked(settings, SHOP)
    stages.build_checked(settings, plan)
    for job in ("churn", "clv", "segmentation"):
        stages.train(settings, plan, job)
        stages.score(settings, plan, [job])
    stages.activate(settings, plan)
    return settings, plan


def test_both_engines_make_the_same_marts(shop: tuple[Settings, RunPlan]) -> None:
    compared = compare_engines(shop[0], SHOP)
    assert {one.table for one in compared} >= {"staging.stg_events", "marts.customer_features", "marts.customer_360"}
    assert [one.in_words() for one in compared if not one.is_equal] == []


def test_a_run_goes_on_with_what_spark_made(shop: tuple[Settings, RunPlan], tmp_path: Path) -> None:
    """As the DAGs do it: marts, their gate, the profile, its gate; the rows are those of DuckDB."""
    settings, plan = shop
    copy = copied_home(settings, tmp_path / "home").model_copy(update={"engine": "spark"})
    for select, gate in ((dbt.MART_SELECTION, "marts"), (dbt.ACTIVATION_SELECTION, "activation")):
        said = run_dbt(copy, plan, select)
        assert said[-1].endswith("models, seeds and tests")
        stages.check(copy, plan, gate)
    assert not copy.spark_folder_of(SHOP).exists()
    assert in_build_file(copy, SHOP, PROFILES) == in_build_file(settings, SHOP, PROFILES)
    # Spark's tables are added to by DuckDB as little as they are compared with themselves.
    with dbt.planned_build(
        settings.model_copy(update={"home": copy.home}), SHOP, plan.as_of_date, dbt.MART_SELECTION
    ) as next_build:
        assert next_build.is_full


@pytest.mark.parametrize("job", ["churn", "clv", "segmentation"])
def test_champions_score_on_spark_as_here(shop: tuple[Settings, RunPlan], tmp_path: Path, job: str) -> None:
    settings, plan = shop
    scored = score_on_spark(settings, job, SHOP, plan.as_of_date, tmp_path)
    assert scored.row_count > 500
    assert len(scored.different) > 1
    assert scored.is_equal, scored.in_words()
