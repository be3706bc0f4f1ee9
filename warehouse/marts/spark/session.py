"""The Spark session that dbt works in: on this machine, or on the cluster that CLIENTELE_SPARK_MASTER names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# As DuckDB has them: times in UTC, products of decimals to the last digit, an error where a number does not fit.
_AS_DUCKDB = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    # Times without a zone are read as times in UTC, so that all times of the models are of one type.
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
_ONLY_HERE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def refuse_without_spark() -> None:
    """Raise SettingsError where pyspark or dbt-spark is not installed: neither is in the lock."""
    from importlib.util import find_spec

    if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
        raise SettingsError(
            "CLIENTELE_ENGINE is spark, and Spark is not installed.",
            "Install it beside the rest, with Java 17: pip install -r requirements/spark.txt (docs/spark.md).",
        )


def start_session(settings: Settings, tables_folder: Path) -> SparkSession:
    """Start Spark, or connect to the cluster that the settings name.

    What else a cluster needs (memory of executors, storage) stands in its `spark-defaults.conf`, as Spark reads it.

    Parameters
    ----------
    tables_folder
        Where tables are written, one folder for each schema; of a cluster, a folder that all its machines see.
    """
    from pyspark.sql import SparkSession

    os.environ["TZ"] = "UTC"  # Python's side of Spark tells times in the zone of the process
    master = settings.spark_master or f"local[{settings.threads}]"
    options = {
        **_AS_DUCKDB,
        **(_ONLY_HERE if master.startswith("local") else {}),
        "spark.driver.memory": settings.spark_memory,
        "spark.sql.warehouse.dir": str(tables_folder),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": "8",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(master).appName("clientele")
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
