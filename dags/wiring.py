"""The shared parts of the DAG files: assets, tags, limits, and the identity of a run.

A pipeline run is one source at one as-of date. Its identity (`plan`) is made in the first DAG and passed on as the
extra of the asset events, whose partition key is its `pipeline_run_id`. So each pipeline run has its own run of each
DAG; without keys Airflow would merge the events that arrive during a run.
"""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, get_current_context
from alerting import alert_audiences, alert_failure, alert_publication, alert_warnings
from linking import DATA_DOCS, SUMMARY, lead_to, lead_to_dashboard
from waiting import OtherRuns, others_work, wait_for

from warehouse.jobs.registry import trained_jobs

if TYPE_CHECKING:
    from warehouse.base.settings import Settings
    from warehouse.runs.planning import RunPlan

# Rows that have landed and that no run has seen yet (absorb_arrivals).
LANDED = Asset("landed")
RAW = Asset("raw")
MARTS = Asset("marts")
MODELS = Asset("models")
PUBLISHED_WAREHOUSE = Asset("published_warehouse")

# The closed list of tags.
TAGS = ("ingest", "dbt", "quality", "ml", "publish")

# The pool, defined in pools.json. Every task that opens a build file takes all its slots (DEFAULT_ARGS), so that it is
# alone. Trainings open the file only at their start and their end, and wait for each other there: each takes one slot.
WAREHOUSE_POOL = "warehouse"
WAREHOUSE_SLOTS = 2

# The jobs that models are trained for, as they are declared.
JOBS = trained_jobs()

EVENT_FIELDS = ("source", "as_of_date", "pipeline_run_id", "force_retrain")

DEFAULT_ARGS = {
    "owner": "clientele",
    "retries": 1,
    "retry_delay": timedelta(seconds=15),
    "execution_timeout": timedelta(minutes=10),
    "on_failure_callback": alert_failure,
    "pool_slots": WAREHOUSE_SLOTS,
}
LONG_TASK = timedelta(minutes=60)
# Runs that need unchanged marts: new ones would mix two as-of dates.
DAGS_THAT_NEED_MARTS = ("train_models", "score_customers")
# How long a run waits for an answer; less than a day, so that it does not delay the next day's run.
ANSWER_WITHIN = timedelta(hours=12)
# How long a run waits for those that need the marts: as long as they may take, with a question in between.
WAIT = LONG_TASK * 2 + ANSWER_WITHIN

_log = logging.getLogger("clientele")


def training_slots() -> int:
    """The slots of the pool that a training takes; all of them where a process shall have one thread."""
    from warehouse.base.settings import Settings

    return 1 if Settings().threads > 1 else WAREHOUSE_SLOTS


def requested() -> dict[str, Any]:
    """The requested parameters of this run: of the event that triggered it, or of the form."""
    context = get_current_context()
    for events in context["triggering_asset_events"].values():
        for event in events:
            if event.extra.get("source"):
                return _asked(event.extra)
    return _asked(context["params"])


def _asked(given: Mapping[str, Any]) -> dict[str, Any]:
    asked = {field: given.get(field) for field in EVENT_FIELDS}
    return asked | {"force_retrain": bool(asked["force_retrain"])}


def wait_while_others_work(dag_ids: list[str], task_ids: dict[str, list[str]] | None = None) -> None:
    """Defer the task while one of these DAGs has a run, or one of these tasks (by DAG) runs or is about to.

    Raises
    ------
    TaskDeferred
        If so; the task starts again when they have ended.
    """
    if others_work(dag_ids, task_ids or {}):
        say(["Waiting for another run to end."])
        wait_for(OtherRuns(dag_ids, task_ids), WAIT)


def settle_run() -> dict[str, Any]:
    """Return the plan of this run: source, as-of date and name."""
    from warehouse.base.settings import Settings
    from warehouse.runs.planning import plan_run, read_date

    wanted = requested()
    return plan_run(Settings(), **wanted | {"as_of_date": read_date(wanted["as_of_date"])}).as_dict()


def run_of(plan: dict[str, Any]) -> tuple[Settings, RunPlan]:
    """The first arguments of functions of `pipeline`: the settings, and the plan from the first task."""
    from warehouse.base.settings import Settings
    from warehouse.runs.planning import RunPlan

    return Settings(), RunPlan.from_dict(plan)


def pass_gate(gate: str, plan: dict[str, Any]) -> list[str]:
    """Run a gate, which raises if it fails, and return its outcome in words."""
    from pipeline import stages

    lead_to(DATA_DOCS, document("validations/index.html"))
    return say_step(stages.check(*run_of(plan), gate), plan)


def document(path: str) -> str:
    """The address of a page of `var/docs`; empty where no browser can reach it."""
    from warehouse.base.browser_pages import browser_pages
    from warehouse.base.settings import Settings

    pages = browser_pages(Settings())
    return f"{pages.documents}/{path}" if pages.documents else ""


def say_step(step: Any, plan: dict[str, Any]) -> list[str]:
    """Log the result of a step, and raise an alert for warnings of a gate."""
    from expectations.results import GateResult

    if isinstance(step, GateResult):
        alert_warnings(step, plan)
    return say(step.lines())


def say_audiences(outcome: Any, plan: dict[str, Any]) -> list[str]:
    """Log what came of audiences or of their exports, and raise an alert for those that are wrong."""
    alert_audiences(outcome, plan)
    return say(outcome.lines())


def publish_run(plan: dict[str, Any], *, with_exports: bool = False) -> dict[str, Any]:
    """Publish the warehouse, export the audiences that it was published with, and raise an alert with the summary."""
    from pipeline import stages

    report = stages.publish(*run_of(plan))
    say([report.in_words()])
    if with_exports:
        say_audiences(stages.export_audiences(*run_of(plan), report.version), plan)
    alert_publication(plan)
    lead_to(SUMMARY, document(f"runs/{report.version}.html"))
    lead_to_dashboard()
    hand_over(PUBLISHED_WAREHOUSE, plan)
    return {"version": report.version, "table_rows": report.table_rows}


def hand_over(asset: Asset, plan: dict[str, Any]) -> None:
    """Announce the asset, with the identity of the pipeline run, to the DAG it triggers."""
    outlet = get_current_context()["outlet_events"][asset]
    outlet.extra = {field: plan[field] for field in EVENT_FIELDS}
    outlet.add_partitions(plan["pipeline_run_id"])


def readable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Log an error for users as one message, and do not retry if that cannot help."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        from airflow.sdk.exceptions import AirflowFailException
        from airflow.utils.deprecation_tools import DeprecatedImportWarning

        from warehouse.base.errors import ClienteleError, WarehouseBusy
        from warehouse.base.machine_faults import in_words

        # skops reads all names of all loaded modules; Airflow's old names give a thousand warnings.
        warnings.filterwarnings("ignore", category=DeprecatedImportWarning)
        try:
            return function(*args, **kwargs)
        except WarehouseBusy:
            raise
        except ClienteleError as error:
            _log.error("%s", error)
            raise AirflowFailException(error.message) from None
        except Exception as error:
            if fault := in_words(error):
                _log.error("%s", fault)
            raise

    return call


def tell(lines: Iterable[str]) -> None:
    """Log the lines and store them separately from the task's result, which is for the next task."""
    get_current_context()["ti"].xcom_push("said", say(lines))


def say(lines: Iterable[str]) -> list[str]:
    """Log the lines and return them, so that they are shown as the task's result too."""
    said = list(lines)
    for line in said:
        _log.info("%s", line)
    return said
