"""The versions that have served, in order, without those that were rolled back; pure functions of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ml.competition.states import SERVING, State
from ml.lifecycle.decisions import DecisionRow

_NAMES_WHAT_SERVES = (State.CHAMPION_KEPT, State.NOT_RETRAINED)


@dataclass(frozen=True)
class ServiceHistory:
    """The versions that have served a source, from the decisions about it.

    Attributes
    ----------
    champions
        Versions that have been champion, each once, the latest first.
    served
        Version → its run in MLflow, of all versions that may serve dates from their own on, the latest first: champions
        that were not rolled back, and versions trained for past dates.
    """

    champions: tuple[str, ...]
    served: dict[str, str | None]


def service_history(decisions: Sequence[DecisionRow]) -> ServiceHistory:
    """Derive the history from the decisions, oldest first.

    A rollback to an older version excludes the one it replaces until that one is put back. Going forward again excludes
    none.
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
    """The sort key of versions: the date they were trained as of, then the number."""
    return trained.get(version, date.min), int(version)
