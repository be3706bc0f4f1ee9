"""The stages of a run: what is handed from one to the next, and where a run stops."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import stages
from warehouse.base.errors import GateFailed, SettingsError
from warehouse.base.settings import Settings
from warehouse.jobs.registry import trained_jobs
from warehouse.publishing.publish import PublishReport
from warehouse.runs.planning import RunPlan

PLAN = RunPlan("files", date(2024, 7, 1), "run-1", force_retrain=True)


def test_a_plan_travels_as_plain_data() -> None:
    plain = PLAN.as_dict()
    assert plain["as_of_date"] == "2024-07-01"
    assert RunPlan.from_dict(plain | {"dates": []}) == PLAN


def test_files_are_landed_loaded_planned_and_checked(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "orders.csv"
    given.write_text("order_id,customer_id,ordered_at,order_amount\n1,a,2024-05-01,10\n2,a,2024-05-08,10\n")
    gates: list[tuple[RunPlan, str]] = []
    monkeypatch.setattr(stages, "check", lambda _, plan, gate: gates.append((plan, gate)))
    report, plan = stages.ingest_checked(settings, "files", given)
    assert (report.rows_loaded, plan.source, plan.as_of_date) == (2, "files", date(2024, 5, 9))
    assert gates == [(plan, "raw")]
    assert stages.ingest(settings, "latest").known_files == ("orders.csv",)
    with pytest.raises(SettingsError, match="lies in the future"):
        stages.ingest_checked(settings, "files", as_of_date=date(2999, 1, 1))


SCORED = ["score", "gate scores", "activate", "gate activation", "select_audiences", "publish", "export_audiences"]


def noted(monkeypatch: pytest.MonkeyPatch, failing: str) -> list[str]:
    """Note what is called in place of the stages, each of which has tests of its own; one gate does not hold."""
    called: list[str] = []

    def gate(_: Any, __: Any, name: str) -> None:
        called.append(f"gate {name}")
        if name == failing:
            raise GateFailed("It does not hold.", "Look.")

    monkeypatch.setattr(stages, "check", gate)
    for name in ("build_marts", "score", "activate", "select_audiences", "export_audiences"):
        monkeypatch.setattr(stages, name, lambda *_, name=name: called.append(name))
    report = PublishReport(Path("clientele.duckdb"), "version", {})
    monkeypatch.setattr(stages, "publish", lambda *_: called.append("publish") or report)
    return called


def test_scores_and_profile_pass_their_gates_before_publication(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = noted(monkeypatch, failing="")
    stages.score_and_publish(settings, PLAN)
    assert called == SCORED


@pytest.mark.parametrize("gate", ["scores", "activation"])
def test_a_gate_that_does_not_hold_ends_the_run(settings: Settings, monkeypatch: pytest.MonkeyPatch, gate: str) -> None:
    called = noted(monkeypatch, failing=gate)
    with pytest.raises(GateFailed):
        stages.score_and_publish(settings, PLAN)
    assert called == SCORED[: SCORED.index(f"gate {gate}") + 1]


def test_training_knows_its_run_and_whether_it_is_forced(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, dict[str, Any]] = {}

    def train(_: Any, job: str, source: str, day: date, **options: Any) -> str:
        asked[job] = {"source": source, "day": day, **options}
        return f"outcome of {job}"

    monkeypatch.setattr("ml.lifecycle.optional.train", train)
    outcomes = stages.train_all(settings, PLAN, needs_approval=True)
    assert outcomes == {job: f"outcome of {job}" for job in trained_jobs()}
    run = {"source": "files", "day": PLAN.as_of_date, "pipeline_run_id": "run-1"}
    assert asked["churn"] == {**run, "force": True, "needs_approval": True}
