"""What people are asked about a version, and what they answered: tags of the version, and its aliases."""

from __future__ import annotations

from ml.job import Job
from ml.tracking.documents import read_document
from ml.tracking.registry import CHAMPION, challenger_of, clear_challenger, set_aliases
from ml.tracking.server import TrackingServer
from ml.tracking.versions import APPROVED, AWAITING, LONGEST_TEXT, REJECTED, WITHDRAWN, RegisteredVersion

TRAINING_REPORT = "decision.json"


def training_report(server: TrackingServer, version: RegisteredVersion) -> dict | None:
    """Checks of the gate and figures of all candidates of the training that made a version; None when lost."""
    with server.client() as client:
        parent_run_id = client.get_run(version.run_id).data.tags.get("mlflow.parentRunId")
    return read_document(server, parent_run_id, TRAINING_REPORT) if parent_run_id else None


def note_answer(server: TrackingServer, version: RegisteredVersion, *, approved: bool, words: str) -> None:
    """Write an answer to the version, and let it serve if it was approved.

    Parameters
    ----------
    words
        Who said so, when and why.
    """
    with server.client() as client:
        for name, value in (("approval", APPROVED if approved else REJECTED), ("approval_words", words[:LONGEST_TEXT])):
            client.set_model_version_tag(version.model_name, version.version, name, value)
        if approved:
            set_aliases(client, CHAMPION, version)
            clear_challenger(client, version.model_name, version.source)


def withdraw_question(server: TrackingServer, job: Job, source: str) -> None:
    """A later training takes the place of what was still being asked about."""
    challenger = challenger_of(server, job, source)
    if challenger is not None and challenger.approval == AWAITING:
        with server.client() as client:
            client.set_model_version_tag(challenger.model_name, challenger.version, "approval", WITHDRAWN)
