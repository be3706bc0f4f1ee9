"""Whether something has arrived that nobody has been told of: asked every few seconds, cheap, and without memory.

It only rings. What has arrived is found again by whoever answers, so a ring that is lost or comes twice does no harm:
the first look after a start rings again for everything that still waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from warehouse.base.settings import Settings
from warehouse.landing.watched_folder import Files, complete, files_seen
from warehouse.publishing.published_versions import live_version


@dataclass
class Doorbell:
    """Watches the folder of a source, and whether another version has gone live.

    It rings twice for a version: at once, and when the run that made it has ended, for only then can the next begin.
    """

    source: str
    _seen: Files = field(default_factory=dict)
    _told_of: object = None
    _is_owed: bool = True  # a ring when no run is under way

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
        return "; ".join(why + (["another version is live"] if is_due or (is_behind and is_new) else []))


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
