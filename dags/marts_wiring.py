"""How the DAGs run dbt, and how build_marts shows it: one dbt process, and one task per model that takes its state."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable
from typing import Any

from airflow.sdk import TriggerRule, get_current_context
from cosmos.airflow.task_group import DbtTaskGroup
from cosmos.config import ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import DbtResourceType, LoadMode, TestBehavior
from model_progress import ModelProgress, append_outcome, progress_file
from wiring import LONG_TASK, say

DBT_TASK_ID = "run_dbt"


def run_dbt(plan: dict[str, Any], selection: tuple[str, ...]) -> str:
    """Build the selected seeds and models with their tests, and record each outcome as it comes.

    dbt runs inside the process of its task: the libraries are loaded there already, and the build file is free again
    when the task ends. Unit tests are left out: they test the code, not the data, and `make test` runs them.

    Raises
    ------
    DbtFailed
        With the nodes that failed, in dbt's words.
    """
    from warehouse.base.settings import Settings
    from warehouse.marts.dbt import planned_build

    with planned_build(Settings(), plan["source"], plan["as_of_date"], selection) as increment:
        say([increment.reason])
        results = _invoke_dbt(plan, [*increment.dbt_arguments, "--select", *selection])
        warnings = _record_warnings(plan, selection, results)
        told = f"{len(results)} models, seeds and tests"
        return "\n".join(say([*(f"Warning: {words}" for words in warnings), told]))


def _record_warnings(plan: dict[str, Any], selection: tuple[str, ...], results: list[Any]) -> list[str]:
    """Put what dbt's tests warn of beside the warnings of the gates; return it in words."""
    from warehouse.base.connections import open_build_file
    from warehouse.base.settings import Settings
    from warehouse.marts.dbt_warnings import DbtWarning, record_dbt_warnings

    warnings = [
        DbtWarning(result.node.name, getattr(result.node, "description", ""), result.failures or 0)
        for result in results
        if result.status == "warn"
    ]
    with open_build_file(Settings(), plan["source"]) as connection:
        record_dbt_warnings(
            connection,
            warnings,
            pipeline_run_id=plan["pipeline_run_id"],
            as_of_date=plan["as_of_date"],
            selection=" ".join(selection),
        )
    return [f"{warning.test}: {warning.row_count:,} rows" for warning in warnings]


def _invoke_dbt(plan: dict[str, Any], arguments: list[str]) -> list[Any]:
    from dbt.cli.main import dbtRunner

    from warehouse.base.connections import refuse_if_held
    from warehouse.base.definitions import DBT_PROJECT
    from warehouse.base.errors import DbtFailed
    from warehouse.base.settings import Settings
    from warehouse.marts.dbt import dbt_environment
    from warehouse.marts.parsed_project import parsed_file, parsed_project

    os.environ.update(dbt_environment(Settings(), plan["source"]))
    command = ["--no-use-colors", "build", "--project-dir", str(DBT_PROJECT), "--exclude-resource-type", "unit_test"]
    variables = {"as_of_date": plan["as_of_date"]}
    command += ["--vars", json.dumps(variables), *arguments]
    try:
        manifest = parsed_project(parsed_file(Settings(), plan["source"]), variables)
        done = dbtRunner(manifest, callbacks=[_recorder()]).invoke(command)
    finally:
        _let_go_of_the_file()
    results = getattr(done.result, "results", [])
    if done.success:
        return results
    failed = [result for result in results if result.status in ("error", "fail", "runtime error")]
    words = [f"{result.node.name}: {result.message}" for result in failed] or [str(done.exception)]
    refuse_if_held(Settings().build_file(plan["source"]), "\n".join(words))
    raise DbtFailed(
        f"dbt stopped: {len(failed)} of {len(results)} models, seeds and tests failed.\n" + "\n".join(words),
        "Mend the model or the data; then clear this task with its downstream tasks.",
    )


def _let_go_of_the_file() -> None:
    """Close dbt's connection, which would be held as long as this process lives, and give its semaphores back.

    The process of a task ends without ceremony; semaphores that dbt still holds would be told in red as leaked.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    DuckDBConnectionManager.close_all_connections()
    reset_adapters()
    gc.collect()


def _recorder() -> Callable[[Any], None]:
    file = progress_file(_folder(), get_current_context()["run_id"])
    return lambda event: append_outcome(file, event)


def _folder() -> str:
    from warehouse.base.settings import Settings

    return str(Settings().dbt_target_folder / "progress")


def dbt_models() -> DbtTaskGroup:
    """Return the group of dbt's models, drawn from the manifest that dbt writes before Airflow starts."""
    from warehouse.base.definitions import DBT_PROJECT
    from warehouse.base.settings import Settings
    from warehouse.marts.dbt import MART_SELECTION

    return DbtTaskGroup(
        group_id="dbt",
        project_config=ProjectConfig(
            manifest_path=Settings().dbt_target_folder / "graph" / "manifest.json",
            project_name="clientele",
            install_dbt_deps=False,
        ),
        profile_config=ProfileConfig(
            profile_name="clientele", target_name="duckdb", profiles_yml_filepath=DBT_PROJECT / "profiles.yml"
        ),
        execution_config=ExecutionConfig(dbt_project_path=DBT_PROJECT),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=list(MART_SELECTION),
            test_behavior=TestBehavior.NONE,
            normalize_task_id=lambda node: node.name,
            node_converters={DbtResourceType.MODEL: _show, DbtResourceType.SEED: _show},
        ),
    )


def _show(*, node: Any, task_id: str, dag: Any, task_group: Any, **_: Any) -> ModelProgress:
    return ModelProgress(
        task_id=task_id,
        dag=dag,
        task_group=task_group,
        unique_id=node.unique_id,
        folder=_folder(),
        dbt_task_id=DBT_TASK_ID,
        # All wait from the start: dbt keeps the order of the models, the arrows only show it.
        trigger_rule=TriggerRule.ALWAYS,
        retries=0,
        # The task that runs dbt speaks for all of them.
        on_failure_callback=None,
        execution_timeout=LONG_TASK * 4,
    )
