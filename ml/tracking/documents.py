"""Small JSON documents beside a version's run, for what is too long for a tag."""

from __future__ import annotations

from collections.abc import Mapping

from ml.tracking.server import TrackingServer


def write_document(server: TrackingServer, run_id: str, name: str, content: Mapping[str, object]) -> None:
    """Put a document into a run that has ended or goes on."""
    with server.client() as client:
        client.log_dict(run_id, dict(content), name)


def read_document(server: TrackingServer, run_id: str, name: str) -> dict | None:
    """Read a document back; None when the run has none or its files are gone."""
    from mlflow.artifacts import load_dict
    from mlflow.exceptions import MlflowException

    with server.client():
        try:
            return load_dict(f"runs:/{run_id}/{name}")
        except (MlflowException, OSError, ValueError):
            return None
