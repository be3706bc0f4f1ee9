"""# Roll back what is published

**Purpose.** Makes a former version of the published warehouse live again. Models and build files do not change, and
the next pipeline run publishes as usual.

**Inputs.** The versions kept in `var/published/versions` (`make versions` lists them).

**Outputs.** `var/published/clientele.duckdb` and `var/published/parquet` are those of the requested version;
`quality.pipeline_runs` and `quality.publications` in it have the time, the user and the reason; an event of the asset
**published_warehouse**.

**When it fails.** The live version stays live.

- *There is no version …*: it was deleted, or the name is wrong → `make versions`.
- *… is live already*, *no version before the live one*: there is no version to go back to → name another one.
- *Rolling back to … failed*: the version's file is damaged, or the disk is full → see the log.
- *Another process is publishing*: it retries by itself.
"""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task
from alerting import alert_run_failure
from forms import rollback_form
from wiring import DEFAULT_ARGS, PUBLISHED_WAREHOUSE, WAREHOUSE_POOL, readable, say


@dag(
    dag_id="rollback_published",
    dag_display_name="Roll back what is published",
    doc_md=__doc__,
    # Only by hand: a rollback is a user's decision.
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_run_failure,
    params=rollback_form(),
    tags=["publish"],
)
def rollback_published() -> None:
    @task(pool=WAREHOUSE_POOL, outlets=[PUBLISHED_WAREHOUSE])
    @readable
    def roll_back() -> list[str]:
        """Switch to the version in one atomic step; its tables record who did so and why."""
        from warehouse.base.settings import Settings
        from warehouse.publishing.rollback import roll_back as switch_back

        context = get_current_context()
        wanted, run = context["params"], context["dag_run"]
        person = getattr(run, "triggering_user_name", None) or "somebody in Airflow"
        report = switch_back(Settings(), wanted["version"] or None, person, wanted["reason"] or "")
        context["outlet_events"][PUBLISHED_WAREHOUSE].extra = {"version": report.live.published_version}
        return say([report.in_words()])

    roll_back()


rollback_published()
