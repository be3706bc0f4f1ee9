"""A version of a registered model, as far as scoring, retraining and reports ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ml.competition.results import Competition, Result
from ml.competition.states import State
from warehouse.base.errors import ModelUnavailable

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
    """What the tags of a model version say.

    Attributes
    ----------
    champion_value
        Of the champion of that day, on the same holdout; None when there was none to compare with.
    champion_version
        What served when this version was held back for approval.
    state
        What people said, or have yet to say, of it: `TRAINED` where nobody was asked, whether it serves or not.
    """

    model_name: str
    version: str
    run_id: str
    candidate: str
    source: str
    as_of_date: date
    columns: tuple[str, ...]
    figures: Figures
    decision_reason: str = ""
    champion_value: float | None = None
    champion_version: str | None = None
    state: State = State.TRAINED


def usable_champion(champion: RegisteredVersion | None, as_of_date: date) -> RegisteredVersion | None:
    """The champion, unless it was trained with knowledge of what is the future at this date."""
    return champion if champion is not None and champion.as_of_date <= as_of_date else None


def version_tags(competition: Competition, result: Result, run_tags: Mapping[str, str]) -> dict[str, str]:
    """Everything about a version that is read again later, as tags."""
    decision = competition.decision
    baseline = competition.result(decision.baseline)
    optional = {}
    if decision.champion_value is not None:
        optional["champion_value"] = repr(decision.champion_value)
    if decision.verdict == State.AWAITING_APPROVAL and result.name == decision.contender:
        optional["approval"] = State.AWAITING_APPROVAL.tag
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
        **optional,
    }


def described(found: ModelVersion, tags: Mapping[str, str], run_id: str | None) -> RegisteredVersion:
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
            run_id=run_id or "",
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
            decision_reason=tags.get("decision_reason", ""),
            champion_value=float(tags["champion_value"]) if "champion_value" in tags else None,
            champion_version=tags.get("champion_version"),
            state=State.of_tag(tags.get("approval")),
        )
    except (KeyError, ValueError) as error:
        raise ModelUnavailable(
            f"{found.name} version {found.version} lacks a tag that Clientele writes ({error}).",
            "Put the alias back on a version that Clientele registered, or train anew with --force.",
        ) from error
