"""A version of a registered model, with the properties that scoring, retraining and reports need."""

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
    """The primary metric of a version and of the best baseline on the holdout of its training."""

    metric_name: str | None = None
    metric_value: float | None = None
    baseline_name: str | None = None
    baseline_value: float | None = None


@dataclass(frozen=True)
class RegisteredVersion:
    """A model version, as read from its tags.

    Attributes
    ----------
    champion_value
        Primary metric of the champion of that day on the same holdout; None without one to compare with.
    champion_version
        Version that served when this version had to wait for approval.
    state
        Its state of approval: `TRAINED` if no approval was needed, whether it serves or not.
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
    """The champion, unless it was trained as of a later date."""
    return champion if champion is not None and champion.as_of_date <= as_of_date else None


def version_tags(competition: Competition, result: Result, run_tags: Mapping[str, str]) -> dict[str, str]:
    """The properties of a version that are read later, as tags."""
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
        If tags are missing, because the version was registered by something else.
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
            "Put the alias back on a version that Clientele registered, or train again with --force.",
        ) from error
