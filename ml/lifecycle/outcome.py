"""The outcome of a training."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date

from ml.competition.states import State
from ml.lifecycle.decisions import DecisionRow
from ml.tracking import RegisteredVersion


@dataclass(frozen=True)
class TrainingOutcome:
    """The outcome of a training, for users and for the next task.

    Attributes
    ----------
    status
        The decision; `AWAITING_APPROVAL`: a user decides about the winner.
    candidate, model_version, metric_value
        Of the version that serves from the as-of date on.
    awaiting_version
        The version that awaits approval, of this training or an earlier one; None without one.
    """

    job: str
    source: str
    as_of_date: date
    status: State
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

    def lines(self) -> list[str]:
        """The decision and the reason, for users."""
        return [f"{self.job}: {self.status}. {self.reason}"]


def outcome_of(
    row: DecisionRow, serving: RegisteredVersion | None, awaiting_version: str | None = None
) -> TrainingOutcome:
    """Return the outcome of a decision.

    Parameters
    ----------
    serving
        The version that serves after it; the outcome has its metrics if the row is about one that awaits approval.
    awaiting_version
        The version that awaits approval.
    """
    shown = row
    if row.decision == State.AWAITING_APPROVAL and serving is not None:
        of_serving = {
            "model_version": serving.version,
            "mlflow_run_id": serving.run_id,
            "candidate": serving.candidate,
            **asdict(serving.figures),
        }
        shown = replace(row, **of_serving)
    # Fields of the same name are the same in both.
    common = {one.name: getattr(shown, one.name) for one in fields(TrainingOutcome) if hasattr(shown, one.name)}
    return TrainingOutcome(**common, status=State(row.decision), awaiting_version=awaiting_version)
