"""What came of a training."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Status = Literal["promoted", "champion_kept", "baseline_serves", "awaiting_approval", "not_retrained", "refused"]


@dataclass(frozen=True)
class TrainingOutcome:
    """What came of a training, for people and for the next task.

    Attributes
    ----------
    status
        "promoted", "champion_kept" and "baseline_serves": trained, and this was decided. "not_retrained":
        the champion goes on. "awaiting_approval": a person decides about the winner. "refused": the data do not
        allow a model; former scores stay.
    candidate, model_version, metric_value
        Of what serves from now on.
    awaiting_version
        The version that a person is asked about, of this training or of one before; None when there is none.
    """

    job: str
    source: str
    as_of_date: date
    status: Status
    reason: str
    model_name: str
    model_version: str | None = None
    mlflow_run_id: str | None = None
    candidate: str | None = None
    metric_name: str | None = None
    metric_value: float | None = None
    baseline_name: str | None = None
    baseline_value: float | None = None
    champion_value: float | None = None
    awaiting_version: str | None = None
