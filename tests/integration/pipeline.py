"""The pipeline's stages in order, as the DAGs call them, without Airflow."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from expectations.gates import run_gate
from ml.lifecycle.scoring import score
from ml.lifecycle.training import TrainingOutcome, train
from warehouse.base.connections import open_build_file, open_published
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import IngestReport, ingest_source
from warehouse.marts import dbt
from warehouse.marts.build import build_marts
from warehouse.publishing.publish import publish
from warehouse.runs.planning import RunPlan, plan_run

JOBS = ("segmentation", "churn", "clv", "contract_churn")


def day(plan: RunPlan) -> date:
    """The plan's as-of date."""
    return date.fromisoformat(plan.as_of_date)


def ingest(settings: Settings, source: str, given: Path | None = None, as_of: str | None = None):
    """Land, load, plan and check raw."""
    if given is not None:
        land_input(settings, source, given)
    report: IngestReport = ingest_source(settings, source)
    plan = plan_run(settings, source, as_of)
    run_gate(settings, source, "raw", day(plan), plan.pipeline_run_id)
    return report, plan


def build(settings: Settings, plan: RunPlan) -> None:
    """Build and check the marts."""
    build_marts(settings, plan.source, plan.as_of_date)
    run_gate(settings, plan.source, "marts", day(plan), plan.pipeline_run_id)


def train_all(settings: Settings, plan: RunPlan, **options: bool) -> dict[str, TrainingOutcome]:
    """Train the four jobs."""
    return {job: train(settings, job, plan.source, day(plan), **options) for job in JOBS}


def score_and_publish(settings: Settings, plan: RunPlan) -> None:
    """Score, check, activate, publish."""
    for job in JOBS:
        score(settings, job, plan.source, day(plan))
    run_gate(settings, plan.source, "scores", day(plan), plan.pipeline_run_id)
    dbt.build(settings, plan.source, plan.as_of_date, dbt.ACTIVATION_SELECTION)
    run_gate(settings, plan.source, "activation", day(plan), plan.pipeline_run_id)
    publish(settings, plan.source, plan.as_of_date, plan.pipeline_run_id)


def run_all(settings: Settings, source: str, given: Path | None = None, as_of: str | None = None):
    """Landing to published."""
    report, plan = ingest(settings, source, given, as_of)
    build(settings, plan)
    outcomes = train_all(settings, plan)
    score_and_publish(settings, plan)
    return report, plan, outcomes


def published(settings: Settings, query: str) -> list[tuple]:
    """What a reader gets."""
    with open_published(settings) as connection:
        return connection.execute(query).fetchall()


def in_build_file(settings: Settings, source: str, query: str) -> list[tuple]:
    """What stands in the build file."""
    with open_build_file(settings, source, read_only=True) as connection:
        return connection.execute(query).fetchall()


def content_hashes(settings: Settings, schemas: tuple[str, ...] = ("marts", "scores")) -> dict[str, str]:
    """A hash of each published table's rows, whatever their order; times of computing left out."""
    hashes = {}
    with open_published(settings) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where list_contains(?, schema_name) order by all",
            [list(schemas)],
        ).fetchall()
        for schema, table in tables:
            columns = [row[0] for row in connection.execute(f"describe {schema}.{table}").fetchall()]
            kept = ", ".join(f'"{column}"' for column in columns if column != "scored_at")
            rows = connection.execute(f"select {kept} from {schema}.{table}").fetchall()
            hashes[f"{schema}.{table}"] = hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()
    return hashes
