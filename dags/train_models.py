"""# Train models

**Purpose.** Trains every job (`warehouse/jobs`: segmentation, churn, lifetime value, …) on past snapshots, compares its
models with its baselines and the model in service on later snapshots, and promotes one only if it passes the gate. A
job whose model is not due for training keeps it unless `force_retrain` is set. With *Ask before promoting*, a user
decides: the run waits at `approval.ask` for an answer about each new model (Required Actions).

**Inputs.** `marts.customer_features`, `marts.customer_labels` and the same of `marts.subscription_…` in
`var/warehouse/<source>.duckdb`, `ml/conf/`.

**Outputs.** Runs and a registered model for each job in MLflow (`crm_<job>`, aliases `champion` and `challenger`);
`quality.model_promotions`, `.drift`, `.realised_performance`; the asset **models**, which starts `score_customers`.

Too little data is not a failure: the job records a refusal with the reason, and customers get the status *refused*.

**When it fails.** The models in service stay in service, and the published warehouse is unchanged.

- `train_*`: MLflow cannot be written, or marts are missing → the log names it; correct it, clear the task.
- `approval.ask` waits for an answer: Required Actions; none within 12 hours counts as a rejection.
- a champion performs badly: trigger this DAG with *Roll back a model*, or `python -m ml rollback --job …`.
- any task: the build file is *held by another process* → close that process; the task retries by itself.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, TaskGroup, dag, get_current_context, task
from alerting import alert_run_failure
from forms import training_form
from graph import thinned
from linking import WHY, lead_to, linking_task
from training_wiring import approval, questions, why_page
from wiring import (
    DEFAULT_ARGS,
    JOBS,
    LONG_TASK,
    MARTS,
    MODELS,
    WAREHOUSE_POOL,
    hand_over,
    readable,
    run_of,
    say,
    settle_run,
    tell,
    training_slots,
)


@dag(
    dag_id="train_models",
    dag_display_name="3 Train models",
    doc_md=__doc__,
    # Whenever marts have passed their gate; one run for each pipeline run.
    schedule=PartitionedAssetTimetable(assets=MARTS),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_run_failure,
    params=training_form(),
    tags=["ml"],
)
def train_models() -> None:
    @task(pool=WAREHOUSE_POOL)
    @readable
    def plan() -> dict[str, Any]:
        """Determine source and as-of date: those of the run that built the marts, or those of the form."""
        return settle_run()

    # Trainings are fitted on one thread each: two at a time use two cores.
    @linking_task(pool=WAREHOUSE_POOL, pool_slots=training_slots(), execution_timeout=LONG_TASK)
    @readable
    def train(plan: dict[str, Any], job: str) -> list[dict[str, str]]:
        """Fit the candidates, evaluate them on later data, promote the winner, or return a question about it."""
        from pipeline import stages

        run, params = run_of(plan), get_current_context()["params"]
        if params["roll_back"] == job:
            chosen = stages.roll_back(*run, job)
            tell([f"{job}: rolled back. {chosen.candidate} (version {chosen.version}) serves again."])
            return []
        outcome = stages.train(*run, job, needs_approval=params["ask_before_promoting"])
        tell(outcome.lines())
        lead_to(WHY, why_page(outcome, plan))
        return [] if params["ask_before_promoting"] is False else questions(outcome, plan)

    @task(pool=WAREHOUSE_POOL, execution_timeout=LONG_TASK)
    @readable
    def backtest(plan: dict[str, Any]) -> list[str]:
        """Replay earlier dates, if requested. A backtest that is impossible is reported and does not stop the run."""
        count = get_current_context()["params"]["backtest_origins"]
        if not count:
            return say(["No backtest requested (backtest_origins is 0)."])
        from pipeline import stages
        from warehouse.base.errors import ClienteleError

        try:
            reports = stages.backtest(*run_of(plan), count)
        except ClienteleError as error:
            return say([f"No backtest: {error}"])
        return say(line for report in reports for line in (f"{report.job}:", *report.lines()))

    # Skipped questions must not skip this task.
    @task(outlets=[MODELS], trigger_rule="none_failed")
    @readable
    def announce(plan: dict[str, Any]) -> None:
        """Announce the trained models, which starts scoring."""
        hand_over(MODELS, plan)

    planned = plan()
    with TaskGroup("jobs", group_display_name="Train every job", prefix_group_id=False) as training:
        jobs = [train.override(task_id=f"train_{job}")(planned, job) for job in JOBS]
    asked = approval.partial(plan=planned).expand_kwargs(jobs[0].concat(*jobs[1:]))
    tested = backtest(planned)
    training >> tested
    [tested, asked] >> announce(planned)


thinned(train_models())
