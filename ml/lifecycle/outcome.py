"""What came of a training."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date

from ml.competition.states import State
from ml.jobs.run import JobRun
from ml.lifecycle.decisions import DecisionRow
from ml.tracking import RegisteredVersion


@dataclass(frozen=True)
class TrainingOutcome:
    """What came of a training, for people and for the next task.

    Attributes
    ----------
    status
        What was decided; `AWAITING_APPROVAL`: a person decides about the winner.
    candidate, model_version, metric_value
        Of what serves from the as-of date on.
    awaiting_version
        The version that a person is asked about, of this training or of one before; None when there is none.
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
        """What was decided, and why."""
        return [f"{self.job}: {self.status}. {self.reason}"]


def outcome_of(
    row: DecisionRow, serving: RegisteredVersion | None, awaiting_version: str | None = None
) -> TrainingOutcome:
    """Return what a decision comes to.

    Parameters
    ----------
    serving
        What serves after it. Its figures count where the row is about a version that does not serve yet.
    awaiting_version
        What a person is asked about.
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
    return TrainingOutcome(
        job=row.job,
        source=row.source,
        as_of_date=row.as_of_date,
        status=State(row.decision),
        reason=row.reason,
        model_name=row.model_name,
        model_version=shown.model_version,
        mlflow_run_id=shown.mlflow_run_id,
        candidate=shown.candidate,
        metric_name=shown.metric_name,
        metric_value=shown.metric_value,
        baseline_name=shown.baseline_name,
        baseline_value=shown.baseline_value,
        champion_value=row.champion_value,
        awaiting_version=awaiting_version,
    )


def refused_outcome(run: JobRun, reason: str, run_id: str) -> TrainingOutcome:
    """Return what a refusal comes to: no model of this training."""
    return TrainingOutcome(
        run.job.name, run.source, run.as_of_date, State.REFUSED, reason, run.job.model_name, mlflow_run_id=run_id
    )
