"""The snapshots of many origins from few builds, because features of a date do not depend on the date of the build.

A build as of D has labelled snapshots at D − h, and at D − 2h, D − 2h − step, … (h: horizon). They are the training and
evaluation snapshots of every origin on that grid: labels are as known when their window ended, and no feature depends
on a later event (both are tested). So one build serves all origins of a grid; other origins need further builds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import pandas as pd

from ml.data.dated_rows import check_no_leak
from ml.data.outcome_levels import outcome_levels
from ml.data.snapshots import LABEL_COLUMNS, Snapshots
from warehouse.base.connections import open_build_file, open_duckdb
from warehouse.base.definitions import Definitions
from warehouse.base.errors import ClienteleError, DbtFailed
from warehouse.base.settings import Settings
from warehouse.marts.build import build_marts
from warehouse.tables.raw_tables import create_raw_tables

_SELECTION = ("+customer_features", "+customer_labels")
_KEY = ["customer_id", "as_of_date"]


@dataclass(frozen=True)
class History:
    """Labelled rows of many dates.

    Attributes
    ----------
    origins
        Dates that can be replayed, oldest first.
    rows
        Features and labels, one row per customer and date, sorted by key.
    levels
        Sums of outcomes over the whole history by horizon in days, as `ml.data.outcome_levels` gives them.
    """

    source: str
    origins: tuple[date, ...]
    rows: pd.DataFrame
    definitions: Definitions
    levels: Mapping[int, pd.DataFrame | None] = field(default_factory=dict)

    def snapshots(self, origin: date, horizon_days: int | None = None) -> Snapshots:
        """The rows of a training as of origin + horizon: training dates up to origin − horizon, holdout at the origin.

        The scoring rows are those of the as-of date, if that is an origin too; else those of the holdout.

        Parameters
        ----------
        horizon_days
            That of the job, for the season; None: without.
        """
        horizon, step = horizon_of(self.definitions), timedelta(days=self.definitions.snapshot_step_days)
        dates = [origin - horizon - number * step for number in range(self.definitions.snapshot_max_count)]
        holdout = self._at([origin])
        scoring = self._at([origin + horizon])
        found = Snapshots(
            source=self.source,
            as_of_date=origin + horizon,
            churn_horizon_days=self.definitions.churn_horizon_days,
            clv_horizon_days=self.definitions.clv_horizon_days,
            training=self._at(dates),
            evaluation=holdout,
            scoring=(holdout if scoring.empty else scoring).drop(columns=list(LABEL_COLUMNS)),
            levels=self.levels.get(horizon_days) if horizon_days else None,
        )
        check_no_leak(found)
        return found

    def _at(self, dates: Sequence[date]) -> pd.DataFrame:
        wanted = self.rows["as_of_date"].isin(pd.to_datetime(list(dates)))
        return self.rows[wanted].reset_index(drop=True)


def horizon_of(definitions: Definitions) -> timedelta:
    """The longer of the two horizons."""
    return timedelta(days=definitions.snapshot_horizon_days)


def read_history(settings: Settings, source: str, origins: Sequence[date], definitions: Definitions) -> History:
    """Build features and labels for the origins and their training dates in a scratch copy of the raw tables.

    The source's build file is only read. The scratch file is removed at the end.

    Raises
    ------
    ClienteleError
        If nothing is loaded, the build file is in use, or dbt fails.
    """
    parts, levels = [], {}
    with _scratch(settings, source) as scratch:
        for day, covered in builds_needed(origins, definitions):
            count = (covered[-1] - covered[0]).days // definitions.snapshot_step_days + definitions.snapshot_max_count
            _build(scratch, source, day + horizon_of(definitions), count, definitions)
            parts.append(_labelled(scratch, source))
            levels = levels or _levels(scratch, source, day + horizon_of(definitions), definitions)  # the newest build
    rows = pd.concat(parts).drop_duplicates(_KEY).sort_values(_KEY, kind="stable", ignore_index=True)
    return History(source, tuple(sorted(origins)), rows, definitions, levels)


def builds_needed(origins: Sequence[date], definitions: Definitions) -> Iterator[tuple[date, list[date]]]:
    """Yield the newest origin of each build, and all origins it covers, oldest first."""
    horizon, step = horizon_of(definitions).days, definitions.snapshot_step_days
    left = sorted(set(origins), reverse=True)
    while left:
        newest = left[0]
        behind = {day: (newest - day).days - horizon for day in left}
        covered = [day for day in left if day == newest or (behind[day] >= 0 and behind[day] % step == 0)]
        yield newest, covered[::-1]
        left = [day for day in left if day not in covered]


@contextmanager
def _scratch(settings: Settings, source: str) -> Iterator[Settings]:
    """A temporary home with a build file of the raw tables only."""
    folder = settings.home / "backtest"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{source}-") as home:
        scratch = settings.model_copy(update={"home": folder / home})
        with open_build_file(settings, source, read_only=True):
            pass  # raises if the file is missing or in use
        scratch.warehouse_folder.mkdir()
        with open_duckdb(scratch.build_file(source), scratch, read_only=False) as connection:
            _copy_raw(connection, str(settings.build_file(source)))
            create_raw_tables(connection)  # with columns added to the contract since the source was loaded
        yield scratch


def _copy_raw(connection: duckdb.DuckDBPyConnection, build_file: str) -> None:
    quoted = build_file.replace("'", "''")
    connection.execute(f"attach '{quoted}' as loaded (read_only)")
    tables = connection.execute(
        "select table_name from information_schema.tables where table_catalog = 'loaded' and table_schema = 'raw'"
    ).fetchall()
    connection.execute("create schema raw")
    for (table,) in tables:
        connection.execute(f'create table raw."{table}" as select * from loaded.raw."{table}"')
    connection.execute("detach loaded")


def _build(scratch: Settings, source: str, as_of_date: date, snapshot_count: int, definitions: Definitions) -> None:
    variables = {
        "snapshot_max_count": snapshot_count,
        "clv_horizon_days": definitions.clv_horizon_days,
        "snapshot_sample_customer_count": None,  # every origin is judged on everyone
        "long_horizon_snapshot_max_count": 0,  # the replayed horizon is the job's own here
        # the calendar of snapshots that ends with the newest origin's last training date
        "snapshot_anchor_date": (as_of_date - 2 * horizon_of(definitions)).isoformat(),
    }
    try:
        build_marts(scratch, source, as_of_date, _SELECTION, variables=variables, data_tests=False)
    except DbtFailed as error:
        raise ClienteleError(
            error.message,
            f"Nothing was changed. See whether the marts build: python -m warehouse marts --source {source}",
        ) from error


def _levels(
    scratch: Settings, source: str, as_of_date: date, definitions: Definitions
) -> dict[int, pd.DataFrame | None]:
    with open_build_file(scratch, source, read_only=True) as connection:
        return {
            days: outcome_levels(connection, as_of_date, days, definitions)
            for days in {definitions.churn_horizon_days, definitions.clv_horizon_days}
        }


def _labelled(scratch: Settings, source: str) -> pd.DataFrame:
    labels = ", ".join(f"labels.{name}" for name in LABEL_COLUMNS)
    with open_build_file(scratch, source, read_only=True) as connection:
        rows = connection.execute(
            f"select features.*, {labels} from marts.customer_features as features "
            "inner join marts.customer_labels as labels using (customer_id, as_of_date)"
        ).df()
    if rows.empty:
        raise ClienteleError(
            f"The history of {source!r} is too short to replay any date.",
            "A backtest needs a minimum history and two horizons before the newest data.",
        )
    return rows
