"""What a run asks about a new model, and what it says of the answer."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from ml.lifecycle.approval import AlreadyAnswered, Answer
from pipeline import approval
from warehouse.base.settings import Settings
from warehouse.runs.planning import RunPlan

PLAN = RunPlan("files", date(2024, 7, 1), "run-1")


def trained(awaiting_version: str | None) -> Any:
    return SimpleNamespace(job="churn", awaiting_version=awaiting_version)


def test_a_version_that_awaits_an_answer_is_one_question(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approval, "candidacy", lambda *asked: asked[1:])
    monkeypatch.setattr(approval, "subject", lambda asked: f"subject of {asked}")
    monkeypatch.setattr(approval, "body", lambda asked, answer_within, mlflow: f"body, {answer_within}{mlflow}")
    [question] = approval.questions(settings, PLAN, trained("3"), answer_within="12 hours")
    assert question == {
        "job": "churn",
        "version": "3",
        "subject": "subject of ('churn', 'files', '3')",
        "body": "body, 12 hours",
    }
    assert approval.questions(settings, PLAN, trained(None), answer_within="12 hours") == []


@pytest.mark.parametrize(
    ("approved", "serving", "words"),
    [
        (True, SimpleNamespace(candidate="boosting", version="3"), "version 3 approved; boosting (version 3) serves."),
        (False, None, "version 3 rejected; nothing serves."),
    ],
)
def test_the_answer_is_told_with_what_serves_now(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, approved: bool, serving: Any, words: str
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(approval, "answer", lambda *answer, **options: given.append((answer[1:], options)) or serving)
    said = Answer(approved, "ann")
    assert approval.carry_out(settings, PLAN, "churn", "3", said) == f"churn: {words}"
    assert given == [(("churn", "files", said), {"version": "3", "pipeline_run_id": "run-1"})]


def test_a_second_answer_changes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*_: Any, **__: Any) -> None:
        raise AlreadyAnswered("crm_churn version 3 does not await approval: approved.", "Look.")

    monkeypatch.setattr(approval, "answer", answer)
    said = approval.carry_out(settings, PLAN, "churn", "3", Answer(True, "bob"))
    assert said == "churn: crm_churn version 3 does not await approval: approved. Nothing was changed."
