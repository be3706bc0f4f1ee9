"""A person's word on a new model, as a run asks for it and carries it out; and where the reasons are."""

from __future__ import annotations

from ml.lifecycle.approval import AlreadyAnswered, Answer, answer, candidacy
from ml.lifecycle.approval_question import body, subject
from ml.lifecycle.outcome import TrainingOutcome
from ml.tracking import TrackingServer, place_of
from warehouse.base.browser_pages import browser_pages
from warehouse.base.settings import Settings
from warehouse.runs.planning import RunPlan


def questions(
    settings: Settings, plan: RunPlan, outcome: TrainingOutcome, *, answer_within: str
) -> list[dict[str, str]]:
    """What a person is to be asked after the training of a job: one question or none.

    Parameters
    ----------
    answer_within
        The time there is to answer, in words.
    """
    version = outcome.awaiting_version
    if version is None:
        return []
    asked = candidacy(settings, outcome.job, plan.source, version)
    mlflow = browser_pages(settings).mlflow
    texts = {"subject": subject(asked), "body": body(asked, answer_within=answer_within, mlflow=mlflow)}
    return [{"job": outcome.job, "version": version, **texts}]


def why_page(settings: Settings, outcome: TrainingOutcome) -> str:
    """The address of the run in MLflow that says why what serves does; empty where no browser can reach it."""
    mlflow = browser_pages(settings).mlflow
    if not mlflow or outcome.mlflow_run_id is None:
        return ""
    place = place_of(TrackingServer(settings), outcome.mlflow_run_id)
    return f"{mlflow}/{place}" if place else ""


def carry_out(settings: Settings, plan: RunPlan, job: str, version: str, given: Answer) -> str:
    """Let the new model serve, or let the champion go on; say what serves now.

    Where somebody answered before, nothing is changed.
    """
    run = plan.pipeline_run_id
    try:
        serving = answer(settings, job, plan.source, given, version=version, pipeline_run_id=run)
    except AlreadyAnswered as error:
        return f"{job}: {error.message} Nothing was changed."
    served = f"{serving.candidate} (version {serving.version}) serves." if serving else "nothing serves."
    return f"{job}: version {version} {'approved' if given.approved else 'rejected'}; {served}"
