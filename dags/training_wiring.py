"""The form of train_models, and how a person is asked before a new model serves.

Nothing is asked unless the run was told to: the tasks of the group are then mapped over an empty list, which Airflow
skips without starting a process. A task that waits for an answer has no process, no slot and no pool either.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, task, task_group
from wiring import ANSWER_WITHIN, JOBS, LATEST, WAREHOUSE_POOL, readable, run_of, say, trigger_form

APPROVE, REJECT = "Approve", "Reject"


def training_form() -> dict[str, Param]:
    """The parameters of train_models, for runs started by hand."""
    from warehouse.base.settings import Settings

    return {
        **trigger_form(default_source=LATEST),
        "roll_back": Param(
            None,
            enum=[None, *JOBS],
            title="Roll back",
            description="Put the former champion of this job back into service instead of training it.",
        ),
        "backtest_origins": Param(
            0,
            type="integer",
            minimum=0,
            title="Backtest origins",
            description="Also replay so many earlier dates; slow.",
        ),
        "ask_before_promoting": Param(
            Settings().promotion_needs_approval,
            type="boolean",
            title="Ask before promoting",
            description="A new model that wins serves only once a person approves it; the run waits for the answer.",
        ),
    }


def questions(outcome: Any, plan: dict[str, Any]) -> list[dict[str, str]]:
    """What a person is to be asked after the training of a job: one question or none."""
    from pipeline import approval as asking

    return asking.questions(*run_of(plan), outcome, answer_within=f"{ANSWER_WITHIN.total_seconds() / 3600:.0f} hours")


@task_group(tooltip="Only when a person is to be asked before a new model serves.")
def approval(plan: dict[str, Any], job: str, version: str, subject: str, body: str) -> None:
    """Ask about one new model, and do as was answered."""
    ask = HITLOperator(
        task_id="ask",
        map_index_template="{{ task.subject.split(',')[0] }}",
        doc_md="Waits for a person: may the new model serve? Answer under *Required Actions*.",
        subject=subject,
        body=body,
        options=[APPROVE, REJECT],
        defaults=[REJECT],
        params={
            "comment": Param(
                "", type=["null", "string"], title="Comment", description="Why; kept with the decision. May be empty."
            )
        },
        response_timeout=ANSWER_WITHIN,
    )
    carry_out(plan, job=job, version=version, answered=ask.output)


@task(pool=WAREHOUSE_POOL, map_index_template="{{ task.op_kwargs['job'] }}")
@readable
def carry_out(plan: dict[str, Any], job: str, version: str, answered: dict[str, Any]) -> list[str]:
    """Let the new model serve, or let the champion go on; write down who decided, when and why."""
    from pipeline import approval as asking

    return say([asking.carry_out(*run_of(plan), job, version, answer_given(answered))])


def answer_given(answered: dict[str, Any]) -> Any:
    """Return the `ml.lifecycle.approval.Answer` in what Airflow hands on; without a user the time ran out."""
    from ml.lifecycle.approval import NOBODY, Answer

    user, at = answered.get("responded_by_user"), answered["responded_at"]
    return Answer(
        approved=answered["chosen_options"] == [APPROVE],
        by=user["name"] if user else NOBODY,
        comment=(answered.get("params_input") or {}).get("comment") or "",
        at=at if isinstance(at, datetime) else datetime.fromisoformat(at),
    )
