"""Buttons on the pages of tasks: which tasks have them, and where they lead."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

WITH_BUTTONS = {
    "ingest_sources": {"check_raw"},
    "build_marts": {"check_marts"},
    "score_customers": {"check_scores", "check_activation", "publish"},
    "backfill_scores": {"check_activation", "publish"},
}
BUTTONS = {"Why this model", "Summary of this run", "Data Docs", "Dashboard"}


@pytest.mark.parametrize("dag_id", WITH_BUTTONS)
def test_gates_and_publications_have_buttons(dags: dict[str, Any], dag_id: str) -> None:
    tasks = {task.task_id for task in dags[dag_id].tasks if buttons(task) == BUTTONS}
    assert tasks == WITH_BUTTONS[dag_id]


def test_every_training_has_buttons(dags: dict[str, Any]) -> None:
    from warehouse.jobs.registry import trained_jobs

    tasks = {task.task_id for task in dags["train_models"].tasks if buttons(task) == BUTTONS}
    assert tasks == {f"train_{job}" for job in trained_jobs()}


def test_airflow_keeps_the_buttons_with_the_dag(dags: dict[str, Any]) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    kept = DagSerialization.from_dict(DagSerialization.to_dict(dags["score_customers"]))
    links = {link.name: link.xcom_key for link in kept.get_task("publish").operator_extra_links}
    assert set(links) == BUTTONS
    assert links["Summary of this run"] == "page_summary_of_this_run"


def test_a_button_leads_where_the_task_has_said(dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import linking

    kept: dict[str, str] = {}
    task = SimpleNamespace(
        task_id="publish",
        map_index=-1,
        xcom_push=kept.__setitem__,
        xcom_pull=lambda *, task_ids, key, map_indexes: kept.get(key) if task_ids == "publish" else None,
    )
    monkeypatch.setattr(linking, "get_current_context", lambda: {"ti": task})
    linking.lead_to(linking.SUMMARY, "http://127.0.0.1:8080/documents/runs/v1.html")
    linking.lead_to(linking.DASHBOARD, "")
    found = {name: linking.PageLink(name).get_link(None, ti_key=task) for name in BUTTONS}
    assert found.pop("Summary of this run") == "http://127.0.0.1:8080/documents/runs/v1.html"
    assert set(found.values()) == {""}


def test_documents_have_an_address_only_where_a_browser_reaches_them(dag_bag: Any, airflow_home: Path) -> None:
    import wiring

    assert wiring.document("runs/v1.html") == ""
    file = airflow_home / "run" / "addresses.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"airflow_port": 8081, "mlflow_port": 5001}))
    try:
        assert wiring.document("runs/v1.html") == "http://127.0.0.1:8081/documents/runs/v1.html"
    finally:
        file.unlink()


def buttons(task: Any) -> set[str]:
    return {link.name for link in task.operator_extra_links}
