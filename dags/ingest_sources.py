"""# Ingest sources

**Purpose.** Loads the files of one source from the landing folder into the raw tables of its build file. Rows that
break the data contract are quarantined with the reason; a file that was loaded before changes nothing.

**Inputs.** `var/landing/<source>/`, `warehouse/tables/contract.yml`, `warehouse/sources/<source>/`. The sample shop
generates its files itself.

**Outputs.** `raw.*`, `quality.file_loads` and `quality.quarantined_rows` in `var/warehouse/<source>.duckdb`; the
asset **raw**, which starts `build_marts`.

**When it fails.** No later task has run, and the published warehouse is unchanged.

- `load`: no files, an unreadable file, or no orders → the log names file and rule; correct it, trigger again.
- `check_raw`: a critical expectation does not hold → open the Data Docs (`var/docs/validations/index.html`).
- `load`: waits, because the marts of another run are being built → it continues by itself after that.
- any task: the build file is *held by another process* → close that process; the task retries by itself.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task
from alerting import alert_run_failure
from forms import trigger_form
from graph import thinned
from linking import linking_task
from waiting import waiting_task
from wiring import (
    DEFAULT_ARGS,
    LANDED,
    RAW,
    WAIT,
    WAREHOUSE_POOL,
    hand_over,
    pass_gate,
    readable,
    requested,
    say,
    settle_run,
    wait_while_others_work,
)


@dag(
    dag_id="ingest_sources",
    dag_display_name="1 Ingest: start here",
    doc_md=__doc__,
    # Whenever absorb_arrivals has landed files; else a user, `make demo`, `make run` or another system starts it.
    schedule=[LANDED],
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_run_failure,
    params=trigger_form(default_source="sample_shop"),
    tags=["ingest", "quality"],
)
def ingest_sources() -> None:
    # Deferred while marts are built: their gate compares them with the raw rows, which must stay as they are.
    @waiting_task(pool=WAREHOUSE_POOL, execution_timeout=WAIT)
    @readable
    def load() -> list[str]:
        """Load new rows, quarantine invalid ones, skip known ones."""
        from pipeline import stages
        from warehouse.base.settings import Settings

        wait_while_others_work(["build_marts"])
        return say(stages.ingest(Settings(), requested()["source"]).lines())

    @task(pool=WAREHOUSE_POOL)
    @readable
    def plan() -> dict[str, Any]:
        """Determine name and as-of date of the pipeline run; the date may depend on the loaded data."""
        return settle_run()

    @linking_task(pool=WAREHOUSE_POOL, outlets=[RAW])
    @readable
    def check_raw(plan: dict[str, Any]) -> list[str]:
        """Raw gate: counts balance, keys are valid, there are orders."""
        said = pass_gate("raw", plan)
        hand_over(RAW, plan)
        return said

    planned = plan()
    load() >> planned
    check_raw(planned)


thinned(ingest_sources())
