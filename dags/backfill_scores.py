"""# Backfill scores

**Purpose.** Computes the scores of a range of as-of dates, one date after the other; existing ones are replaced. Each
date is built, checked, scored and checked as in the pipeline, without later data: the models are those that could
have served then, and for a date without one a model is trained first. Champions and the scores of other dates do not
change. At the end the marts are restored to the newest scored date, and everything is published once.

**Inputs.** `raw.*` in `var/warehouse/<source>.duckdb`; the registered models in MLflow.

**Outputs.** `scores.*` of the requested dates; versions of models that serve past dates, with their decisions in
`quality.model_promotions`; a new published version; the asset **published_warehouse**.

**When it fails.** Nothing is published, and `restore` has restored the marts. Dates that passed their gates have
their new scores, which the next publication includes; a date that failed has its former ones.

- `plan`: waits, because another run builds or needs the marts → it continues by itself when that run has ended. The
  range is empty, too long or beyond the data → trigger again with another range.
- `reprocess`: the log names the gate, dbt model or model of that date → correct it; clear the task with downstream.
- `restore`: the log has dbt's message → correct the cause, clear the task.
- `check_activation`, `publish`: as in `score_customers`.
- any task: the build file is *held by another process* → close that process; the task retries by itself.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task
from alerting import alert_run_failure
from backfill_wiring import backfill_params, settle_requested_dates, wait_for_earlier_dates, wait_for_the_marts
from graph import thinned
from linking import linking_task
from waiting import waiting_task
from wiring import (
    DEFAULT_ARGS,
    LONG_TASK,
    PUBLISHED_WAREHOUSE,
    WAIT,
    WAREHOUSE_POOL,
    pass_gate,
    publish_run,
    readable,
    run_of,
    say,
    say_step,
)


@dag(
    dag_id="backfill_scores",
    dag_display_name="Backfill: scores of past dates",
    doc_md=__doc__,
    # Only by hand: which dates to compute is a user's decision.
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_run_failure,
    params=backfill_params(),
    tags=["ml", "quality", "publish"],
)
def backfill_scores() -> None:
    @waiting_task(pool=WAREHOUSE_POOL, execution_timeout=WAIT)
    @readable
    def plan() -> dict[str, Any]:
        """Wait until no other run builds or needs the marts; determine the dates."""
        wait_for_the_marts()
        return settle_requested_dates()

    @task
    @readable
    def dates(plan: dict[str, Any]) -> list[dict[str, Any]]:
        """Give each date a task of its own."""
        return plan["dates"]

    @waiting_task(
        pool=WAREHOUSE_POOL,
        execution_timeout=LONG_TASK,
        max_active_tis_per_dagrun=1,
        map_index_template="{{ task.op_kwargs['plan']['as_of_date'] }}",
    )
    @readable
    def reprocess(plan: dict[str, Any]) -> list[str]:
        """Marts, gate, scores and gate as of one date; trains a model first, if none could have served then."""
        from pipeline.backfill import reprocess_date

        wait_for_earlier_dates()
        steps = reprocess_date(*run_of(plan), lambda step: say_step(step, plan))
        return [line for step in steps for line in step.lines()]

    @task(pool=WAREHOUSE_POOL, execution_timeout=LONG_TASK, trigger_rule="all_done_min_one_success")
    @readable
    def restore(plan: dict[str, Any]) -> dict[str, Any]:
        """Marts and customer profile as of the newest scored date, even if a date has failed."""
        from pipeline.backfill import restore_marts

        restored = restore_marts(*run_of(plan))
        say(restored.lines())
        return restored.plan.as_dict()

    @linking_task(pool=WAREHOUSE_POOL)
    @readable
    def check_activation(plan: dict[str, Any]) -> list[str]:
        """Activation gate: the profile has all customers, all revenue to the cent, and the newest scores."""
        return pass_gate("activation", plan)

    @linking_task(pool=WAREHOUSE_POOL, outlets=[PUBLISHED_WAREHOUSE])
    @readable
    def publish(plan: dict[str, Any]) -> dict[str, Any]:
        """Publish the warehouse, once for all dates, if all of them passed."""
        return publish_run(plan)

    planned = plan()
    reprocessed = reprocess.expand(plan=dates(planned))
    restored = restore(planned)
    reprocessed >> restored
    [reprocessed, check_activation(restored)] >> publish(restored)


thinned(backfill_scores())
