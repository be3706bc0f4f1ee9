"""A note for each publication that is under way: what tells the next one that it was killed or failed.

The note is on the disk before anything is made and removed after the version is live. One that is left over belongs
to an attempt that failed (with a reason), was killed (without), or was killed after its version had gone live.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path

from warehouse.base.durable_files import flush_folder, staged_name, write_text_durably
from warehouse.base.settings import Settings
from warehouse.publishing.publication_history import History, PublishedRun

KILLED = "ended (killed, or the machine stopped) before its version was in place"


def note(settings: Settings, attempt: PublishedRun) -> None:
    """Write the note, or write it again with the reason of the failure: the row that is recorded if it fails."""
    path = _path(settings, attempt)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text_durably(path, json.dumps(asdict(attempt), default=date.isoformat) + "\n")


def note_failure(settings: Settings, attempt: PublishedRun, reason: str) -> None:
    """Add the reason to the note; where the disk is full the note stays without."""
    try:
        note(settings, replace(attempt, status_reason=reason))
    except OSError:
        staged_name(_path(settings, attempt)).unlink(missing_ok=True)


def left_over(settings: Settings) -> Iterator[PublishedRun]:
    """Yield the attempts that have a note, the oldest first; an unreadable note tells nothing and is passed over."""
    for path in sorted(_folder(settings).glob("*.json")):
        try:
            noted = json.loads(path.read_text(encoding="utf-8"))
            as_of_date, status_at = date.fromisoformat(noted["as_of_date"]), datetime.fromisoformat(noted["status_at"])
            yield PublishedRun(**noted | {"as_of_date": as_of_date, "status_at": status_at})
        except (ValueError, TypeError, KeyError):
            continue


def with_failures(history: History, attempts: list[PublishedRun]) -> History:
    """Record the attempts whose version never went live, each of them once."""
    known = {run.published_version for run in history.runs}
    for attempt in attempts:
        if attempt.published_version not in known:
            history = history.with_failure(attempt)
    return history


def forget(settings: Settings, attempts: list[PublishedRun]) -> None:
    """Remove the notes of attempts that the live file tells of."""
    for attempt in attempts:
        _path(settings, attempt).unlink(missing_ok=True)
    if attempts:
        flush_folder(_folder(settings))


def _path(settings: Settings, attempt: PublishedRun) -> Path:
    return _folder(settings) / f"{attempt.published_version}.json"


def _folder(settings: Settings) -> Path:
    return settings.published_folder / "attempts"
