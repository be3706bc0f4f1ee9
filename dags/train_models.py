"""# Train models

**Purpose.** Trains segmentation, churn and customer lifetime value on past snapshots, compares each with its
baseline and with the model in service on later snapshots, and promotes a model only if it wins its place. A job
whose data and settings are unchanged keeps its model unless `force_retrain` is set.

**Inputs.** `marts.customer_features` and `marts.customer_labels` in `var/warehouse/<source>.duckdb`, `ml/conf/`.

**Outputs.** Runs and registered models in MLflow (`crm_segmentation`, `crm_churn`, `crm_clv`, aliases `champion`
and `challenger`); `quality.model_promotions`; the asset **models**, which starts `score_customers`.

Too little data is no failure: the job records a reasoned refusal, and customers are scored as *refused*.

**When it fails.** The models in service stay in service, and the published warehouse is as it was.

- `train_*`: MLflow cannot be written, or marts are missing → the log names it; mend it, clear the task.
- any task: the build file is *held by another process* → close what holds it; the task retries by itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task
from wiring import (
    DEFAULT_ARGS,
    JOBS,
    LATEST,
    LONG_TASK,
    MARTS,
    MODELS,
    WAREHOUSE_POOL,
    hand_over,
    readable,
    say,
    settle_run,
    trigger_form,
)


@dag(
    dag_id="train_models",
    doc_md=__doc__,
    # Whenever marts have passed their gate; one run for each pipeline run.
    schedule=PartitionedAssetTimetable(assets=MARTS),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=trigger_form(default_source=LATEST),
    tags=["ml"],
)
def train_models() -> None:
    @task(pool=WAREHOUSE_POOL)
    @readable
    def plan() -> dict[str, Any]:
        """Settle source and as-of date: those of the run that built the marts, or those asked for by hand."""
        return settle_run()

    @task(pool=WAREHOUSE_POOL, execution_timeout=LONG_TASK)
    @readable
    def train(plan: dict[str, Any], job: str) -> list[str]:
        """Fit the candidates, evaluate them on later data, promote the winner if it passes its gate."""
        from ml.training import train as train_job
        from warehouse.settings import Settings

        outcome = train_job(
            Settings(),
            job,
            plan["source"],
            date.fromisoformat(plan["as_of_date"]),
            force=plan["force_retrain"],
            pipeline_run_id=plan["pipeline_run_id"],
        )
        return say([f"{job}: {outcome.status}. {outcome.reason}"])

    @task(outlets=[MODELS])
    def announce(plan: dict[str, Any]) -> None:
        """Hand the run on to scoring."""
        hand_over(MODELS, plan)

    planned = plan()
    jobs = [train.override(task_id=f"train_{job}")(planned, job) for job in JOBS]
    jobs >> announce(planned)


train_models()
