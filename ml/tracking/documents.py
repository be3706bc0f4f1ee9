"""Small JSON documents in a version's run, for what is too long for a tag."""

from __future__ import annotations

from collections.abc import Mapping

from ml.tracking.server import TrackingServer
from ml.tracking.versions import RegisteredVersion

TRAINING_REPORT = "decision.json"


def write_document(server: TrackingServer, run_id: str, name: str, content: Mapping[str, object]) -> None:
    """Write a document into a run, which may have ended."""
    with server.client() as client:
        client.log_dict(run_id, dict(content), name)


def read_document(server: TrackingServer, run_id: str, name: str) -> dict | None:
    """Read a document; None if the run has none or its files are missing."""
    from mlflow.artifacts import load_dict
    from mlflow.exceptions import MlflowException

    with server.client():
        try:
            return load_dict(f"runs:/{run_id}/{name}")
        except (MlflowException, OSError, ValueError):
            return None


def training_report(server: TrackingServer, version: RegisteredVersion) -> dict | None:
    """Read the gate's checks and the figures of all candidates of the training that made a version; None if missing."""
    with server.client() as client:
        parent_run_id = client.get_run(version.run_id).data.tags.get("mlflow.parentRunId")
    return read_document(server, parent_run_id, TRAINING_REPORT) if parent_run_id else None
