"""A whole run without Airflow, and what a reader gets of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline import stages
from warehouse.base.connections import open_build_file, open_published
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_specs


def run_all(settings: Settings, source: str, given: Path | None = None, as_of: date | None = None):
    """Landing to published: the report of loading, the plan, what came of the trainings."""
    report, plan = stages.ingest_checked(settings, source, given, as_of)
    stages.build_checked(settings, plan)
    outcomes = stages.train_all(settings, plan)
    stages.score_and_publish(settings, plan)
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
    """The number of each published table's rows and the sum of their hashes, whatever their order.

    Times of computing are left out, and the runs of jobs without a model, which are computed each time.
    """
    runs_change = {spec.scores.table for spec in job_specs() if not spec.has_model}
    hashes = {}
    with open_published(settings) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where list_contains(?, schema_name) order by all",
            [list(schemas)],
        ).fetchall()
        for schema, table in tables:
            columns = [row[0] for row in connection.execute(f"describe {schema}.{table}").fetchall()]
            is_run_new = table.removesuffix("_current") in runs_change
            left_out = {"scored_at", "mlflow_run_id"} if is_run_new else {"scored_at"}
            kept = ", ".join(f'"{column}"' for column in columns if column not in left_out)
            [(count, total)] = connection.execute(
                f"select count(*), sum(hash(kept)::hugeint) from (select {kept} from {schema}.{table}) as kept"
            ).fetchall()
            hashes[f"{schema}.{table}"] = f"{count} rows, {total}"
    return hashes
