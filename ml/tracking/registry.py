"""Registered versions: find those of a source, load one, register a new one."""

from __future__ import annotations

import io
import tempfile
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr
from pathlib import Path

from ml.competition.results import Competition, Estimator, Result
from ml.tracking.job import TrackedJob
from ml.tracking.packing import Packed, estimator_file, found_by_their_names, loader_in, pack, requirements
from ml.tracking.serialisation import load_model_file
from ml.tracking.server import TrackingServer
from ml.tracking.signature import signature_of
from ml.tracking.versions import RegisteredVersion, described, version_tags
from warehouse.base.errors import ClienteleError, ModelUnavailable
from warehouse.base.machine_faults import FREE_SPACE, disk_is_full, is_full_disk

CHAMPION, CHALLENGER = "champion", "challenger"
_NOT_THERE = {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}


def champion_of(server: TrackingServer, job: TrackedJob, source: str) -> RegisteredVersion | None:
    """The version that serves a source; None without one."""
    return _by_alias(server, job, f"{CHAMPION}-{source}")


def challenger_of(server: TrackingServer, job: TrackedJob, source: str) -> RegisteredVersion | None:
    """The contender of the source's last training, if it does not serve; None without one."""
    return _by_alias(server, job, f"{CHALLENGER}-{source}")


def _by_alias(server: TrackingServer, job: TrackedJob, alias: str) -> RegisteredVersion | None:
    from mlflow.exceptions import MlflowException

    with server.client() as client:
        try:
            found = client.get_model_version_by_alias(job.model_name, alias)
        except MlflowException as error:
            if error.error_code in _NOT_THERE:
                return None
            raise
    return described(found, found.tags, found.run_id)


def version_of(server: TrackingServer, job: TrackedJob, number: str) -> RegisteredVersion:
    """One version by its number.

    Raises
    ------
    ModelUnavailable
        If there is no such version, or Clientele did not register it.
    """
    from mlflow.exceptions import MlflowException

    with server.client() as client:
        try:
            found = client.get_model_version(job.model_name, number)
        except MlflowException as error:
            if error.error_code in _NOT_THERE:
                raise ModelUnavailable(
                    f"{job.model_name} has no version {number}.",
                    "Look at the registered model in MLflow, or at quality.model_promotions.",
                ) from error
            raise
    return described(found, found.tags, found.run_id)


def load_estimator(server: TrackingServer, version: RegisteredVersion) -> Estimator:
    """Load a version's estimator, which may contain trusted types only.

    Raises
    ------
    ModelUnavailable
        If the artefact is missing, damaged or holds foreign types.
    ClienteleError
        If it cannot be read because the disk is full.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    name = f"{version.model_name} version {version.version}"
    with server.client(), tempfile.TemporaryDirectory(dir=server.temporary_folder()) as folder:
        try:
            path = download_artifacts(artifact_uri=f"models:/{version.model_name}/{version.version}", dst_path=folder)
        except (MlflowException, OSError) as error:
            # The model exists although it cannot be read now: nothing may be decided without it.
            if is_full_disk(error) or disk_is_full(Path(folder)):
                raise ClienteleError(f"The disk is full: {name} cannot be taken from MLflow.", FREE_SPACE) from error
            raise ModelUnavailable(
                f"The files of {name} are not where MLflow says ({type(error).__name__}).",
                "Restore MLflow's artifact folder, or train again: python -m ml train --force.",
            ) from error
        try:
            return load_model_file(estimator_file(Path(path)))
        except ModelUnavailable as error:
            raise ModelUnavailable(f"{name}: {error.message}", error.what_to_do) from error


def register(
    job: TrackedJob, competition: Competition, result: Result, run_tags: Mapping[str, str], run_id: str
) -> RegisteredVersion:
    """Log a candidate's estimator in the active run and register it as a new version.

    It comes with the code that prepares published rows, and without an example of them: no person's data lie there.
    """
    import mlflow.pyfunc

    packed = Packed(job.name, job.horizon_days, competition.columns)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), found_by_their_names():
        warnings.filterwarnings("ignore", message=".*An input example was not provided")
        loader = loader_in(Path(folder))
        info = mlflow.pyfunc.log_model(
            name="model",
            loader_module=loader.stem,
            data_path=str(pack(Path(folder), result.candidate.estimator, packed)),
            code_paths=[str(loader)],
            signature=signature_of(job, competition),
            # Given, because MLflow would load the model to find them.
            pip_requirements=requirements(),
        )
    tags = version_tags(competition, result, run_tags)
    # MLflow prints what it registers, which our own output has already.
    with redirect_stderr(io.StringIO()):
        found = mlflow.register_model(f"models:/{info.model_id}", job.model_name, tags=tags)
    return described(found, tags, run_id)


def versions_of(server: TrackingServer, job: TrackedJob, source: str) -> dict[str, RegisteredVersion]:
    """Every version of a source that Clientele registered, by number."""
    found, token = {}, None
    with server.client() as client:
        while True:
            page = client.search_model_versions(f"name = '{job.model_name}'", max_results=1000, page_token=token)
            for version in page:
                if version.tags.get("source") == source:
                    found[str(version.version)] = described(version, version.tags, version.run_id)
            token = page.token
            if not token:
                return found
