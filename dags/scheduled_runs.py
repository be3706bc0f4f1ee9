"""# Scheduled runs

**Purpose.** Starts runs of the pipeline by the clock: one DAG `schedule_<source>` for each entry of
`CLIENTELE_SCHEDULE` (docs/arrival.md), in the time zone of the source.

**Inputs.** The setting.

**Outputs.** A run of `ingest_sources` for the source; the DAGs after it follow.

**When it fails.** `ingest_sources` could not be started: is it there, and without import errors? What the run itself
meets, its own DAGs say.
"""

from __future__ import annotations

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, CronTriggerTimetable
from alerting import alert_run_failure
from wiring import DEFAULT_ARGS, WAIT


def scheduled_dags() -> dict[str, DAG]:
    """The DAGs that the setting asks for, by their ids."""
    from warehouse.base.settings import Settings
    from warehouse.source_definitions.folders import load_source

    settings = Settings()
    made = (scheduled(name, cron, load_source(settings, name).time_zone) for name, cron in settings.schedules.items())
    return {dag.dag_id: dag for dag in made}


def scheduled(source: str, cron: str, time_zone: str) -> DAG:
    """One DAG."""
    with DAG(
        dag_id=f"schedule_{source}",
        dag_display_name=f"By the clock: {source}",
        doc_md=__doc__,
        # As CLIENTELE_SCHEDULE says, by the clock of the shop. Airflow makes up for the newest time that was missed.
        schedule=CronTriggerTimetable(cron, timezone=time_zone),
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULT_ARGS,
        on_failure_callback=alert_run_failure,
        tags=["ingest"],
    ) as dag:
        TriggerDagRunOperator(
            task_id="start",
            doc_md="Start a run of the pipeline.",
            trigger_dag_id="ingest_sources",
            conf={"source": source},
            # Until it has ended, in the triggerer: a time that comes meanwhile is left out, or runs would queue up.
            wait_for_completion=True,
            deferrable=True,
            poke_interval=15,
            allowed_states=["success", "failed"],
            failed_states=[],
            execution_timeout=WAIT,
        )
    return dag


globals().update(scheduled_dags())
