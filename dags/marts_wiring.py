"""How build_marts shows dbt: one task runs it, and one task per model shows the model's state."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from airflow.sdk import TriggerRule, get_current_context
from cosmos.airflow.task_group import DbtTaskGroup
from cosmos.config import ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import DbtResourceType, LoadMode, TestBehavior
from graph import layer_group
from model_progress import ModelProgress
from wiring import LONG_TASK

if TYPE_CHECKING:
    from warehouse.base.settings import Settings

DBT_TASK_ID = "run_dbt"


def outcomes_shown(settings: Settings) -> AbstractContextManager[Callable[[Any], None]]:
    """A handler of dbt's events that records each finished model for the task that shows it."""
    from pipeline.dbt_progress import outcomes_written, progress_file, progress_folder

    return outcomes_written(progress_file(progress_folder(settings), get_current_context()["run_id"]))


def dbt_models() -> DbtTaskGroup:
    """Return the task group of dbt's models, from the manifest that dbt writes before Airflow starts."""
    from pipeline.dbt_progress import progress_folder
    from warehouse.base.definitions import DBT_PROJECT
    from warehouse.base.settings import Settings
    from warehouse.marts.dbt import MART_SELECTION
    from warehouse.marts.project_graph import graph_manifest

    settings = Settings()
    folder = str(progress_folder(settings))

    def show(**given: Any) -> ModelProgress:
        return _show(folder=folder, **given)

    return DbtTaskGroup(
        group_id="dbt",
        tooltip="The state of each dbt model, by layer. run_dbt runs them all.",
        project_config=ProjectConfig(
            manifest_path=graph_manifest(settings),
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
            node_converters={DbtResourceType.MODEL: show, DbtResourceType.SEED: show},
        ),
    )


def _show(*, folder: str, node: Any, task_id: str, dag: Any, task_group: Any, **_: Any) -> ModelProgress:
    return ModelProgress(
        task_id=task_id,
        dag=dag,
        task_group=layer_group(node, dag, task_group),
        unique_id=node.unique_id,
        folder=folder,
        dbt_task_id=DBT_TASK_ID,
        # All wait from the start: dbt determines the order of the models, the arrows only show it.
        trigger_rule=TriggerRule.ALWAYS,
        retries=0,
        # The task that runs dbt raises the alert for all of them.
        on_failure_callback=None,
        execution_timeout=LONG_TASK * 4,
    )
