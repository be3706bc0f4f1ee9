"""Where Spark is asked for and not installed, nothing is begun."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec

import pytest

from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.marts import dbt

SHOP, AS_OF_DATE = "sample_shop", date(2026, 7, 1)


@pytest.mark.skipif(find_spec("pyspark") is not None, reason="pyspark is installed")
def test_it_is_said_in_words(settings: Settings) -> None:
    on_spark = settings.model_copy(update={"engine": "spark"})
    with (
        pytest.raises(SettingsError, match=r"Spark is not installed.*\n.*requirements/spark.txt"),
        dbt.made_elsewhere(on_spark, SHOP, AS_OF_DATE, dbt.MART_SELECTION),
    ):
        pytest.fail("it would have been started")
    assert not settings.spark_folder_of(SHOP).exists()


@pytest.mark.parametrize("select", [("path:seeds",), ("+customer_features",)])
def test_a_part_of_the_marts_is_duckdbs(settings: Settings, select: tuple[str, ...]) -> None:
    on_spark = settings.model_copy(update={"engine": "spark"})
    with dbt.made_elsewhere(on_spark, SHOP, AS_OF_DATE, select) as told:
        assert told == {}
