"""The question to a user before a new model serves.

Without a question the tasks of the group are mapped over an empty list, which Airflow skips without starting a process.
A task that waits for an answer needs no process, no slot and no pool.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, task, task_group
from wiring import ANSWER_WITHIN, WAREHOUSE_POOL, readable, run_of, say

APPROVE, REJECT = "Approve", "Reject"


def questions(outcome: Any, plan: dict[str, Any]) -> list[dict[str, str]]:
    """The question to a user after the training of a job: a list of one, or empty."""
    from pipeline import approval as asking

    return asking.questions(*run_of(plan), outcome, answer_within=f"{ANSWER_WITHIN.total_seconds() / 3600:.0f} hours")


def why_page(outcome: Any, plan: dict[str, Any]) -> str:
    """The address of the run in MLflow that says why this model serves; empty where no browser can reach it."""
    from pipeline import approval as asking

    return asking.why_page(run_of(plan)[0], outcome)


@task_group(
    group_display_name="Ask before a model serves", tooltip="Only if a user is asked before a new model serves."
)
def approval(plan: dict[str, Any], job: str, version: str, subject: str, body: str) -> None:
    """Ask about one new model, and apply the answer."""
    ask = HITLOperator(
        task_id="ask",
        map_index_template="{{ task.subject.split(',')[0] }}",
        doc_md="Waits for a user: may the new model serve? Answer under *Required Actions*.",
        subject=subject,
        body=body,
        options=[APPROVE, REJECT],
        defaults=[REJECT],
        params={
            "comment": Param(
                "", type=["null", "string"], title="Comment", description="Why; stored with the decision. May be empty."
            )
        },
        response_timeout=ANSWER_WITHIN,
    )
    carry_out(plan, job=job, version=version, answered=ask.output)


@task(pool=WAREHOUSE_POOL, map_index_template="{{ task.op_kwargs['job'] }}")
@readable
def carry_out(plan: dict[str, Any], job: str, version: str, answered: dict[str, Any]) -> list[str]:
    """Let the new model serve, or keep the champion; record who decided, when and why."""
    from pipeline import approval as asking

    return say([asking.carry_out(*run_of(plan), job, version, answer_given(answered))])


def answer_given(answered: dict[str, Any]) -> Any:
    """Convert Airflow's answer to an `ml.lifecycle.approval.Answer`; without a user the time ran out."""
    from ml.lifecycle.approval import NOBODY, Answer

    user, at = answered.get("responded_by_user"), answered["responded_at"]
    return Answer(
        approved=answered["chosen_options"] == [APPROVE],
        by=user["name"] if user else NOBODY,
        comment=(answered.get("params_input") or {}).get("comment") or "",
        at=at if isinstance(at, datetime) else datetime.fromisoformat(at),
    )
