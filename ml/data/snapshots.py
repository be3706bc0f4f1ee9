"""Training, evaluation and scoring rows of one source as of one date, with the guard against leaks.

A row is (customer, as_of_date): features from before the date, labels from the horizon after it. Models are
fitted on the training snapshots, evaluated on the evaluation snapshot (the holdout) and used on the scoring snapshot.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

import duckdb
import pandas as pd

from ml.data.features import KEY_COLUMNS
from warehouse.base.build_file import BuildFile
from warehouse.base.connections import one_row
from warehouse.base.errors import ClienteleError
from warehouse.source_definitions.in_build_file import allowed_personal_features

LABEL_COLUMNS = ("is_churned", "future_order_count", "future_net_amount")
_FEATURES = "marts.customer_features"
_LABELS = "marts.customer_labels"
_SNAPSHOTS = "intermediate.int_snapshot_dates"


class LeakError(ClienteleError):
    """A training row depends on something that happened after the evaluation date."""


@dataclass(frozen=True, kw_only=True)
class DatedRows(ABC):
    """What a job learns from: rows of one or more dates each, which the column `as_of_date` names.

    Rows are sorted by key: their order in the file does not matter.

    Attributes
    ----------
    training, evaluation
        Features and labels; the candidates are compared on the rows of `evaluation`, the holdout, which have one date.
    scoring
        Features at the as-of date.
    history_began_on
        The first day with data; None if it is known from the rows only.
    personal_features
        Traits of a person that models may use.
    """

    source: str
    as_of_date: date
    training: pd.DataFrame
    evaluation: pd.DataFrame
    scoring: pd.DataFrame
    history_began_on: date | None = None
    personal_features: frozenset[str] = frozenset()

    @property
    def evaluation_date(self) -> date | None:
        """The date of the holdout; None where there is none."""
        return None if self.evaluation.empty else self.evaluation["as_of_date"].iloc[0].date()

    @property
    def training_dates(self) -> list[date]:
        """The dates of the training rows, oldest first."""
        return sorted(stamp.date() for stamp in self.training["as_of_date"].unique())

    def with_known_outcomes(self) -> Self:
        """The rows for fitting what serves from the as-of date on: the outcomes of the holdout are known by then.

        Without training rows candidates learn from the holdout already, and nothing is added.
        """
        if self.training.empty:
            return self
        return replace(self, training=pd.concat([self.training, self.evaluation], ignore_index=True))

    @property
    @abstractmethod
    def label_horizon_days(self) -> int:
        """Days after a row's date that its label may depend on."""


@dataclass(frozen=True, kw_only=True)
class Snapshots(DatedRows):
    """Rows about customers: one per customer and date.

    Attributes
    ----------
    levels
        Sums of outcomes over the whole history, as `ml.data.outcome_levels` gives them; None where there are none.
    """

    churn_horizon_days: int
    clv_horizon_days: int
    levels: pd.DataFrame | None = None
    is_for_serving: bool = False

    @property
    def predicted_on(self) -> date:
        """The date of the predictions: the holdout's; for what serves from the as-of date on, that date."""
        return self.as_of_date if self.is_for_serving else self.evaluation_date or self.as_of_date

    @property
    def known_levels(self) -> pd.DataFrame:
        """The `levels` whose outcomes are known on the date of the predictions; empty without any."""
        if self.levels is None:
            return pd.DataFrame({"as_of_date": [], "customer_count": []})
        return self.levels[self.levels["label_end_date"] <= pd.Timestamp(self.predicted_on)]

    @property
    def label_horizon_days(self) -> int:
        return max(self.churn_horizon_days, self.clv_horizon_days)

    @property
    def newest(self) -> pd.DataFrame:
        """The newest features that models without outcomes may be fitted on, one row per customer, eligible or not.

        Those of the holdout; for what serves from the as-of date on, those of that date.
        """
        return self.scoring if self.is_for_serving else self.evaluation

    def with_known_outcomes(self) -> Self:
        return replace(super().with_known_outcomes(), is_for_serving=True)


def eligible(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `is_eligible`, which models may score; their index is kept."""
    return rows[rows["is_eligible"].fillna(False).astype(bool)]


def read_snapshots(
    file: BuildFile,
    as_of_date: date,
    *,
    churn_horizon_days: int,
    clv_horizon_days: int,
    maximum_training_row_count: int | None = None,
    read_levels: Callable[[duckdb.DuckDBPyConnection], pd.DataFrame | None] | None = None,
) -> Snapshots:
    """Read features and labels: one row per customer and date.

    Parameters
    ----------
    maximum_training_row_count
        Customers are subsampled so that there are about as many training rows at most; None: all rows.
    read_levels
        Reads `levels`; None: they are not needed.

    Raises
    ------
    ClienteleError
        If the marts are missing or were built for another date.
    LeakError
        If a training label window reaches beyond the evaluation date.
    """
    with file.opened(read_only=True) as connection:
        training, evaluation, scoring = _read(connection, as_of_date, maximum_training_row_count)
        began_on, personal = history_began_on(connection), allowed_personal_features(connection)
        levels = read_levels(connection) if read_levels else None
    snapshots = Snapshots(
        source=file.source,
        as_of_date=as_of_date,
        churn_horizon_days=churn_horizon_days,
        clv_horizon_days=clv_horizon_days,
        training=training,
        evaluation=evaluation,
        scoring=scoring,
        history_began_on=began_on,
        personal_features=personal,
        levels=levels,
    )
    check_no_leak(snapshots)
    return snapshots


def read_scoring_rows(file: BuildFile, as_of_date: date) -> pd.DataFrame:
    """Read the features at the scoring date, one row per customer; scoring never reads labels."""
    with file.opened(read_only=True) as connection:
        check_built_as_of(connection, as_of_date)
        return scoring_rows(connection, as_of_date)


def scoring_rows(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
    """The features of all customers at a date, one row per customer."""
    return _sorted(connection.execute(f"select * from {_FEATURES} where as_of_date = ?", [as_of_date]).df())


def _read(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, row_limit: int | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    check_built_as_of(connection, as_of_date)
    labelled = f"""
        select features.*, {", ".join(f"labels.{name}" for name in LABEL_COLUMNS)}
        from {_FEATURES} as features
        inner join {_LABELS} as labels using (customer_id, as_of_date)
        inner join {_SNAPSHOTS} as snapshots using (as_of_date)
        where snapshots.snapshot_role = ?
    """
    training_rows = (
        f"from {_FEATURES} inner join {_SNAPSHOTS} as snapshots using (as_of_date) "
        "where snapshots.snapshot_role = 'training'"
    )
    training = connection.execute(
        labelled + " and md5_number_lower(customer_id) % 1000000 < ?",
        ["training", kept_per_million(connection, training_rows, row_limit)],
    ).df()
    evaluation = connection.execute(labelled, ["evaluation"]).df()
    return _sorted(training), _sorted(evaluation), scoring_rows(connection, as_of_date)


def kept_per_million(connection: duckdb.DuckDBPyConnection, rows: str, row_limit: int | None) -> int:
    """How many of a million hash values of customers to keep so that the rows of a `from` clause stay in the limit."""
    if row_limit is None:
        return 1_000_000
    count = one_row(connection, f"select count(*) {rows}")[0]
    return 1_000_000 if count <= row_limit else int(1_000_000 * row_limit / count)


def history_began_on(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The first day with data of the source; None if there is none."""
    return one_row(connection, f"select min(first_known_date) from {_SNAPSHOTS}")[0]


def check_built_as_of(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> None:
    """Raise ClienteleError unless the marts are built, as of this date."""
    try:
        found = one_row(connection, f"select max(as_of_date) from {_SNAPSHOTS} where snapshot_role = 'scoring'")[0]
    except duckdb.CatalogException as error:
        raise ClienteleError(
            "The customer marts have not been built yet.", "Build them first: python -m warehouse build."
        ) from error
    if found != as_of_date:
        raise ClienteleError(
            f"The customer marts are built as of {found}, not {as_of_date}.",
            "Build them as of the date you want, or use the date they have.",
        )


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(list(KEY_COLUMNS), kind="stable", ignore_index=True)


def check_no_leak(snapshots: DatedRows) -> None:
    """Raise LeakError if labels of the holdout reach beyond the as-of date, or training labels beyond the holdout."""
    horizon = timedelta(days=snapshots.label_horizon_days)
    evaluation_date = snapshots.evaluation_date
    if evaluation_date is not None and evaluation_date + horizon > snapshots.as_of_date:
        raise LeakError(
            f"The evaluation labels of {evaluation_date} reach beyond {snapshots.as_of_date}.",
            "Check the snapshot dates and horizons in dbt_project.yml.",
        )
    latest_cutoff = evaluation_date or snapshots.as_of_date
    late = [day for day in snapshots.training_dates if day + horizon > latest_cutoff]
    if late:
        raise LeakError(
            f"Training labels of {late[-1]} reach beyond the evaluation date {latest_cutoff}.",
            "Check the snapshot dates and horizons in dbt_project.yml.",
        )
