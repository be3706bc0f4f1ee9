"""The outcome of each dbt model, written as dbt comes to it and found again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.dbt_progress import ALL, append_outcome, outcome_of, outcomes_written, progress_file
from warehouse.base.errors import DbtFailed, WarehouseBusy


def finished(unique_id: str, status: str, name: str = "NodeFinished") -> SimpleNamespace:
    node = SimpleNamespace(unique_id=unique_id, node_status=status)
    return SimpleNamespace(info=SimpleNamespace(name=name), data=SimpleNamespace(node_info=node))


def test_outcomes_are_written_and_found_again(tmp_path: Path) -> None:
    file = progress_file(str(tmp_path), "manual__2026-01-01T00:00:00+00:00")
    assert outcome_of(file, "model.a", 0) is None
    append_outcome(file, finished("model.a", "success"))
    append_outcome(file, finished("model.b", "started", name="NodeStart"))
    assert outcome_of(file, "model.a", 0) == "success"
    assert outcome_of(file, "model.b", 0) is None


def test_a_line_being_written_is_left_for_later(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    append_outcome(file, finished("model.a", "success"))
    with file.open("a") as lines:
        lines.write('{"node": "model.b", "sta')
    assert outcome_of(file, "model.a", 0) == "success"
    assert outcome_of(file, "model.b", 0) is None


def test_an_outcome_of_an_earlier_attempt_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    append_outcome(file, finished("model.a", "error"))
    assert outcome_of(file, "model.a", since=4e9) is None


@pytest.mark.parametrize(
    ("error", "last"),
    [(None, "success"), (DbtFailed("It stopped.", ""), "failed"), (WarehouseBusy("It is held.", ""), None)],
)
def test_the_last_line_tells_that_dbt_ran_to_its_end(tmp_path: Path, error: Exception | None, last: str | None) -> None:
    file = tmp_path / "progress" / "run.jsonl"

    def dbt() -> None:
        with outcomes_written(file) as on_event:
            on_event(finished("model.a", "success"))
            if error:
                raise error

    if error:
        with pytest.raises(type(error)):
            dbt()
    else:
        dbt()
    assert (outcome_of(file, "model.a", 0), outcome_of(file, ALL, 0)) == ("success", last)
