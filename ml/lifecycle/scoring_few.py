"""Score a few customers by the models whose scores are published, as the pipeline scored them all.

What is told by comparison (tiers of value, expected margins, what reasons call typical) is told among the customers as
published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from graphlib import TopologicalSorter

import duckdb
import pandas as pd

from ml.competition.results import Estimator
from ml.contributions.background import Background
from ml.data.dated_rows import eligible
from ml.environment import quiet_environment
from ml.explanations.reasons import reason_columns
from ml.jobs.base import Job
from ml.jobs.lifetime_value.comparison import ValueComparison
from ml.jobs.lifetime_value.job import LifetimeValueJob
from ml.jobs.lifetime_value.margin import MarginShares
from ml.jobs.lifetime_value.shorter_horizons import LEAST_AMOUNTS
from ml.jobs.run import JobOfSource
from ml.jobs.score_frame import score_frame
from ml.lifecycle.scoring import with_customers_without_purchase
from ml.tracking import RegisteredVersion, load_estimator, version_of
from warehouse.base.connections import one_row
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_specs
from warehouse.jobs.spec import JobSpec
from warehouse.tables.features import MARTS

# Rows of a features mart → rows of a score table.
Score = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class _Serving:
    """A job with the version that scored a date, or the reason why none did."""

    job: Job
    version: RegisteredVersion | None
    estimator: Estimator | None
    refusal: str | None
    others: pd.DataFrame | None

    def frame(self, rows: pd.DataFrame) -> pd.DataFrame:
        columns = self.version.columns if self.version else ()
        explain = partial(reason_columns, self.job, self.estimator, others=self.others) if self.estimator else None
        return score_frame(self.job, rows, self.estimator, columns, refusal=self.refusal, explain=explain)


class ScorerOfFew:
    """The models whose scores of a date are published, loaded once, to score some customers after others.

    Parameters
    ----------
    published
        The published version.

    Raises
    ------
    ModelUnavailable
        If a version that scored is gone or cannot be loaded.
    ClienteleError
        If MLflow does not answer.
    """

    def __init__(self, settings: Settings, published: duckdb.DuckDBPyConnection, source: str, as_of_date: date) -> None:
        there = {name for (name,) in published.execute(_TABLES).fetchall()}
        specs = [spec for spec in _in_order(job_specs()) if spec.has_model and spec.scores.table in there]
        with quiet_environment(settings):
            read = _Reader(settings, published, source, as_of_date)
            self._serving = [serving for spec in specs if (serving := read.serving(spec)) is not None]

    def scores(
        self, rows: Mapping[str, pd.DataFrame], customer_ids: Sequence[str], as_of_date: date
    ) -> dict[str, pd.DataFrame]:
        """Rows of the score tables, by table, for some customers' rows of the features marts.

        Parameters
        ----------
        rows
            By mart; the date's rows of these customers.
        customer_ids
            All of them: who has no features is one who has never bought.
        """
        customers = pd.Series(customer_ids, dtype=object)
        found: dict[str, pd.DataFrame] = {}
        for serving in self._serving:
            job, of_job = serving.job, rows[MARTS[serving.job.subject]]
            frame = serving.frame(_with_least_amounts(job, of_job, found))
            if job.spec.scores.is_about_customers:
                frame = with_customers_without_purchase(job, frame, customers)
            version = serving.version
            found[job.score_table] = frame.assign(
                as_of_date=as_of_date,
                model_name=job.model_name,
                model_version=version.version if version else None,
                mlflow_run_id=version.run_id if version else None,
                scored_at=datetime.now(UTC).replace(tzinfo=None),
            )
        return found


class _Reader:
    """Reads what jobs need to score as they scored a published date."""

    def __init__(self, settings: Settings, published: duckdb.DuckDBPyConnection, source: str, as_of_date: date) -> None:
        self._settings, self._published, self._source, self._date = settings, published, source, as_of_date

    def serving(self, spec: JobSpec) -> _Serving | None:
        """None for a job that has not scored the date."""
        number, refusal, count = one_row(
            self._published,
            "select arg_max(model_version, scored_at), max(reason) filter (status = 'refused'), count(*) "
            f"from scores.{spec.scores.table} where as_of_date = ?",
            [self._date],
        )
        if not count:
            return None
        known = JobOfSource.of(self._settings, spec.name, self._source)
        if number is None:
            return _Serving(known.job, None, None, refusal, None)
        version = version_of(known.server, known.job, number)
        if version.source != self._source:
            raise ModelUnavailable(
                f"{version.model_name} version {number} is of {version.source}, not of {self._source}.",
                "MLflow's database is not the one with which the published version was made: publish again.",
            )
        estimator = load_estimator(known.server, version)
        scored = self._scored(known.job, version)
        if isinstance(known.job, LifetimeValueJob):
            known.job.compared_with = ValueComparison(self._at_stake(spec), MarginShares.of(scored))
        others = Background(known.job.features(scored, version.columns)) if spec.reasons else None
        return _Serving(known.job, version, estimator, None, others)

    def _scored(self, job: Job, version: RegisteredVersion) -> pd.DataFrame:
        """The rows of the features mart that the version could score."""
        mart = MARTS[job.subject]
        rows = self._published.execute(f"select * from marts.{mart} where as_of_date = ?", [self._date]).df()
        found = eligible(rows.sort_values(list(job.key_columns), kind="stable", ignore_index=True))
        return found[job.refusals(found, version.columns).isna()]

    def _at_stake(self, spec: JobSpec) -> pd.Series:
        if "value_at_stake_amount" not in spec.scores.columns:
            return pd.Series(dtype=float)
        rows = self._published.execute(
            f"select customer_id, value_at_stake_amount::double as amount from scores.{spec.scores.table} "
            "where as_of_date = ? and status = 'scored'",
            [self._date],
        ).df()
        return rows.set_index("customer_id")["amount"]


def _with_least_amounts(job: Job, rows: pd.DataFrame, found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows with what the shorter horizons, which have scored just now, expect at least."""
    if not isinstance(job, LifetimeValueJob) or not job.is_further or rows.empty:
        return rows
    shorter = [spec.scores.table for spec in job_specs() if spec.name in job.spec.after]
    told = [found[table] for table in shorter if table in found]
    scored = [frame[frame["status"] == "scored"] for frame in told if set(LEAST_AMOUNTS) <= set(frame.columns)]
    least = {column: rows["customer_id"].map(_greatest(scored, name)) for name, column in LEAST_AMOUNTS.items()}
    return rows.assign(**{column: values.astype(float) for column, values in least.items()})


def _greatest(frames: list[pd.DataFrame], column: str) -> dict[str, float]:
    """The greatest value of a column by customer."""
    found: dict[str, float] = {}
    for frame in frames:
        for customer_id, value in zip(frame["customer_id"], frame[column].astype(float), strict=True):
            found[customer_id] = max(found.get(customer_id, value), value)
    return found


def _in_order(specs: tuple[JobSpec, ...]) -> list[JobSpec]:
    """Each after those whose scores it reads."""
    known = {spec.name: spec for spec in specs}
    order = TopologicalSorter({spec.name: spec.after for spec in specs}).static_order()
    return [known[name] for name in order if name in known]


_TABLES = "select table_name from information_schema.tables where table_schema = 'scores'"
