"""Whether something has arrived that nobody has been told of: asked every few seconds, cheap, and without memory.

It only rings. What has arrived is found again by whoever answers, so a ring that is lost or comes twice does no harm:
the first look after a start rings again for everything that still waits.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf

from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.landing.watched_folder import Files, complete, files_seen
from warehouse.places.queues import queues_waiting
from warehouse.publishing.published_versions import live_version
from warehouse.source_definitions.folders import load_source

_ASK_QUEUES_EVERY_SECONDS = 30.0  # a batch each time: shorter, and Airflow would do nothing else
_log = logging.getLogger(__name__)


@dataclass
class Doorbell:
    """Watches the folder and the queues of a source, and whether another version has gone live.

    It rings twice for a version: at once, and when the run that made it has ended, for only then can the next begin.
    """

    source: str
    _seen: Files = field(default_factory=dict)
    _told_of: object = None
    _is_owed: bool = True  # a ring when no run is under way
    _queues_asked_at: float = -inf
    _queues_told_of: Mapping[str, str] = field(default_factory=dict)
    _queues_failure: str = ""

    def rings(self, settings: Settings, is_idle: Callable[[], bool]) -> str:
        """Why it rings, in words; empty: it does not.

        Parameters
        ----------
        is_idle
            Whether no run is under way.

        Raises
        ------
        LandingError
            If the folder cannot be read.
        """
        now = files_seen(settings.watched_folder_of(self.source))
        waiting = complete(self._seen, now)
        self._seen = now
        is_behind = _is_behind(settings)
        state = (tuple(sorted(waiting.items())), live_version(settings) if is_behind else "")
        is_new, self._told_of = state != (self._told_of or ((), "")), state
        self._is_owed |= is_behind
        is_due = self._is_owed and is_idle()
        self._is_owed &= not is_due
        why = [f"{len(waiting):,} files are complete"] if waiting and is_new else []
        if is_due or (is_behind and is_new):
            why.append("another version is live")
        return "; ".join(why + self._queues(settings))

    def _queues(self, settings: Settings) -> list[str]:
        """The same of the queues, which are asked less often; one that cannot be reached is told once."""
        if time.monotonic() - self._queues_asked_at < _ASK_QUEUES_EVERY_SECONDS:
            return []
        self._queues_asked_at = time.monotonic()
        try:
            ends = queues_waiting(settings, load_source(settings, self.source))
        except ClienteleError as failure:
            if failure.message != self._queues_failure:
                _log.warning("%s", failure)
            self._queues_failure = failure.message
            return []
        self._queues_failure = ""
        is_new, self._queues_told_of = ends != self._queues_told_of, ends
        return [f"{', '.join(ends)} goes on"] if ends and is_new else []


def _is_behind(settings: Settings) -> bool:
    """Whether a version went live after what arrived was looked at."""
    link = settings.published_folder / "current"
    try:
        live_since = link.lstat().st_mtime_ns
    except FileNotFoundError:
        return False
    try:
        return settings.since_file.stat().st_mtime_ns < live_since
    except FileNotFoundError:
        return True
