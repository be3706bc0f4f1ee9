"""The signature of a registered model: published rows of a features mart in, rows of the score table out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ml.competition.results import Competition
from ml.tracking.job import TrackedJob
from warehouse.jobs.spec import JobSpec
from warehouse.tables.own_tables import score_table

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

_DATE, _ELIGIBILITY = "as_of_date", "is_eligible"
_OUTCOME = ("status", "reason")


def signature_of(job: TrackedJob, competition: Competition) -> ModelSignature:
    """The signature of a job's models.

    Required is what a score cannot do without: keys, eligibility and features. Other columns of the mart are optional.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    rows = competition.example
    needed = {*job.spec.scores.key, _DATE, _ELIGIBILITY, *competition.columns}
    inputs: list[Any] = [ColSpec(_kind_of_values(rows[name]), name, required=name in needed) for name in rows.columns]
    given = given_columns(job.spec).items()
    outputs: list[Any] = [ColSpec(_kind_of_sql(kind), name, required=False) for name, kind in given]
    return ModelSignature(Schema(inputs), Schema(outputs))


def given_columns(spec: JobSpec) -> dict[str, str]:
    """The columns that a registered model gives, with their SQL types: of the score table, what one row can tell."""
    given = {*spec.scores.key, _DATE, *spec.scores.columns, *_OUTCOME}
    return {column.name: column.sql_type for column in score_table(spec).columns if column.name in given}


def _kind_of_values(column: pd.Series) -> Any:
    """MLflow's type of a published column.

    Whole numbers and booleans are of another type once a value is missing, and MLflow takes neither for the other: they
    are of any type, and so are other numbers, and a column of which no value is known.
    """
    from mlflow.types import DataType
    from mlflow.types.schema import AnyType

    kinds = {"string": DataType.string, "datetime64": DataType.datetime}
    return kinds.get(pd.api.types.infer_dtype(column, skipna=True), AnyType())


def _kind_of_sql(kind: str) -> Any:
    from mlflow.types import DataType

    kinds = {
        "VARCHAR": DataType.string,
        "BOOLEAN": DataType.boolean,
        "INTEGER": DataType.integer,
        "BIGINT": DataType.long,
        "DATE": DataType.datetime,
        "TIMESTAMP": DataType.datetime,
    }
    return kinds.get(kind, DataType.double)
