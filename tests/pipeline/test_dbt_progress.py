"""The outcome of each dbt model, written as dbt comes to it and found again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from pipeline.dbt_progress import append_outcome, outcome_of, progress_file


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
