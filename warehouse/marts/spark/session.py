"""The Spark session that dbt works in: on this machine, or on the cluster that CLIENTELE_SPARK_MASTER names."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.base.errors import SettingsError
from warehouse.base.settings import CHECKOUT, Settings

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
        Where tables are written, one folder for each schema; of a cluster, a folder that all its machines see. On this
        machine, what does not fit into memory goes beside it: whoever removes the folder it lies in removes that, too.
    """
    from pyspark.sql import SparkSession

    os.environ["TZ"] = "UTC"  # Python tells the times of collected rows in the zone of the process
    time.tzset()
    options = {
        **_AS_DUCKDB,
        **(_on_cluster() if settings.spark_master else _on_this_machine(settings, tables_folder.parent)),
        "spark.driver.memory": settings.spark_memory,
        "spark.sql.warehouse.dir": str(tables_folder),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.appName("clientele")
    for name, value in options.items():
        builder = builder.config(name, value)
    builder = builder.master(settings.spark_master or f"local[{settings.threads}]")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    if settings.spark_master:
        _bring_code(session, tables_folder.parent)
    return session


def _on_this_machine(settings: Settings, folder: Path) -> dict[str, str]:
    """Nobody else can reach it; a few processors make few pieces of a table; rows on their way stay out of /tmp."""
    here = "127.0.0.1"
    os.environ["SPARK_LOCAL_IP"] = here
    return {
        "spark.driver.host": here,
        "spark.driver.bindAddress": here,
        "spark.sql.shuffle.partitions": str(4 * settings.threads),
        "spark.local.dir": str(folder / "on_the_way"),
    }


def _on_cluster() -> dict[str, str]:
    return {"spark.executorEnv.TZ": "UTC"}


def _bring_code(session: SparkSession, folder: Path) -> None:
    """Our package for the models in Python, which run on all machines."""
    archive = shutil.make_archive(str(folder / "clientele"), "zip", CHECKOUT, "warehouse")
    session.sparkContext.addPyFile(archive)
