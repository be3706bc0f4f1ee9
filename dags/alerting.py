"""Alerts: for a task that failed for good, a gate with warnings, and a published run.

A task raises an alert in its `on_failure_callback` when it has failed for the last time. If its process was killed,
Airflow records its end and calls nothing. So every DAG has an `on_failure_callback` too, which the DAG processor runs,
and which raises the alert if no task has. The tasks of dbt's models raise none: `run_dbt` does for all of them.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from airflow.sdk import get_current_context

_MODELS = "dbt."
_log = logging.getLogger("clientele")


def harmless(function: Callable[..., None]) -> Callable[..., None]:
    """Log errors of a function that raises alerts, so that they do not fail the task."""

    @functools.wraps(function)
    def call(*args: Any) -> None:
        try:
            function(*args)
        except Exception as error:  # its text may quote values
            _log.warning("No alert could be raised: %s", type(error).__name__)

    return call


@harmless
def alert_failure(context: Any) -> None:
    """Raise an alert that a task has failed for good."""
    from warehouse.alerts.alert import words_of

    task = context["ti"]
    if task.task_id.startswith(_MODELS):
        return
    message, what_to_do = words_of(_cause(context.get("exception")))
    page = f"Read the page of the DAG {task.dag_id} in Airflow, section 'When it fails'."
    run = _run_of(context)
    _raise("failed", task, run, message=message, what_to_do=what_to_do or page, link=_log_page(task))


@harmless
def alert_run_failure(context: Any) -> None:
    """Raise an alert that a run of a DAG has failed, unless the failed task has raised one."""
    from warehouse.alerts.alert import is_told
    from warehouse.base.settings import Settings

    task = context["ti"]
    if not is_told(Settings(), task.dag_id, task.run_id):
        alert_failure(context)


@harmless
def alert_warnings(result: Any, plan: dict[str, Any]) -> None:
    """Raise an alert with the expectations that do not hold, of a gate that was passed."""
    if not result.warnings:
        return
    rules = [f"{check.table_name} – {check.description}" for check in result.warnings]
    steps = list(dict.fromkeys(check.first_step for check in result.warnings))
    message = f"Gate {result.gate} passed with {len(rules)} warnings: {'; '.join(rules)}"
    task, link = get_current_context()["ti"], str(result.data_docs)
    _raise("warning", task, plan, message=message, what_to_do=" ".join(steps), link=link)


@harmless
def alert_audiences(outcome: Any, plan: dict[str, Any]) -> None:
    """Raise an alert with the audiences that were not selected, not exported, or that nobody was told of."""
    if outcome.problems:
        message = f"Audiences: {'; '.join(problem.in_words() for problem in outcome.problems)}"
        task, advice = get_current_context()["ti"], "Mend the declaration that it names; docs/audiences.md."
        _raise("warning", task, plan, message=message, what_to_do=advice, link=_log_page(task))


@harmless
def alert_publication(plan: dict[str, Any]) -> None:
    """Write the page of the run that has published, and raise an alert with its summary."""
    from warehouse.base.settings import Settings
    from warehouse.runs.summary import write_run_summary

    written = write_run_summary(Settings())
    if written:
        summary, page = written
        message = f"{summary.headline}; {summary.published}; {summary.counts}."
        task = get_current_context()["ti"]
        _raise("published", task, plan, message=message, what_to_do="Nothing.", link=str(page))


def _raise(kind: Any, task: Any, run: dict[str, Any], *, message: str, what_to_do: str, link: str) -> None:
    from warehouse.alerts.alert import Alert, raise_alert
    from warehouse.base.settings import Settings

    alert = Alert(
        kind=kind,
        dag=task.dag_id,
        task=task.task_id,
        message=message,
        what_to_do=what_to_do,
        source=run.get("source"),
        as_of_date=run.get("as_of_date"),
        run_id=run.get("pipeline_run_id") or task.run_id,
        airflow_run=task.run_id,
        link=link,
    )
    raise_alert(Settings(), alert)


def _cause(error: BaseException | None) -> BaseException | None:
    """The error with a message for users, which Airflow's own exception (against a retry) may hide."""
    from warehouse.base.errors import ClienteleError

    behind = getattr(error, "__context__", None)
    return behind if isinstance(behind, ClienteleError) else error


def _run_of(context: Any) -> dict[str, Any]:
    """The identity of the run, from the first that is available: the plan, the triggering event, the form."""
    for read in (_plan, _event, lambda found: dict(found["params"])):
        try:
            run = read(context)
        except Exception:  # not available in the DAG processor  # noqa: S112
            continue
        if run and run.get("source"):
            return run
    return {}


def _plan(context: Any) -> dict[str, Any] | None:
    return context["ti"].xcom_pull(task_ids="plan")


def _event(context: Any) -> dict[str, Any] | None:
    events = [event for found in context["triggering_asset_events"].values() for event in found]
    return dict(events[0].extra) if events else None


def _log_page(task: Any) -> str:
    try:
        return str(task.log_url)
    except Exception:  # it is built from settings that may be missing
        return ""
