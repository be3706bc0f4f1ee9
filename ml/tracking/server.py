"""The connection to MLflow at the address of the settings, with readable errors."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

_log = logging.getLogger(__name__)

# A server that is down is reported soon, not after minutes of retries.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
_SQLITE = "sqlite:///"
# The tag by which MLflow's pages distinguish these experiments from those with language models.
_KIND = {"mlflow.experimentKind": "custom_model_development"}


class TrackingServer:
    """The connection to MLflow, made when it is first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.uri = settings.tracking_uri
        self._client: MlflowClient | None = None

    @contextmanager
    def client(self) -> Iterator[MlflowClient]:
        """Yield the client, with MLflow's fluent functions set to the same address.

        Raises
        ------
        ClienteleError
            If MLflow cannot be reached or reports an error.
        """
        for name, value in _PATIENCE.items():
            os.environ.setdefault(name, value)
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield self._connected()
        except (MlflowException, SQLAlchemyError, OSError) as error:
            first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ClienteleError(
                f"MLflow at {self._shown_uri()} does not answer as it should: {first_line[:500]}",
                "Check that the server is up (make status) and CLIENTELE_MLFLOW_TRACKING_URI is right.",
            ) from error

    def experiment_id(self, client: MlflowClient, name: str) -> str:
        """The id of an experiment, which is created if missing and restored if it was deleted.

        A deleted experiment keeps its name in MLflow: nothing can be logged to it, and no other can have the name.
        """
        from mlflow.entities import LifecycleStage

        found = client.get_experiment_by_name(name)
        if found is not None:
            if found.lifecycle_stage == LifecycleStage.DELETED:
                client.restore_experiment(found.experiment_id)
                _log.warning("The experiment %s had been deleted in MLflow and was restored, with its runs.", name)
            return found.experiment_id
        if self.uri.startswith("http") and not self.settings.mlflow_artifact_location:
            return client.create_experiment(name, tags=_KIND)  # the server knows where its artifacts go
        location = self.settings.artifact_location
        if "://" not in location:
            location = Path(location).resolve().as_uri()
        return client.create_experiment(name, artifact_location=location, tags=_KIND)

    def temporary_folder(self) -> Path:
        """The folder for models that are being loaded, under home."""
        folder = self.settings.mlflow_folder / "loading"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _connected(self) -> MlflowClient:
        if self._client is None:
            import mlflow

            if self.uri.startswith(_SQLITE):
                Path(self.uri.removeprefix(_SQLITE)).parent.mkdir(parents=True, exist_ok=True)
            mlflow.set_tracking_uri(self.uri)
            mlflow.set_registry_uri(self.uri)
            self._client = mlflow.MlflowClient(self.uri, self.uri)
        return self._client

    def _shown_uri(self) -> str:
        """The address without user name and password."""
        scheme, mark, rest = self.uri.partition("://")
        return f"{scheme}{mark}{rest.rsplit('@', 1)[-1]}"
