"""What the DAGs share: whose run it is, what is handed on, how failures are told, how models show their state."""

from __future__ import annotations

import asyncio
import errno
import logging
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.dbt_progress import append_outcome, outcomes_written
from tests.pipeline.test_dbt_progress import finished
from warehouse.base.errors import DbtFailed, GateFailed, WarehouseBusy

pytestmark = pytest.mark.usefixtures("dag_bag")

PLAN = {
    "source": "cdnow",
    "as_of_date": "1998-07-01",
    "pipeline_run_id": "cdnow-1",
    "force_retrain": False,
}


class Outlet:
    """Stands for Airflow's accessor of an outgoing asset event."""

    def __init__(self) -> None:
        self.extra: dict[str, Any] = {}
        self.partitions: list[str] = []

    def add_partitions(self, key: str) -> None:
        self.partitions.append(key)


def in_context(monkeypatch: pytest.MonkeyPatch, **context: Any) -> None:
    import wiring

    monkeypatch.setattr(wiring, "get_current_context", lambda: context)


def test_a_run_by_hand_takes_its_own_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    import wiring

    form = {"source": "files", "as_of_date": None, "force_retrain": True}
    in_context(monkeypatch, triggering_asset_events={}, params=form)
    assert wiring.requested() == {
        "source": "files",
        "as_of_date": None,
        "pipeline_run_id": None,
        "force_retrain": True,
    }


def test_a_triggered_run_takes_those_of_the_event(monkeypatch: pytest.MonkeyPatch) -> None:
    import wiring

    event = SimpleNamespace(extra={name: PLAN[name] for name in wiring.EVENT_FIELDS})
    in_context(monkeypatch, triggering_asset_events={wiring.RAW: [event]}, params={"source": "latest"})
    assert wiring.requested() == {name: PLAN[name] for name in wiring.EVENT_FIELDS}


def test_an_event_from_elsewhere_is_no_run_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    import wiring

    form = {"source": "latest", "as_of_date": None, "force_retrain": False}
    in_context(monkeypatch, triggering_asset_events={wiring.RAW: [SimpleNamespace(extra={})]}, params=form)
    assert wiring.requested()["source"] == "latest"


def test_what_is_handed_on_names_the_run_and_keeps_runs_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    import wiring

    outlet = Outlet()
    in_context(monkeypatch, outlet_events={wiring.RAW: outlet})
    wiring.hand_over(wiring.RAW, PLAN)
    assert outlet.extra == {
        "source": "cdnow",
        "as_of_date": "1998-07-01",
        "pipeline_run_id": "cdnow-1",
        "force_retrain": False,
    }
    assert outlet.partitions == ["cdnow-1"]


def test_a_failure_for_people_is_told_once_and_not_retried(caplog: pytest.LogCaptureFixture) -> None:
    import wiring
    from airflow.sdk.exceptions import AirflowFailException

    @wiring.readable
    def check() -> None:
        raise GateFailed("Two keys are not unique.", "Look at the Data Docs.")

    with caplog.at_level(logging.ERROR), pytest.raises(AirflowFailException, match="Two keys"):
        check()
    [record] = caplog.records
    assert record.name == "clientele"
    assert "Two keys are not unique." in record.message
    assert "Look at the Data Docs." in record.message


def test_a_held_build_file_is_tried_again() -> None:
    import wiring

    @wiring.readable
    def load() -> None:
        raise WarehouseBusy("held")

    with pytest.raises(WarehouseBusy):
        load()


def test_a_fault_of_the_machine_is_told_in_words_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    import wiring

    @wiring.readable
    def load() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "orders.csv")

    with caplog.at_level(logging.ERROR), pytest.raises(OSError, match="No space left"):
        load()
    [record] = caplog.records
    assert record.name == "clientele"
    assert "The disk is full: orders.csv" in record.message
    assert "Free some space" in record.message


def test_an_answer_is_read_with_who_gave_it_and_when() -> None:
    import training_wiring

    at = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    ann = {"id": "7", "name": "ann"}
    payload = {"chosen_options": ["Approve"], "params_input": {"comment": "fine"}, "responded_by_user": ann}
    given = training_wiring.answer_given({**payload, "responded_at": at})
    assert (given.approved, given.by, given.comment, given.at) == (True, "ann", "fine", at)
    assert training_wiring.answer_given({**payload, "responded_at": at.isoformat()}) == given
    rejected = training_wiring.answer_given({**payload, "chosen_options": ["Reject"], "responded_at": at})
    assert not rejected.approved


def test_an_answer_that_nobody_gave_in_time_is_a_rejection_by_nobody() -> None:
    import training_wiring

    payload = {"chosen_options": ["Reject"], "params_input": {"comment": ""}, "responded_by_user": None}
    given = training_wiring.answer_given({**payload, "responded_at": datetime(2026, 7, 1, tzinfo=UTC)})
    assert (given.approved, given.by, given.comment) == (False, "nobody", "")


# --- how models show their state ---


def ended(trigger: Any) -> str:
    """Run a trigger to its event and return the state the task ends in."""

    async def first() -> Any:
        async for event in trigger.run():
            return event
        return None

    return asyncio.run(asyncio.wait_for(first(), timeout=10)).task_instance_state.value


def trigger_for(folder: Path, dbt_state: str) -> Any:
    import model_progress

    trigger = model_progress.ModelTrigger("model.a", str(folder), "run_dbt")
    trigger.task_instance = SimpleNamespace(
        run_id="run", dag_id="build_marts", task_id="dbt.a", get_task_states=lambda **_: {"run": {"run_dbt": dbt_state}}
    )
    return trigger


@pytest.mark.parametrize(
    ("status", "state"), [("success", "success"), ("error", "failed"), ("fail", "failed"), ("skipped", "skipped")]
)
def test_a_model_takes_the_state_that_dbt_gave_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, state: str
) -> None:
    import model_progress

    monkeypatch.setattr(model_progress, "time", SimpleNamespace(time=lambda: 1.0))
    append_outcome(tmp_path / "run.jsonl", finished("model.a", status))
    assert ended(trigger_for(tmp_path, "running")) == state


@pytest.mark.parametrize("dbt_state", ["failed", "upstream_failed"])
def test_a_model_that_dbt_never_reached_does_not_wait_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dbt_state: str
) -> None:
    import model_progress

    monkeypatch.setattr(model_progress, "_LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(model_progress, "_ASK_AIRFLOW_EVERY_SECONDS", 0.02)
    assert ended(trigger_for(tmp_path, dbt_state)) == "skipped"


def test_airflow_is_asked_once_for_all_models_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import model_progress

    monkeypatch.setattr(model_progress, "_LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(model_progress, "_ASK_AIRFLOW_EVERY_SECONDS", 0.1)
    triggers = [trigger_for(tmp_path, "failed") for _ in range(20)]
    asked: list[Any] = []
    for trigger in triggers:
        ask = trigger.task_instance.get_task_states
        trigger.task_instance.get_task_states = lambda ask=ask, **which: asked.append(which) or ask()

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*(anext(trigger.run()) for trigger in triggers))

    assert {event.task_instance_state.value for event in asyncio.run(all_of_them())} == {"skipped"}
    assert len(asked) == 1


@pytest.mark.parametrize("dbt_fails", [True, False])
@pytest.mark.parametrize("known", ["success", None])
def test_a_model_ends_with_dbt_without_a_question_to_airflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dbt_fails: bool, known: str | None
) -> None:
    import model_progress

    monkeypatch.setattr(model_progress, "_LOOK_EVERY_SECONDS", 0.01)
    trigger = trigger_for(tmp_path, "running")

    async def beside_dbt() -> Any:
        waiting = asyncio.create_task(anext(trigger.run()))
        await asyncio.sleep(0)  # it has begun
        with suppress(DbtFailed), outcomes_written(tmp_path / "run.jsonl") as on_event:
            if known:
                on_event(finished("model.a", known))
            if dbt_fails:
                raise DbtFailed("dbt stopped.", "Mend the model.")
        return await asyncio.wait_for(waiting, timeout=10)

    assert asyncio.run(beside_dbt()).task_instance_state.value == (known or "skipped")


def test_the_triggerer_can_load_the_trigger() -> None:
    import model_progress
    from airflow.sdk._shared.module_loading import import_string

    path, arguments = model_progress.ModelTrigger("model.a", "folder", "run_dbt").serialize()
    assert import_string(path)(**arguments).unique_id == "model.a"
