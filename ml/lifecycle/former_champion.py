"""The champion that a new model has to stand beside."""

from __future__ import annotations

from ml.competition.results import Estimator
from ml.tracking import RegisteredVersion, TrackingServer, load_estimator
from warehouse.base.errors import ModelUnavailable


def load_former(
    server: TrackingServer, champion: RegisteredVersion | None, known_columns: set[str]
) -> tuple[Estimator | None, str]:
    """The former champion's estimator; a champion that cannot be used is no reason not to train."""
    if champion is None:
        return None, ""
    if gone := sorted(set(champion.columns) - known_columns):
        return None, f"The former champion could not be compared: its features {', '.join(gone)} are gone."
    try:
        return load_estimator(server, champion), ""
    except ModelUnavailable as error:
        return None, f"The former champion could not be compared: {error.message}"
