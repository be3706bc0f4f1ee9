"""Whom the tasks of a backfill wait for: other runs, and earlier dates of their own."""

from __future__ import annotations

import importlib
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import TaskDeferred
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

pytestmark = pytest.mark.usefixtures("dag_bag")


def is_looked_at(put_off: TaskDeferred, ti: SimpleNamespace | None, *, free: bool) -> None:
    """The triggerer makes the trigger anew from what was stored, and sees what the task saw."""
    path, arguments = put_off.trigger.serialize()
    module, name = path.rsplit(".", 1)
    trigger = getattr(importlib.import_module(module), name)(**json.loads(json.dumps(arguments)))
    trigger._task_instance = ti
    assert trigger.is_free() is free
    assert put_off.method_name == "execute"
    assert put_off.timeout > timedelta(minutes=1)


@pytest.mark.parametrize(("building", "working", "expected"), [(0, 0, False), (1, 0, True), (0, 1, True)])
def test_it_waits_for_runs_that_build_or_need_the_marts(
    monkeypatch: pytest.MonkeyPatch, building: int, working: int, expected: bool
) -> None:
    import backfill_wiring

    def count_of_runs(*, dag_id: str, states: list[str]) -> int:
        assert "running" in states
        return working if dag_id in ("train_models", "score_customers") else 0

    def count_of_tasks(*, dag_id: str, task_ids: list[str], states: list[str]) -> int:
        assert (dag_id, "plan" in task_ids, "running" in states) == ("build_marts", False, True)
        return building

    monkeypatch.setattr(RuntimeTaskInstance, "get_dr_count", count_of_runs)
    monkeypatch.setattr(RuntimeTaskInstance, "get_ti_count", count_of_tasks)
    if not expected:
        return backfill_wiring.wait_for_the_marts()
    with pytest.raises(TaskDeferred) as put_off:
        backfill_wiring.wait_for_the_marts()
    return is_looked_at(put_off.value, None, free=False)


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        ("success", "success", False),
        ("success", "up_for_retry", True),
        ("failed", "success", False),
        (None, None, True),
    ],
)
def test_a_date_comes_in_its_turn(monkeypatch: pytest.MonkeyPatch, first: str, second: str, waits: bool) -> None:
    import backfill_wiring

    states = {"reprocess_0": first, "reprocess_1": second, "reprocess_2": "running", "reprocess_3": None}
    ti = SimpleNamespace(dag_id="backfill_scores", task_id="reprocess", run_id="run", map_index=2)
    found = {"run": states}
    monkeypatch.setattr(
        RuntimeTaskInstance, "get_task_states", lambda **asked: found if asked["run_ids"] == ["run"] else {}
    )
    monkeypatch.setattr(backfill_wiring, "get_current_context", lambda: {"ti": ti})
    if not waits:
        return backfill_wiring.wait_for_earlier_dates()
    with pytest.raises(TaskDeferred) as put_off:
        backfill_wiring.wait_for_earlier_dates()
    is_looked_at(put_off.value, ti, free=False)
    states.update(reprocess_0="success", reprocess_1="failed")
    return is_looked_at(put_off.value, ti, free=True)
