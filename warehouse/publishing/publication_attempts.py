"""A note for each publication that is under way: what tells the next one that it was killed or failed.

The note is on the disk before anything is made and removed after the version is live. One that is left over belongs
to an attempt that failed (with a reason), was killed (without), or was killed after its version had gone live.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

from warehouse.base.durable_files import flush_folder, write_text_durably
from warehouse.base.settings import Settings
from warehouse.publishing.publication_history import FAILED, History, PublishedRun

KILLED = "ended (killed, or the machine stopped) before its version was in place"


@dataclass(frozen=True)
class Attempt:
    """One publication under way."""

    version: str
    pipeline_run_id: str
    source: str
    as_of_date: date
    started_at: str  # UTC, without zone
    decided_by: str
    reason: str = ""

    def as_failed_run(self) -> PublishedRun:
        """The attempt as a row of ``quality.pipeline_runs``."""
        return PublishedRun(
            pipeline_run_id=self.pipeline_run_id,
            source=self.source,
            as_of_date=self.as_of_date,
            published_version=self.version,
            status=FAILED,
            status_at=datetime.fromisoformat(self.started_at),
            status_by=self.decided_by,
            status_reason=self.reason or KILLED,
        )


def note(settings: Settings, attempt: Attempt) -> None:
    """Write the note, or write it anew with the reason of the failure."""
    path = _path(settings, attempt.version)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text_durably(path, json.dumps(asdict(attempt), default=date.isoformat) + "\n")


def note_failure(settings: Settings, attempt: Attempt, reason: str) -> None:
    """Add the reason to the note; where the disk is full the note stays without."""
    try:
        note(settings, replace(attempt, reason=reason))
    except OSError:
        _path(settings, attempt.version).with_name(f".{attempt.version}.json.new").unlink(missing_ok=True)


def left_over(settings: Settings) -> Iterator[Attempt]:
    """Yield the attempts that have a note, the oldest first; an unreadable note tells nothing and is passed over."""
    for path in sorted(_folder(settings).glob("*.json")):
        try:
            noted = json.loads(path.read_text(encoding="utf-8"))
            yield Attempt(**noted | {"as_of_date": date.fromisoformat(noted["as_of_date"])})
        except (ValueError, TypeError, KeyError):
            continue


def with_failures(history: History, attempts: list[Attempt]) -> History:
    """Record the attempts whose version never went live, each of them once."""
    known = {run.published_version for run in history.runs}
    for attempt in attempts:
        if attempt.version not in known:
            run = attempt.as_failed_run()
            history = history.with_failure(run, run.status_reason or KILLED)
    return history


def forget(settings: Settings, attempts: list[Attempt]) -> None:
    """Remove the notes of attempts that the live file tells of."""
    for attempt in attempts:
        _path(settings, attempt.version).unlink(missing_ok=True)
    if attempts:
        flush_folder(_folder(settings))


def _path(settings: Settings, version: str) -> Path:
    return _folder(settings) / f"{version}.json"


def _folder(settings: Settings) -> Path:
    return settings.published_folder / "attempts"
