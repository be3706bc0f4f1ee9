"""# Absorb arrivals

**Purpose.** Lands what arrives for the watched source and shows it beside the live version within seconds (page
*Overview*, *Since then*; `since.summary` at the prompt of `make sql`), also while a run is under way; then starts a
run that takes it into the marts.

**Inputs.** The watched folder of the source `CLIENTELE_WATCHED_SOURCE` names (docs/arrival.md).

**Outputs.** `var/landing/<source>/`, `var/published/since.duckdb`; the asset **landed**, which starts
`ingest_sources`, unless a run is under way: when that has published, this DAG runs again.

**When it fails.** What has landed stays landed, and what has not stays where it is; the next run goes on from there.

- `absorb`: the source is wrong, or the watched folder cannot be read → the log says what; correct it, trigger again.
- A file that is refused fails nothing: it is moved to `.refused` in the watched folder, with the reason beside it.
- `announce` is *skipped*: nothing has arrived that a run has not seen, a run is under way, or the source's runs
  start by the clock (`CLIENTELE_SCHEDULE`).
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task
from alerting import alert_run_failure
from forms import LATEST, source_field
from waiting import others_work
from watching import arrived, watched_source
from wiring import DEFAULT_ARGS, LANDED, readable, tell


@dag(
    dag_id="absorb_arrivals",
    dag_display_name="Absorb what arrives",
    doc_md=__doc__,
    # Whenever something has arrived for the watched source, or another version has gone live; without one, by hand.
    schedule=[arrived()],
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_run_failure,
    params={"source": source_field(watched_source() or LATEST)},
    tags=["ingest"],
)
def absorb_arrivals() -> None:
    @task
    @readable
    def absorb() -> dict[str, Any]:
        """Land what has arrived, and show it beside the live version."""
        from pipeline import stages
        from warehouse.base.settings import Settings

        settings = Settings()
        absorbed = stages.absorb(settings, settings.watched_source or get_current_context()["params"]["source"])
        tell(absorbed.lines())
        by_the_clock = absorbed.source in settings.schedules
        return {"source": absorbed.source, "calls_for_a_run": absorbed.calls_for_a_run and not by_the_clock}

    @task(outlets=[LANDED])
    @readable
    def announce(absorbed: dict[str, Any]) -> None:
        """Start a run, unless one is under way."""
        from airflow.sdk.exceptions import AirflowSkipException

        from warehouse.runs.dag_ids import PIPELINE_DAGS

        if not absorbed["calls_for_a_run"] or others_work(list(PIPELINE_DAGS), {}):
            raise AirflowSkipException("Nothing that a run has not seen, or a run is under way.")
        get_current_context()["outlet_events"][LANDED].extra = {"source": absorbed["source"]}

    announce(absorb())


absorb_arrivals()
