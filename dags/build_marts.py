"""# Build marts

**Purpose.** Transforms raw rows into customers, orders, products and point-in-time features, by dbt models.

**Inputs.** `raw.*` in `var/warehouse/<source>.duckdb`; the models in `dbt_project/` except `activation`.

**Outputs.** The schemas `staging`, `intermediate`, `pii` and `marts` of the build file, in `quality` the tables
`identity_summary` and `customer_merges`; the asset **marts**, which starts `train_models`.

One process runs dbt (`run_dbt`, whose log has dbt's messages); the task of each model only shows the state of that
model. dbt's tests run with the models they test.

**When it fails.** No later task has run, and the published warehouse is unchanged.

- `resolve_identities`: a rule in `identity.yml` or a row of the seed `identity_overrides` is invalid → correct what
  the message names; clear the task with downstream.
- `run_dbt`: a model or one of its tests failed → correct it; clear `run_dbt` with downstream.
- `check_marts`: a critical expectation does not hold → open the Data Docs (`var/docs/validations/index.html`).
- `plan`: waits, because a training, a scoring or a backfill is running → it continues by itself after that.
- any task: the build file is *held by another process* → close that process; the task retries by itself.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task
from alerting import alert_run_failure
from forms import LATEST, trigger_form
from graph import thinned
from linking import linking_task
from marts_wiring import DBT_TASK_ID, dbt_models, outcomes_shown
from waiting import waiting_task
from wiring import (
    DAGS_THAT_NEED_MARTS,
    DEFAULT_ARGS,
    LONG_TASK,
    MARTS,
    RAW,
    WAIT,
    WAREHOUSE_POOL,
    hand_over,
    pass_gate,
    readable,
    run_of,
    say,
    settle_run,
    wait_while_others_work,
)


@dag(
    dag_id="build_marts",
    dag_display_name="2 Build marts",
    doc_md=__doc__,
    # Whenever raw rows of a source have passed their gate; one run for each pipeline run.
    schedule=PartitionedAssetTimetable(assets=RAW),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_run_failure,
    params=trigger_form(default_source=LATEST),
    tags=["dbt", "quality"],
)
def build_marts() -> None:
    # Deferred until the run before it has published.
    @waiting_task(pool=WAREHOUSE_POOL, execution_timeout=WAIT)
    @readable
    def plan() -> dict[str, Any]:
        """Wait until no other run needs its marts; determine source and as-of date, from the event or the form."""
        wait_while_others_work([*DAGS_THAT_NEED_MARTS, "backfill_scores"])
        return settle_run()

    @task(pool=WAREHOUSE_POOL)
    @readable
    def resolve_identities(plan: dict[str, Any]) -> list[str]:
        """Find customer ids of one person; the seed identity_overrides has priority."""
        from pipeline import stages

        return say(stages.resolve_identities(*run_of(plan)).lines())

    @task(task_id=DBT_TASK_ID, pool=WAREHOUSE_POOL, execution_timeout=LONG_TASK)
    @readable
    def build(plan: dict[str, Any]) -> list[str]:
        """Run dbt: seeds, models and their tests."""
        from pipeline.dbt_run import run_dbt
        from warehouse.marts.dbt import MART_SELECTION

        settings, run = run_of(plan)
        with outcomes_shown(settings) as on_event:
            return say(run_dbt(settings, run, MART_SELECTION, on_event))

    @linking_task(pool=WAREHOUSE_POOL, outlets=[MARTS])
    @readable
    def check_marts(plan: dict[str, Any]) -> list[str]:
        """Marts gate: keys, totals against raw, features within bounds."""
        said = pass_gate("marts", plan)
        hand_over(MARTS, plan)
        return said

    planned = plan()
    resolved = resolve_identities(planned)
    built = build(planned)
    checked = check_marts(planned)
    resolved >> built >> checked
    # The models' tasks only show states: nothing waits for them, so that a skipped one cannot skip the gate.
    built >> dbt_models()


thinned(build_marts())
