"""The live version, followed: what is published, or rolled back, answers a second later, and no request is dropped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from serving.version import Version
from warehouse.base.errors import PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of, live_version

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0


class Live:
    """Holds the version that answers.

    A version that goes live is opened beside the one that answers, which then gives way in one step: requests that hold
    it end with it. One that cannot be opened is told of, and the former one stays.

    Parameters
    ----------
    prepare
        Makes a version ready for what is asked of it, before it answers.
    """

    def __init__(self, settings: Settings, prepare: Callable[[Version], None] = lambda _: None) -> None:
        self._settings = settings
        self._prepare = prepare
        self._version: Version | None = None
        self._refused: str | None = None
        self._stopped = Event()
        self.opened_count = 0
        self.failed_count = 0

    @property
    def version(self) -> Version:
        """The version that answers.

        Raises
        ------
        PublishError
            If nothing has been published, or the first version cannot be opened.
        """
        if self._version is None:
            raise PublishError("Nothing has been published yet.", "Run the pipeline first: make demo (or make run).")
        return self._version

    @property
    def is_ready(self) -> bool:
        """Whether there is a version that answers."""
        return self._version is not None

    def look(self) -> None:
        """Take over what is live by now."""
        live = live_version(self._settings)
        if live is None or live == self._refused or (self._version and live == self._version.about.published_version):
            return
        try:
            version = Version(folder_of(self._settings, live), self._settings)
            self._prepare(version)
        except Exception:
            self._refused = live
            self.failed_count += 1
            _log.exception("The published version %s cannot be served; the former one goes on.", live)
            return
        self._refused = None
        self._version = version
        self.opened_count += 1
        _log.warning("Serving the published version %s.", live)

    def follow(self) -> None:
        """Look again and again, beside the requests, until `stop`."""
        Thread(target=self._follow, daemon=True, name="follows-what-is-live").start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def _follow(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            self.look()
