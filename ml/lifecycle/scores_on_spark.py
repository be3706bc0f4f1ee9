"""The scores of the models that serve, computed on Spark: each registered model as a pandas UDF on many processes.

What a model tells by comparison with all others (tiers of value, margins) and the sentences of reasons are told where
all rows are, on one machine: the stage `score` computes them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ml.environment import quiet_environment
from ml.jobs.base import Job
from ml.jobs.run import JobOfSource
from ml.lifecycle.who_serves import serving_version
from ml.tracking.signature import given_columns
from warehouse.base.connections import one_row, open_build_file
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings
from warehouse.base.sql_text import literal, quoted
from warehouse.marts.spark.session import refuse_without_spark, start_session
from warehouse.tables.features import MARTS

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import DataFrame, SparkSession

_DATE = "as_of_date"
_MISSING = ("None", "<NA>", "nan")
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class SparkScores:
    """The scores of a job as Parquet files, and how many rows of each column are not what the score table has."""

    job: str
    folder: Path
    row_count: int
    different: Mapping[str, int]

    @property
    def is_equal(self) -> bool:
        return not any(self.different.values())

    def in_words(self) -> str:
        """One line."""
        differing = ", ".join(f"{name} in {count:,} rows" for name, count in self.different.items() if count)
        compared = f"DIFFERENT from scores: {differing}" if differing else f"equal in {len(self.different)} columns"
        return f"{self.job}: {self.row_count:,} rows in {self.folder}; {compared}"


def score_on_spark(settings: Settings, job: str, source: str, as_of_date: date, out: Path) -> SparkScores:
    """Score the rows of a job's features mart, write Parquet files, and compare them with the job's score table.

    Parameters
    ----------
    out
        The folder that gets a folder for the job; a former one is replaced.

    Raises
    ------
    SettingsError
        If Spark is not installed.
    ModelUnavailable
        If no model serves the date.
    """
    refuse_without_spark()
    with quiet_environment(settings):
        run = JobOfSource.of(settings, job, source).as_of(as_of_date)
        version = serving_version(run, as_of_date)
    if version is None:
        raise ModelUnavailable(
            f"No {run.job.model_name} model serves {source} as of {as_of_date}.",
            f"Train one first: python -m ml train --job {job} --source {source} --as-of {as_of_date}",
        )
    target = out / job
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=_made(settings.home / "tmp")) as given:
        rows = Path(given) / "rows.parquet"
        with open_build_file(settings, source, read_only=True) as connection:
            _write_rows(connection, run.job, as_of_date, rows)
        session = start_session(settings, Path(given) / "tables")
        try:
            uri = f"models:/{version.model_name}/{version.version}"
            _scored(session, settings, run.job, uri, rows).write.parquet(str(target))
        finally:
            session.stop()
    with open_build_file(settings, source, read_only=True) as connection:
        return _compared(connection, run.job, as_of_date, target)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_rows(connection: duckdb.DuckDBPyConnection, job: Job, as_of_date: date, file: Path) -> None:
    """The published rows of a date, with amounts as doubles and dates as times, as pandas has them from DuckDB."""
    mart = f"marts.{MARTS[job.subject]}"
    kinds = {"DECIMAL": "double", "DATE": "timestamp"}
    columns = [
        f"cast({quoted(name)} as {kinds[kind]}) as {quoted(name)}"
        if (kind := sql.partition("(")[0]) in kinds
        else quoted(name)
        for name, sql, *_ in connection.execute(f"describe {mart}").fetchall()
    ]
    rows = f"select {', '.join(columns)} from {mart} where {_DATE} = {literal(as_of_date.isoformat())}"
    connection.execute(f"copy ({rows}) to {literal(str(file))} (format parquet)")


def _scored(session: SparkSession, settings: Settings, job: Job, uri: str, file: Path) -> DataFrame:
    import mlflow
    from pyspark.sql import functions as f

    mlflow.set_tracking_uri(settings.tracking_uri)
    mlflow.set_registry_uri(settings.tracking_uri)
    told = _told_columns(job)
    # MLflow takes a missing boolean for false, and spells what is missing in a text.
    result = ", ".join(f"{name} {'string' if kind == 'boolean' else kind}" for name, kind in told.items())
    predict = mlflow.pyfunc.spark_udf(session, uri, result_type=f"struct<{result}>", env_manager="local")
    rows = session.read.parquet(str(file)).repartition(session.sparkContext.defaultParallelism)
    scored = rows.withColumn("scored", predict(f.struct(*rows.columns)))
    return scored.select(*job.key_columns, *(_value(f"scored.{name}", kind).alias(name) for name, kind in told.items()))


def _told_columns(job: Job) -> dict[str, str]:
    """What one row tells, with Spark's types; numbers as doubles, so that a missing one can be told."""
    kinds = {"VARCHAR": "string", "BOOLEAN": "boolean"}
    left_out = {*job.key_columns, _DATE, *job.columns_by_comparison}
    return {name: kinds.get(kind, "double") for name, kind in given_columns(job.spec).items() if name not in left_out}


def _value(name: str, kind: str):
    from pyspark.sql import functions as f

    column = f.col(name)
    is_missing = f.isnan(column) if kind == "double" else column.isin(*_MISSING)
    return f.when(is_missing, None).otherwise(column).cast(kind)


def _compared(connection: duckdb.DuckDBPyConnection, job: Job, as_of_date: date, folder: Path) -> SparkScores:
    told = _told_columns(job)
    differences = ", ".join(f"count(*) filter ({_differs(name, kind)})" for name, kind in told.items())
    keys = ", ".join(job.key_columns)
    count, *different = one_row(
        connection,
        f"""
        select count(*), {differences}
        from read_parquet({literal(str(folder / "*.parquet"))}) as theirs
        left join (select * from scores.{job.score_table} where {_DATE} = ? and model_name = ?) as ours using ({keys})
        """,
        [as_of_date, job.model_name],
    )
    return SparkScores(job.name, folder, count, dict(zip(told, different, strict=True)))


def _differs(name: str, kind: str) -> str:
    """Whether a score is another: how many rows are predicted at once decides the last digit of a sum."""
    ours, theirs = f"ours.{name}", f"theirs.{name}"
    if kind != "double":
        return f"{theirs} is distinct from {ours}"
    close = f"abs({theirs} - {ours}) <= {_TOLERANCE} * greatest(abs({ours}), 1)"
    return f"not coalesce({close}, {theirs} is null and {ours} is null)"
