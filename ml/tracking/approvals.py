"""What people are shown of a version that they are asked about."""

from __future__ import annotations

from ml.tracking.documents import read_document
from ml.tracking.server import TrackingServer
from ml.tracking.versions import RegisteredVersion

TRAINING_REPORT = "decision.json"


def training_report(server: TrackingServer, version: RegisteredVersion) -> dict | None:
    """Checks of the gate and figures of all candidates of the training that made a version; None when lost."""
    with server.client() as client:
        parent_run_id = client.get_run(version.run_id).data.tags.get("mlflow.parentRunId")
    return read_document(server, parent_run_id, TRAINING_REPORT) if parent_run_id else None
