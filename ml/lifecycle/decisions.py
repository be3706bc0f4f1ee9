"""The table `quality.model_promotions`: decisions about models, with date and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime

import duckdb

from ml.competition.results import Decision
from ml.competition.states import State
from ml.jobs.choice import Choice
from ml.jobs.declared import DeclaredJob
from ml.jobs.run import JobOfSource, JobRun
from ml.tracking import Figures, RegisteredVersion
from warehouse.base.build_file import BuildFile
from warehouse.base.transactions import transaction
from warehouse.tables.quality_tables import create_quality_tables

_COLUMNS = (
    "decided_at, pipeline_run_id, job, source, as_of_date, model_name, model_version, mlflow_run_id, candidate, "
    "decision, reason, metric_name, metric_value, baseline_name, baseline_value, champion_value"
)


@dataclass(frozen=True)
class DecisionRow:
    """A row of the table; the fields are in the order of its columns."""

    decided_at: datetime
    pipeline_run_id: str | None
    job: str
    source: str
    as_of_date: date
    model_name: str
    model_version: str | None
    mlflow_run_id: str | None
    candidate: str
    decision: str
    reason: str
    metric_name: str | None
    metric_value: float | None
    baseline_name: str | None
    baseline_value: float | None
    champion_value: float | None


def decision_row(
    run: JobRun,
    *,
    verdict: State,
    reason: str,
    version: RegisteredVersion | None,
    run_id: str | None = None,
    decision: Decision | None = None,
    champion_value: float | None = None,
) -> DecisionRow:
    """Make one row.

    Parameters
    ----------
    version
        The version that serves after the decision, or the one that awaits approval or was rejected; the row has its
        metrics.
    run_id
        The MLflow run of the row if nothing serves.
    decision
        The decision of a training; the metrics of a former champion are then those on its holdout.
    champion_value
        Metric of the champion, if there is no `decision`.

    Raises
    ------
    ModelUnavailable
        If the version may not change to the state that was decided (`ml.competition.states`).
    """
    if version is not None:
        version.state.check(verdict, f"{run.job.model_name} version {version.version}")
    figures = serving_figures(version, decision)
    return DecisionRow(
        datetime.now(UTC).replace(tzinfo=None),
        run.pipeline_run_id,
        run.job.name,
        run.source,
        run.as_of_date,
        run.job.model_name,
        version.version if version else None,
        version.run_id if version else run_id,
        version.candidate if version else "none",
        verdict,
        reason,
        figures.metric_name,
        figures.metric_value,
        figures.baseline_name,
        figures.baseline_value,
        decision.champion_value if decision else champion_value,
    )


def insert_decision(connection: duckdb.DuckDBPyConnection, row: DecisionRow) -> None:
    """Add a row inside the caller's transaction; it replaces the same decision of the same pipeline run."""
    connection.execute(
        "delete from quality.model_promotions where pipeline_run_id = ? and job = ? and source = ? "
        "and as_of_date = ? and decision = ? and model_version is not distinct from ?",
        [row.pipeline_run_id, row.job, row.source, row.as_of_date, row.decision, row.model_version],
    )
    values = astuple(row)
    marks = ", ".join("?" for _ in values)
    connection.execute(f"insert into quality.model_promotions ({_COLUMNS}) values ({marks})", values)


def write_decision(file: BuildFile, row: DecisionRow) -> None:
    """Write a row of a decision that does not change who serves; others need `ml.lifecycle.commit`."""
    with file.opened() as connection:
        create_quality_tables(connection)
        with transaction(connection):
            insert_decision(connection, row)


def write_choices(file: BuildFile, job: DeclaredJob, as_of_date: date, run_id: str, choices: Sequence[Choice]) -> None:
    """Write who computes the results of a job without a model; they replace what was written for the date before."""
    with file.opened() as connection:
        create_quality_tables(connection)
        with transaction(connection):
            connection.execute(
                "delete from quality.model_promotions where job = ? and source = ? and as_of_date = ?",
                [job.name, file.source, as_of_date],
            )
            for choice in choices:
                insert_decision(connection, _choice_row(file, job, as_of_date, run_id, choice))


def _choice_row(file: BuildFile, job: DeclaredJob, as_of_date: date, run_id: str, choice: Choice) -> DecisionRow:
    def value(name: str | None) -> float | None:
        return choice.contender(name).figures.get(choice.metric) if name else None

    return DecisionRow(
        decided_at=datetime.now(UTC).replace(tzinfo=None),
        pipeline_run_id=None,
        job=job.name,
        source=file.source,
        as_of_date=as_of_date,
        model_name=job.model_name,
        model_version=None,
        mlflow_run_id=run_id,
        candidate=choice.serving or "none",
        decision=choice.verdict,
        reason=f"{choice.about}: {choice.reason}" if choice.about else choice.reason,
        metric_name=choice.metric,
        metric_value=value(choice.serving),
        baseline_name=choice.baseline,
        baseline_value=value(choice.baseline),
        champion_value=None,
    )


def serving_figures(version: RegisteredVersion | None, decision: Decision | None) -> Figures:
    """The metrics of what serves, on the newest holdout it was evaluated on."""
    if decision is not None and decision.verdict == State.CHAMPION_KEPT:
        return Figures(decision.metric_name, decision.champion_value, decision.baseline, decision.baseline_value)
    return version.figures if version else Figures()


def refusal_reason(run: JobRun) -> str | None:
    """The reason why the last training for the run's date was refused; None if it was not."""
    last = next((row for row in reversed(decisions_about(run)) if row.as_of_date == run.as_of_date), None)
    return last.reason if last and last.decision == State.REFUSED else None


def decisions_about(known: JobOfSource) -> list[DecisionRow]:
    """All decisions about a job's models of a source, oldest first."""
    with known.file.opened(read_only=True) as connection:
        try:
            rows = connection.execute(
                f"select {_COLUMNS} from quality.model_promotions where job = ? and source = ? "
                "order by decided_at, rowid",
                [known.job.name, known.source],
            ).fetchall()
        except duckdb.CatalogException:
            return []
    return [DecisionRow(*row) for row in rows]
