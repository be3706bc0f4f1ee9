"""Snapshots of longer horizons: the holdout lies a horizon before the run's date, training rows a further horizon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pandas as pd

from ml.data.dated_rows import check_no_leak
from ml.data.snapshots import KEPT, Snapshots, check_built_as_of, history_began_on, kept_per_million, scoring_rows
from warehouse.base.build_file import BuildFile


def read_horizon_snapshots(
    file: BuildFile,
    as_of_date: date,
    horizon_days: int,
    maximum_row_count: int | None,
    *,
    maximum_snapshot_row_count: int | None = None,
    read_levels: Callable[[duckdb.DuckDBPyConnection], pd.DataFrame | None] | None = None,
) -> Snapshots:
    """Read features and labels; customers are subsampled so that the rows stay within the limits.

    Labels are in the table of the shorter horizons. If the marts have none for this horizon, there are no training and
    evaluation rows.

    Parameters
    ----------
    maximum_row_count
        Of the labelled rows of all dates together.
    maximum_snapshot_row_count
        Of the rows of the as-of date.
    read_levels
        As in `ml.data.snapshots.read_snapshots`.

    Raises
    ------
    ClienteleError
        If the marts are missing or were built for another date.
    LeakError
        If a training label window reaches beyond the evaluation date.
    """
    with file.opened(read_only=True) as connection:
        check_built_as_of(connection, as_of_date)
        scoring = scoring_rows(connection, as_of_date, maximum_snapshot_row_count)
        known = {row[0] for row in connection.execute("describe marts.customer_labels").fetchall()}
        label = f"future_net_amount_{horizon_days}d"
        rows = _labelled(connection, label, maximum_row_count) if label in known else scoring.head(0)
        began_on = history_began_on(connection)
        levels = read_levels(connection) if read_levels else None
    found = horizon_snapshots(file.source, as_of_date, horizon_days, labelled=rows, scoring=scoring, began_on=began_on)
    return replace(found, levels=levels)


def horizon_snapshots(
    source: str,
    as_of_date: date,
    horizon_days: int,
    *,
    labelled: pd.DataFrame,
    scoring: pd.DataFrame,
    began_on: date | None,
) -> Snapshots:
    """Divide labelled rows of any dates, with `future_net_amount` of the horizon, into training and evaluation.

    Raises
    ------
    LeakError
        If a training label window reaches beyond the evaluation date.
    """
    evaluated_on = pd.Timestamp(as_of_date) - timedelta(days=horizon_days)
    is_known = labelled["as_of_date"] <= evaluated_on - timedelta(days=horizon_days)
    found = Snapshots(
        source=source,
        as_of_date=as_of_date,
        churn_horizon_days=horizon_days,
        clv_horizon_days=horizon_days,
        training=labelled[is_known].reset_index(drop=True),
        evaluation=labelled[labelled["as_of_date"] == evaluated_on].reset_index(drop=True),
        scoring=scoring,
        history_began_on=began_on,
    )
    check_no_leak(found)
    return found


def _labelled(connection: duckdb.DuckDBPyConnection, label: str, maximum_row_count: int | None) -> pd.DataFrame:
    selected = (
        "from marts.customer_features as features "
        f"inner join marts.customer_labels as labels using (customer_id, as_of_date) where labels.{label} is not null"
    )
    return connection.execute(
        f"select features.*, labels.{label}::double as future_net_amount {selected} "
        f"and {KEPT} < ? order by customer_id, as_of_date",
        [kept_per_million(connection, selected, maximum_row_count)],
    ).df()
