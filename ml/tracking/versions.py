"""A version of a registered model, as far as scoring, retraining and reports ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ml.competition import Competition, Result
from warehouse.errors import ModelUnavailable

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

LONGEST_TEXT = 5000


@dataclass(frozen=True)
class Figures:
    """How a version did on the holdout of its training, beside the best baseline."""

    metric_name: str | None = None
    metric_value: float | None = None
    baseline_name: str | None = None
    baseline_value: float | None = None


@dataclass(frozen=True)
class RegisteredVersion:
    """What the tags of a model version say."""

    model_name: str
    version: str
    run_id: str
    candidate: str
    source: str
    as_of_date: date
    columns: tuple[str, ...]
    figures: Figures


def version_tags(competition: Competition, result: Result, run_tags: Mapping[str, str]) -> dict[str, str]:
    """Everything about a version that is read again later, as tags."""
    decision = competition.decision
    baseline = competition.result(decision.baseline)
    return {
        **run_tags,
        "candidate": result.name,
        "decision": decision.verdict,
        "decision_reason": decision.reason[:LONGEST_TEXT],
        "columns": ",".join(competition.columns),
        "metric_name": decision.metric_name,
        "metric_value": repr(result.metrics[decision.metric_name]),
        "baseline_name": decision.baseline,
        "baseline_value": repr(baseline.metrics[decision.metric_name]),
    }


def described(found: ModelVersion, tags: Mapping[str, str], run_id: str) -> RegisteredVersion:
    """Read a version's tags.

    Raises
    ------
    ModelUnavailable
        If someone else registered the version and the tags are not there.
    """
    try:
        return RegisteredVersion(
            model_name=found.name,
            version=str(found.version),
            run_id=run_id,
            candidate=tags["candidate"],
            source=tags["source"],
            as_of_date=date.fromisoformat(tags["as_of_date"]),
            columns=tuple(tags["columns"].split(",")),
            figures=Figures(
                tags["metric_name"],
                float(tags["metric_value"]),
                tags["baseline_name"],
                float(tags["baseline_value"]),
            ),
        )
    except (KeyError, ValueError) as error:
        raise ModelUnavailable(
            f"{found.name} version {found.version} lacks a tag that Clientele writes ({error}).",
            "Put the alias back on a version that Clientele registered, or train anew with --force.",
        ) from error
