"""Rows about customers of one source as of one date, read from the marts.

A row is (customer, as_of_date): features from before the date, labels from the horizon after it. Models are
fitted on the training snapshots, evaluated on the evaluation snapshot (the holdout) and used on the scoring snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import duckdb
import pandas as pd

from ml.data.dated_rows import DatedRows, check_no_leak
from ml.data.features import KEY_COLUMNS
from warehouse.base.build_file import BuildFile
from warehouse.base.connections import one_row
from warehouse.base.errors import ClienteleError
from warehouse.source_definitions.in_build_file import allowed_personal_features

LABEL_COLUMNS = ("is_churned", "future_order_count", "future_net_amount")
_FEATURES = "marts.customer_features"
_LABELS = "marts.customer_labels"
_SNAPSHOTS = "intermediate.int_snapshot_dates"
KEPT = "md5_number_lower(customer_id) % 1000000"


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


def read_snapshots(
    file: BuildFile,
    as_of_date: date,
    *,
    churn_horizon_days: int,
    clv_horizon_days: int,
    maximum_training_row_count: int | None = None,
    maximum_snapshot_row_count: int | None = None,
    read_levels: Callable[[duckdb.DuckDBPyConnection], pd.DataFrame | None] | None = None,
) -> Snapshots:
    """Read features and labels: one row per customer and date.

    Parameters
    ----------
    maximum_training_row_count
        Customers are subsampled so that there are about as many training rows at most; None: all rows.
    maximum_snapshot_row_count
        The same for the evaluation and the scoring snapshot, each by itself.
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
        check_built_as_of(connection, as_of_date)
        training = _labelled(connection, "training", maximum_training_row_count)
        evaluation = _labelled(connection, "evaluation", maximum_snapshot_row_count)
        scoring = scoring_rows(connection, as_of_date, maximum_snapshot_row_count)
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


def scoring_rows(connection: duckdb.DuckDBPyConnection, as_of_date: date, row_limit: int | None = None) -> pd.DataFrame:
    """The features of customers at a date, one row per customer: of all, or of a sample of about so many at most."""
    of_date = f"from {_FEATURES} where as_of_date = $as_of_date"
    kept = kept_per_million(connection, of_date, row_limit, {"as_of_date": as_of_date})
    query = f"select * {of_date} and {KEPT} < $kept"
    return _sorted(connection.execute(query, {"as_of_date": as_of_date, "kept": kept}).df())


def _labelled(connection: duckdb.DuckDBPyConnection, role: str, row_limit: int | None) -> pd.DataFrame:
    """Features and labels of the snapshots of a role, of all customers or of a sample."""
    joined = f"from {_FEATURES} as features inner join {_SNAPSHOTS} as snapshots using (as_of_date)"
    of_role = "where snapshots.snapshot_role = $role"
    kept = kept_per_million(connection, f"{joined} {of_role}", row_limit, {"role": role})
    labels = ", ".join(f"labels.{name}" for name in LABEL_COLUMNS)
    rows = connection.execute(
        f"select features.*, {labels} {joined} inner join {_LABELS} as labels using (customer_id, as_of_date) "
        f"{of_role} and {KEPT} < $kept",
        {"role": role, "kept": kept},
    )
    return _sorted(rows.df())


def kept_per_million(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    row_limit: int | None,
    parameters: Mapping[str, object] | None = None,
) -> int:
    """How many of a million hash values of customers to keep so that the rows of a `from` clause stay in the limit.

    `KEPT` is the hash value; samples by it are nested: who is in a small one is in every larger one.
    """
    if row_limit is None:
        return 1_000_000
    count = one_row(connection, f"select count(*) {rows}", parameters)[0]
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
