"""# Score customers

**Purpose.** Scores every customer with the models in service, checks the scores, joins them to the customer
profile, and publishes the result in one atomic step.

**Inputs.** `marts.customer_features` in `var/warehouse/<source>.duckdb`; the champions in MLflow; the dbt models in
`dbt_project/models/activation`.

**Outputs.** `scores.*` (history is kept), `marts.customer_360` and `marts.audience_*` in the build file; the published
warehouse `var/published/clientele.duckdb`, the same tables in `var/published/parquet/`, and in both a row in
`quality.pipeline_runs`; the exported audiences in `var/audiences/<source>/`; the asset **published_warehouse**.

**When it fails.** Nothing is published: users keep reading the version published before.

- `score`: a model cannot be loaded, or marts are missing → the log names it; run the DAG before this one.
- `check_scores`, `check_activation`: a critical expectation does not hold → open the Data Docs
  (`var/docs/validations/index.html`).
- `activate`: a dbt model or test failed → the log has dbt's message; correct the cause and clear the task.
- `audiences`, and the exports in `publish`: a wrong declaration or condition, or a webhook that does not answer, raises
  a warning and stops nothing else (docs/audiences.md).
- `publish`: the new version did not pass its checks, or the disk is full → see the log; clear the task after
  correcting it. A wrong version that was published is replaced with the DAG `rollback_published`.
- any task: the build file is *held by another process* → close that process; the task retries by itself.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task
from alerting import alert_run_failure
from forms import LATEST, trigger_form
from graph import thinned
from linking import linking_task
from wiring import (
    DEFAULT_ARGS,
    MODELS,
    PUBLISHED_WAREHOUSE,
    WAREHOUSE_POOL,
    pass_gate,
    publish_run,
    readable,
    run_of,
    say,
    say_audiences,
    settle_run,
)


@dag(
    dag_id="score_customers",
    dag_display_name="4 Score and publish",
    doc_md=__doc__,
    # Whenever all training jobs of a pipeline run have a decision; one run for each pipeline run.
    schedule=PartitionedAssetTimetable(assets=MODELS),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_run_failure,
    params=trigger_form(default_source=LATEST),
    tags=["ml", "quality", "publish"],
)
def score_customers() -> None:
    @task(pool=WAREHOUSE_POOL)
    @readable
    def plan() -> dict[str, Any]:
        """Determine source and as-of date: those of the run that trained, or those of the form."""
        return settle_run()

    @task(pool=WAREHOUSE_POOL)
    @readable
    def score(plan: dict[str, Any]) -> list[str]:
        """Score with the champion of each job. One task: the jobs share most of their start-up time."""
        from pipeline import stages

        return say(line for report in stages.score(*run_of(plan)) for line in report.lines())

    @linking_task(pool=WAREHOUSE_POOL)
    @readable
    def check_scores(plan: dict[str, Any]) -> list[str]:
        """Scores gate: every customer has a row, probabilities and amounts are within bounds."""
        return pass_gate("scores", plan)

    @task(pool=WAREHOUSE_POOL)
    @readable
    def activate(plan: dict[str, Any]) -> list[str]:
        """dbt's activation models: the customer profile with its scores."""
        from pipeline.dbt_run import run_dbt
        from warehouse.marts.dbt import ACTIVATION_SELECTION

        return say(run_dbt(*run_of(plan), ACTIVATION_SELECTION))

    @linking_task(pool=WAREHOUSE_POOL)
    @readable
    def check_activation(plan: dict[str, Any]) -> list[str]:
        """Activation gate: the profile has all customers, all revenue to the cent, and these scores."""
        return pass_gate("activation", plan)

    @task(pool=WAREHOUSE_POOL)
    @readable
    def audiences(plan: dict[str, Any]) -> list[str]:
        """Select who is in each audience and who is held out; measure former selections."""
        from pipeline import stages

        return say_audiences(stages.select_audiences(*run_of(plan)), plan)

    @linking_task(pool=WAREHOUSE_POOL, outlets=[PUBLISHED_WAREHOUSE])
    @readable
    def publish(plan: dict[str, Any]) -> dict[str, Any]:
        """Publish the warehouse: write a new version, check it, make it live in one atomic step; export audiences."""
        return publish_run(plan, with_exports=True)

    planned = plan()
    checked = score(planned) >> check_scores(planned) >> activate(planned) >> check_activation(planned)
    checked >> audiences(planned) >> publish(planned)


thinned(score_customers())
