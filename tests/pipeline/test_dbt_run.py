"""dbt inside the process that calls it: what it tells, what it leaves behind, and how it fails."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.dbt_progress import append_outcome, outcome_of
from pipeline.dbt_run import run_dbt
from warehouse.base.connections import open_build_file
from warehouse.base.errors import DbtFailed
from warehouse.base.settings import Settings
from warehouse.marts.parsed_project import parsed_file_in
from warehouse.runs.planning import RunPlan

PLAN = RunPlan("files", date(2024, 7, 1), "run-1")


def test_models_are_told_one_by_one_and_a_failed_one_in_words(
    settings: Settings, tmp_path: Path, parsed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: Callable[..., Path] = lambda *_: parsed_file_in(parsed_folder, settings.build_file("files"), {})  # noqa: E731
    monkeypatch.setattr("pipeline.dbt_run.parsed_file", shared)
    settings = settings.model_copy(update={"threads": 3})
    environment, progress = dict(os.environ), tmp_path / "run.jsonl"
    lines = run_dbt(settings, PLAN, ("path:seeds",), lambda event: append_outcome(progress, event))
    assert lines[-1].endswith("models, seeds and tests")
    assert outcome_of(progress, "seed.clientele.identity_overrides", 0) == "success"
    with pytest.raises(DbtFailed, match=r"dbt stopped: 1 of \d+ .*failed") as failure:
        run_dbt(settings, PLAN, ("stg_orders",))
    assert "stg_orders: " in failure.value.message
    assert '"raw.orders" does not exist' in failure.value.message
    assert dict(os.environ) == environment
    log = (settings.dbt_target_folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert "Concurrency: 3 threads" in log
    with open_build_file(settings, "files") as connection:  # it was let go
        results = "from quality.validation_results where gate = 'dbt' and success and severity = 'critical'"
        recorded = connection.execute(f"select count(*) {results}").fetchone()
        without_table = connection.execute(f"select expectation {results} and table_name is null").fetchall()
    [finished] = [line for line in log.splitlines() if "Finished running" in line and " seeds" in line]
    [asked] = re.findall(r"(\d+) data tests", finished)
    assert recorded == (int(asked),)
    assert int(asked) > 10
    assert without_table == [("assert_every_rfm_score_has_one_segment",)]  # the one that is a query of its own
