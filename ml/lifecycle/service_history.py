"""Which versions have served, in which order, and which of them people have put aside. Pure functions of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ml.competition.states import SERVING, State
from ml.lifecycle.decisions import DecisionRow

_NAMES_WHAT_SERVES = (State.CHAMPION_KEPT, State.NOT_RETRAINED)


@dataclass(frozen=True)
class ServiceHistory:
    """What a job's decisions about a source come to.

    Attributes
    ----------
    champions
        Versions that have been champion, the one that became it last first, each once.
    served
        Version → its run in MLflow, of all that may serve the dates from their own on, the one decided on last first:
        champions that were not put aside, and what was trained for past dates.
    """

    champions: tuple[str, ...]
    served: dict[str, str | None]


def service_history(decisions: Sequence[DecisionRow]) -> ServiceHistory:
    """Go through the decisions, the oldest first.

    A roll-back to an older version puts the one it takes the place of aside, until a person puts it back. Going
    forward again puts nothing aside.
    """
    champions: list[str] = []
    served: dict[str, str | None] = {}
    trained: dict[str, date] = {}
    for row in decisions:
        version = row.model_version
        is_new = version is not None and version not in served
        if version is None or not (row.decision in SERVING or (row.decision in _NAMES_WHAT_SERVES and is_new)):
            continue
        if row.decision == State.ROLLED_BACK:
            if champions and _order(version, trained) < _order(champions[-1], trained):
                served.pop(champions[-1], None)
        elif row.decision in SERVING:
            trained.setdefault(version, row.as_of_date)
        served.pop(version, None)
        served[version] = row.mlflow_run_id
        if row.decision != State.SERVES_PAST_DATES:
            champions = [known for known in champions if known != version] + [version]
    return ServiceHistory(tuple(reversed(champions)), dict(reversed(served.items())))


def _order(version: str, trained: dict[str, date]) -> tuple[date, int]:
    """Older versions first: by the date they were trained as of, then by number."""
    return trained.get(version, date.min), int(version)
