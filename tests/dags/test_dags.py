"""The structure of the DAGs: what exists, in which order, with which limits, and what people see of it."""

from __future__ import annotations

import ast
import copy
import importlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from warehouse.base.settings import CHECKOUT, Settings
from warehouse.source_definitions.folders import source_names

PIPELINE = ["ingest_sources", "build_marts", "train_models", "score_customers"]
DAG_IDS = [*PIPELINE, "absorb_arrivals", "backfill_scores", "rollback_published"]
DAGS = CHECKOUT / "dags"
OURS = ("warehouse", "ml", "expectations", "pipeline")
# Tasks that do not open a build file.
WITHOUT_POOL = {
    *(("train_models", "announce"), ("train_models", "approval.ask"), ("backfill_scores", "dates")),
    *(("absorb_arrivals", "absorb"), ("absorb_arrivals", "announce")),  # beside a run that is under way
}


def real_tasks(dag: Any) -> list[Any]:
    """The tasks that run in a process of their own."""
    return [task for task in dag.tasks if task.task_type != "ModelProgress"]


def described(task: Any) -> str | None:
    """What people read of a task: a function's docstring, or an operator's own page."""
    return task.python_callable.__doc__ if hasattr(task, "python_callable") else task.doc_md


def test_all_dags_are_read_without_errors(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}
    assert set(dag_bag.dags) == set(DAG_IDS)


def test_each_dag_comes_from_the_file_of_its_name(dags: dict[str, Any]) -> None:
    assert {Path(dag.fileloc).stem: dag_id for dag_id, dag in dags.items()} == {name: name for name in DAG_IDS}


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_page_in_the_ui(dags: dict[str, Any], dag_id: str) -> None:
    page = dags[dag_id].doc_md
    for heading in ("**Purpose.**", "**Inputs.**", "**Outputs.**", "**When it fails.**"):
        assert heading in page
    assert [task.task_id for task in real_tasks(dags[dag_id]) if not described(task)] == []


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_tags_are_of_the_closed_list(dags: dict[str, Any], dag_id: str) -> None:
    import wiring

    assert dags[dag_id].tags
    assert set(dags[dag_id].tags) <= set(wiring.TAGS)


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_one_run_at_a_time_and_none_from_the_past(dags: dict[str, Any], dag_id: str) -> None:
    assert dags[dag_id].max_active_runs == 1
    assert dags[dag_id].catchup is False


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_every_task_has_retries_and_a_time_limit(dags: dict[str, Any], dag_id: str) -> None:
    assert [task.task_id for task in real_tasks(dags[dag_id]) if not task.retries] == []
    assert [task.task_id for task in dags[dag_id].tasks if not task.execution_timeout] == []


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_every_task_that_opens_a_build_file_is_alone_but_trainings(dags: dict[str, Any], dag_id: str) -> None:
    opening = [task for task in real_tasks(dags[dag_id]) if (dag_id, task.task_id) not in WITHOUT_POOL]
    assert {task.task_id: task.pool for task in opening if task.pool != "warehouse"} == {}
    slots = json.loads((DAGS / "pools.json").read_text())["warehouse"]["slots"]
    beside_others = {task.task_id for task in opening if task.pool_slots < slots}
    assert beside_others == {task.task_id for task in opening if task.task_id.startswith("train_")}
    assert all(task.pool_slots <= slots for task in opening)


def test_with_one_thread_a_training_is_alone_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import wiring

    monkeypatch.setenv("CLIENTELE_THREADS", "1")
    assert wiring.training_slots() == wiring.WAREHOUSE_SLOTS
    monkeypatch.setenv("CLIENTELE_THREADS", "2")
    assert wiring.training_slots() < wiring.WAREHOUSE_SLOTS


def test_assets_chain_the_dags(dags: dict[str, Any]) -> None:
    from airflow.sdk import PartitionedAssetTimetable

    produced = {dag_id: {outlet.name for task in dag.tasks for outlet in task.outlets} for dag_id, dag in dags.items()}
    assert produced == {
        "absorb_arrivals": {"landed"},
        "ingest_sources": {"raw"},
        "build_marts": {"marts"},
        "train_models": {"models"},
        "score_customers": {"published_warehouse"},
        "backfill_scores": {"published_warehouse"},
        "rollback_published": {"published_warehouse"},
    }
    awaited = {
        dag_id: {dag.timetable.asset_condition.name}
        for dag_id, dag in dags.items()
        if isinstance(dag.timetable, PartitionedAssetTimetable)
    }
    assert [asset.name for asset in dags["ingest_sources"].timetable.asset_condition.objects] == ["landed"]
    assert awaited == {"build_marts": {"raw"}, "train_models": {"marts"}, "score_customers": {"models"}}


def test_an_asset_is_announced_by_the_last_task(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        [announcing] = [task for task in dag.tasks if task.outlets]
        assert announcing.downstream_task_ids == set()
        assert announcing.get_flat_relative_ids(upstream=True) >= {task.task_id for task in real_tasks(dag)} - {
            announcing.task_id
        }


def test_what_arrives_is_watched_where_the_setting_names_a_source(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    [asset] = dags["absorb_arrivals"].timetable.asset_condition.objects
    assert asset.watchers == []  # by hand
    monkeypatch.setenv("CLIENTELE_WATCHED_SOURCE", "cdnow")
    import watching

    [watcher] = watching.arrived().watchers
    name, given = watcher.trigger.serialize()
    module, _, called = name.rpartition(".")
    assert given == {"source": "cdnow"}
    assert getattr(importlib.import_module(module), called)(**given).source == "cdnow"  # as the triggerer finds it


def test_rows_are_not_loaded_between_a_build_and_its_gate(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import wiring
    from airflow.sdk.exceptions import TaskDeferred

    asked: list[list[str]] = []
    monkeypatch.setattr(wiring, "others_work", lambda dag_ids, _tasks: asked.append(dag_ids) or True)
    with pytest.raises(TaskDeferred):
        dags["ingest_sources"].get_task("load").python_callable()
    assert asked == [["build_marts"]]


def test_a_source_runs_by_the_clock_where_the_setting_says_so(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk import CronTriggerTimetable

    monkeypatch.setenv("CLIENTELE_SCHEDULE", "cdnow: 0 5 * * *; ibm_telco: @weekly")
    monkeypatch.setenv("CLIENTELE_TIME_ZONE", "Europe/Berlin")
    import scheduled_runs

    made = scheduled_runs.scheduled_dags()
    assert made.keys() == {"schedule_cdnow", "schedule_ibm_telco"}
    dag = made["schedule_cdnow"]
    assert dag.timetable == CronTriggerTimetable("0 5 * * *", timezone="Europe/Berlin")
    [start] = dag.tasks
    assert (start.trigger_dag_id, start.conf) == ("ingest_sources", {"source": "cdnow"})
    assert start.retries and start.execution_timeout and start.doc_md and not dag.catchup


ORDER = {
    "absorb_arrivals": ["absorb", "announce"],
    "ingest_sources": ["load", "plan", "check_raw"],
    "build_marts": ["plan", "resolve_identities", "run_dbt", "check_marts"],
    "train_models": ["plan", "train_churn", "approval.ask", "approval.carry_out", "announce"],
    "score_customers": ["plan", "score", "check_scores", "activate", "check_activation", "audiences", "publish"],
    "backfill_scores": ["plan", "dates", "reprocess", "restore", "check_activation", "publish"],
}


@pytest.mark.parametrize("dag_id", ORDER)
def test_gates_and_publishing_come_after_the_work(dags: dict[str, Any], dag_id: str) -> None:
    dag = dags[dag_id]
    for earlier, later in zip(ORDER[dag_id], ORDER[dag_id][1:], strict=False):
        assert earlier in dag.get_task(later).get_flat_relative_ids(upstream=True)


def test_every_job_is_trained(dags: dict[str, Any]) -> None:
    import wiring

    from warehouse.jobs.registry import trained_jobs

    assert trained_jobs() == wiring.JOBS
    assert {f"train_{job}" for job in trained_jobs()} < set(dags["train_models"].task_ids)


OWN_PARAMETERS = {"train_models": {"roll_back", "backtest_origins", "ask_before_promoting"}}


@pytest.mark.parametrize("dag_id", PIPELINE)
def test_trigger_form(dags: dict[str, Any], dag_id: str) -> None:
    form = dags[dag_id].params
    assert list(form)[:3] == ["source", "as_of_date", "force_retrain"]
    assert set(list(form)[3:]) <= OWN_PARAMETERS.get(dag_id, set())
    assert ("roll_back" in form) == (dag_id == "train_models")
    choices = form.get_param("source").schema["enum"]
    known = list(source_names(Settings()))
    assert choices == (known if dag_id == "ingest_sources" else ["latest", *known])
    form.validate()
    form.update({"as_of_date": "2011-12-10"})
    form.validate()
    with pytest.raises(Exception, match="tomorrow"):
        form.update({"as_of_date": "tomorrow"})
        form.validate()


def test_a_person_is_asked_about_every_job_and_only_then_is_scoring_called(dags: dict[str, Any]) -> None:
    import wiring

    dag = dags["train_models"]
    ask, announce = dag.get_task("approval.ask"), dag.get_task("announce")
    assert {f"train_{job}" for job in wiring.JOBS} <= ask.get_flat_relative_ids(upstream=True)
    assert "approval.carry_out" in announce.upstream_task_ids
    assert announce.trigger_rule.value == "none_failed"  # skipped when nobody is asked
    # The answer that counts when nobody gives one: nothing changes; and it comes before the next day's run.
    assert (ask.defaults, ask.response_timeout) == (["Reject"], wiring.ANSWER_WITHIN)
    assert timedelta(days=1) > wiring.ANSWER_WITHIN
    assert dags["build_marts"].get_task("plan").execution_timeout > wiring.ANSWER_WITHIN
    said = f"{wiring.ANSWER_WITHIN.total_seconds() / 3600:.0f} hours"
    assert said in dag.doc_md
    assert said in (CHECKOUT / "docs" / "approval-and-rollback.md").read_text(encoding="utf-8")


def test_a_backfill_goes_date_by_date_always_comes_back_and_publishes_only_if_all_passed(dags: dict[str, Any]) -> None:
    dag = dags["backfill_scores"]
    reprocess, restore, publish = (dag.get_task(name) for name in ("reprocess", "restore", "publish"))
    assert reprocess.max_active_tis_per_dagrun == 1
    # Even after a date has failed; not where the range made no sense.
    assert restore.trigger_rule.value == "all_done_min_one_success"
    assert restore.upstream_task_ids == {"plan", "reprocess"}  # its rule counts each of them
    assert publish.trigger_rule.value == "all_success"
    # Not only after check_activation: restore runs although a date has failed.
    assert publish.upstream_task_ids == {"reprocess", "check_activation"}
    assert "restore" in publish.get_flat_relative_ids(upstream=True)


def test_form_of_a_backfill(dags: dict[str, Any]) -> None:
    form = dags["backfill_scores"].params
    assert list(form) == ["source", "first_date", "last_date", "step_days"]
    form.update({"first_date": "2011-12-01", "last_date": "2011-12-10"})
    form.validate()
    for wrong in ({"first_date": "tomorrow"}, {"last_date": None}, {"step_days": 0}):
        with pytest.raises(Exception, match="Invalid input"):
            copy.deepcopy(form).update(wrong)


def test_asking_is_off_unless_the_setting_says_otherwise(dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from forms import training_form

    assert training_form()["ask_before_promoting"].resolve() is False
    monkeypatch.setenv("CLIENTELE_PROMOTION_NEEDS_APPROVAL", "true")
    assert training_form()["ask_before_promoting"].resolve() is True


def test_every_model_of_the_marts_is_seen(dags: dict[str, Any], airflow_home: Path) -> None:
    from warehouse.marts.dbt import MART_SELECTION

    manifest = json.loads((airflow_home / "dbt" / "graph" / "manifest.json").read_text())
    folders = tuple(path.removeprefix("path:") + "/" for path in MART_SELECTION)
    expected = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed") and node["original_file_path"].startswith(folders)
    }
    shown = {task.task_id: task for task in dags["build_marts"].tasks if task.task_type == "ModelProgress"}
    assert {task_id.rsplit(".", 1)[1] for task_id in shown} == expected
    before = shown["dbt.marts.customer_rfm"].get_flat_relative_ids(upstream=True)
    assert "dbt.marts.customer_features" in before
    # A retry or a rule that waits could hold a run up: dbt alone decides the order.
    assert {(task.retries, task.trigger_rule.value, task.start_from_trigger) for task in shown.values()} == {
        (0, "always", True)
    }


def test_dag_files_are_wiring() -> None:
    for name in DAG_IDS:
        text = (DAGS / f"{name}.py").read_text()
        assert len(text.splitlines()) <= 120
        tree = ast.parse(text)
        imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
        assert not imported & set(DAG_IDS), "no DAG file imports another"
        ours = [module for module in imported if (module or "").split(".")[0] in OURS]
        assert ours == [], "what a task calls is imported inside the task"
        assert re.search(r"# [A-Z].*\n *schedule=", text), "a comment in plain English stands above the schedule"
        assert not name.startswith("dbt_")


def test_shared_wiring_is_not_read_as_a_dag() -> None:
    ignored = set((DAGS / ".airflowignore").read_text().splitlines())
    found = {path.stem for path in DAGS.glob("*.py") if path.name not in ignored}
    assert found == {*DAG_IDS, "scheduled_runs"}  # the last has a DAG for each entry of the setting


def test_timetable_lists_every_dag() -> None:
    timetable = (DAGS / "README.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", timetable, re.MULTILINE) == DAG_IDS


def test_no_task_waits_by_looking_again_and_again_from_a_slot(dags: dict[str, Any]) -> None:
    """What reschedules itself can lose its attempts (dags/waiting.py)."""
    rescheduling = {
        f"{dag_id}.{task.task_id}"
        for dag_id, dag in dags.items()
        for task in dag.tasks
        if getattr(task, "reschedule", False) or getattr(task, "mode", "") == "reschedule"
    }
    assert rescheduling == set()
    waiting = {f"{dag_id}.{task.task_id}" for dag_id, dag in dags.items() for task in dag.tasks if waits(task)}
    assert waiting == {"ingest_sources.load", "build_marts.plan", "backfill_scores.plan", "backfill_scores.reprocess"}


def waits(task: Any) -> bool:
    return any(kind.__name__ == "WaitingOperator" for kind in getattr(task, "operator_class", type(task)).__mro__)
