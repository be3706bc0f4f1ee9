"""Compute the results of a job without a model as of a date, and write its MLflow run, its decisions and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from ml.competition.results import Refused
from ml.competition.states import State
from ml.competition.why import Competitor
from ml.environment import quiet_environment
from ml.jobs.batch import BatchJob, Results
from ml.jobs.choice import Choice, Contender
from ml.jobs.registry import load_batch_job
from ml.lifecycle.decisions import write_choices
from ml.lifecycle.score_rows import ScoringReport, known_customers, those_without_row, write_rows
from ml.tracking import NestedRun, TrackingServer, describe_results, explain_results, record_results
from ml.tracking.versions import LONGEST_TEXT
from warehouse.base.build_file import BuildFile
from warehouse.base.settings import Settings


def score_batch(settings: Settings, job: str, source: str, as_of_date: date) -> ScoringReport:
    """Write the rows of one date; those of other dates stay.

    If the data do not allow results, the run in MLflow and the report have the reason; so have the rows of a job about
    customers.

    Raises
    ------
    ClienteleError
        If a file is in use, or MLflow does not answer.
    """
    computed = compute(settings, job, source, as_of_date)
    return write(settings, computed, record(settings, computed))


@dataclass(frozen=True)
class Computed:
    """The results of a job of one date, with a row for every customer if it is about customers.

    Attributes
    ----------
    refusal
        Why the data do not allow results; None if they do.
    """

    job: str
    source: str
    as_of_date: date
    results: Results
    refusal: str | None


def compute(settings: Settings, job: str, source: str, as_of_date: date) -> Computed:
    """Compute the results; the build file is only read.

    Raises
    ------
    ClienteleError
        If the file is in use.
    """
    with quiet_environment(settings):
        task, file = load_batch_job(job), BuildFile(settings, source)
        with file.opened(read_only=True):
            results, refusal = _results(file, task, as_of_date)
            rows = _with_every_customer(results.rows, known_customers(file, task), refusal or task.left_out)
    return Computed(job, source, as_of_date, replace(results, rows=rows), refusal)


def record(settings: Settings, computed: Computed) -> str:
    """Record the results in MLflow; return the id of the run.

    Raises
    ------
    ClienteleError
        If MLflow does not answer.
    """
    task, results = load_batch_job(computed.job), computed.results
    tags = {"source": computed.source, "as_of_date": computed.as_of_date.isoformat(), "job": computed.job}
    with quiet_environment(settings):
        server = TrackingServer(settings)
        describe_results(server, task.spec, task.spec.question.format(horizon_days=task.horizon_days))
        decided = _decision_tags(results.choices, computed.refusal)
        run_id = record_results(
            server,
            task.model_name,
            tags | decided,
            results.figures,
            results.documents,
            contenders=[_nested(choice, contender) for choice in results.choices for contender in choice.contenders],
        )
        outcome = f"{decided.get('decision', 'computed').replace('_', ' ').capitalize()}."
        words = f"{outcome} {decided.get('decision_reason', '')}"
        explain_results(server, task.spec, run_id, words, _competitors(results.choices))
    return run_id


def write(settings: Settings, computed: Computed, run_id: str) -> ScoringReport:
    """Write the choices and the rows into the build file.

    Raises
    ------
    ClienteleError
        If the file is in use.
    """
    task, file = load_batch_job(computed.job), BuildFile(settings, computed.source)
    write_choices(file, task, computed.as_of_date, run_id, computed.results.choices)
    rows, reason = computed.results.rows, computed.refusal or ""
    return write_rows(file, task, computed.as_of_date, rows, run_id=run_id, reason=reason)


def _results(file: BuildFile, task: BatchJob, as_of_date: date) -> tuple[Results, str | None]:
    """The results with a status for each row, or no rows and the reason."""
    try:
        task.check_needs(file)
        with file.opened(read_only=True) as connection:
            results = task.results(connection, as_of_date)
    except Refused as refusal:
        return Results(pd.DataFrame(columns=[*task.key_columns, "status", "reason"]), {}), str(refusal)
    rows = results.rows
    if "status" not in rows:
        rows = rows.assign(status="scored", reason=None)
    return replace(results, rows=rows), None


def _decision_tags(choices: Sequence[Choice], refusal: str | None) -> dict[str, str]:
    """What was decided, in a line: each part of the results with who computes it, and why."""
    if refusal:
        return {"decision": State.REFUSED, "decision_reason": refusal[:LONGEST_TEXT]}
    if not choices:
        return {}
    reasons = [f"{choice.about}: {choice.reason}" if choice.about else choice.reason for choice in choices]
    return {
        "decision": " · ".join(sorted({choice.verdict for choice in choices})),
        "decision_reason": " ".join(reasons)[:LONGEST_TEXT],
    }


def _competitors(choices: Sequence[Choice]) -> list[Competitor]:
    return [
        Competitor(one.name, one.is_baseline, one.name == choice.serving, one.figures, part=choice.about)
        for choice in choices
        for one in choice.contenders
    ]


def _nested(choice: Choice, contender: Contender) -> NestedRun:
    tags = {
        "role": "baseline" if contender.is_baseline else "candidate",
        "candidate": contender.name,
        "serves": str(contender.name == choice.serving).lower(),
    }
    name = f"{contender.name} ({choice.about})" if choice.about else contender.name
    return NestedRun(
        name, tags | ({"about": choice.about} if choice.about else {}), contender.figures, contender.parameters
    )


def _with_every_customer(rows: pd.DataFrame, customers: pd.Series | None, reason: str) -> pd.DataFrame:
    if customers is None:
        return rows
    missing = those_without_row(rows, customers).assign(status="refused", reason=reason)
    return pd.concat([rows, missing], ignore_index=True)
