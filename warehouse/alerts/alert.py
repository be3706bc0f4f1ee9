"""Alerts: one line of JSON each in var/logs/alerts.log, and the same to a webhook where one is set.

An alert names what happened, to which run, and what to do. It carries no personal data: of an error that is not meant
for people only the kind is told, because its text may quote values.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from warehouse.alerts.webhook import deliver
from warehouse.base.errors import ClienteleError, DbtFailed, GateFailed
from warehouse.base.settings import Settings

Kind = Literal["failed", "warning", "published"]

_LONGEST_MESSAGE = 700
_RULES_NAMED = 3
_TAIL_BYTES = 1 << 16
_EMAIL = re.compile(r"[^\s@<>\"'(,;:]+@[^\s@<>\"'),;:]+\.[^\s@<>\"'),;:]+")
_log = logging.getLogger("clientele")


@dataclass(frozen=True)
class Alert:
    """What a person on duty reads.

    Attributes
    ----------
    run_id
        The pipeline run where it is known, else Airflow's run.
    airflow_run
        The run of the DAG in Airflow.
    link
        Where to look: a page of Airflow, or a file.
    when
        UTC, ISO 8601.
    """

    kind: Kind
    dag: str
    task: str
    message: str
    what_to_do: str = ""
    source: str | None = None
    as_of_date: str | None = None
    run_id: str | None = None
    airflow_run: str | None = None
    link: str = ""
    when: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def in_words(self) -> str:
        """One line for a terminal."""
        of = f" ({self.source} as of {self.as_of_date or 'the newest day'})" if self.source else ""
        return f"{self.when}  {self.kind}: {self.dag}.{self.task}{of}: {self.message}"


def alerts_file(settings: Settings) -> Path:
    """Where alerts are written, one line each."""
    return settings.logs_folder / "alerts.log"


def raise_alert(settings: Settings, alert: Alert) -> None:
    """Write the alert, and tell the webhook. A fault of either is logged and holds nothing up."""
    kept = replace(alert, message=_fit(alert.message), what_to_do=_fit(alert.what_to_do))
    try:
        _append(alerts_file(settings), kept)
    except OSError as error:
        _log.warning("The alert could not be written to alerts.log: %s", error.strerror)
    address = settings.alert_webhook_url.get_secret_value()
    if address and (reason := deliver(address, asdict(kept))):
        _log.warning("The webhook for alerts did not take the alert: %s. It stands in alerts.log.", reason)


def last_alert(settings: Settings) -> Alert | None:
    """The newest alert that can be read, or None."""
    return next(_newest_first(alerts_file(settings)), None)


def is_told(settings: Settings, dag: str, airflow_run: str) -> bool:
    """Whether a failure of this run of a DAG stands among the newest alerts."""
    found = _newest_first(alerts_file(settings))
    return any((alert.kind, alert.dag, alert.airflow_run) == ("failed", dag, airflow_run) for alert in found)


def words_of(error: BaseException | None) -> tuple[str, str]:
    """What to say of an error, and what to do: nothing that quotes a row."""
    if isinstance(error, GateFailed):
        first, *rest = error.message.splitlines()
        rules = [line.removeprefix("  - ") for line in rest if line.startswith("  - ")]
        named = "; ".join(rules[:_RULES_NAMED]) + (" …" if len(rules) > _RULES_NAMED else "")
        steps = list(dict.fromkeys(line.partition("first step: ")[2] for line in rest if "first step: " in line))
        return f"{first} {named}".strip(), " ".join(steps[:_RULES_NAMED]) or error.what_to_do
    if isinstance(error, ClienteleError):
        # dbt's own words follow in further lines, and may quote values.
        first = error.message.splitlines()[0].rstrip(":") if error.message else type(error).__name__
        return (first if isinstance(error, DbtFailed) else " ".join(error.message.split())), error.what_to_do
    if error is None:
        return "The task's process ended without a word (killed, out of memory, or past its time limit).", ""
    return f"{type(error).__name__}; its words are in the task's log.", ""


def _append(file: Path, alert: Alert) -> None:
    """One write to a file opened for appending: lines of several processes do not mix."""
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(alert), ensure_ascii=False) + "\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def _newest_first(file: Path) -> Iterator[Alert]:
    try:
        with file.open("rb") as lines:
            lines.seek(max(0, file.stat().st_size - _TAIL_BYTES))
            tail = lines.read().decode(errors="replace").splitlines()
    except OSError:
        return
    for line in reversed(tail):
        try:
            yield Alert(**json.loads(line))
        except (ValueError, TypeError):  # cut off, or of another release
            continue


def _fit(text: str) -> str:
    masked = _EMAIL.sub("(e-mail address)", " ".join(text.split()))
    return masked if len(masked) <= _LONGEST_MESSAGE else masked[: _LONGEST_MESSAGE - 1] + "…"
