"""The live version, followed: what is published, or rolled back, answers a second later, and no request is dropped."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from serving.version import Version
from warehouse.base.connections import DATABASE
from warehouse.base.errors import ClienteleError, PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of, live_version

if TYPE_CHECKING:
    from serving.facts.scorer import FactsScorer

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_TRY_AGAIN_SECONDS = 30.0

Mark = tuple[str, int]


class NotReady(ClienteleError):
    """Nothing answers yet."""


@dataclass
class Counts:
    """How often versions were taken over, and could not be: to answer by id, or by facts."""

    opened: dict[str, int] = field(default_factory=lambda: {"id": 0, "facts": 0})
    failed: dict[str, int] = field(default_factory=lambda: {"id": 0, "facts": 0})


class Live:
    """Holds the version that answers, and the models that score facts.

    A version that goes live is opened beside the one that answers, which then gives way in one step: requests that hold
    it end with it. Its models take seconds to load; until then those of the former version score, and say so. What
    cannot be opened or loaded is told of, and the former one stays.

    Parameters
    ----------
    load
        Loads the models of a version, whose folder is given.
    """

    def __init__(
        self, settings: Settings, load: Callable[[Settings, Version, Path], FactsScorer] | None = None
    ) -> None:
        self._settings = settings
        self._load = load or _load
        self._version: Version | None = None
        self._facts: FactsScorer | None = None
        self._opened: Mark | None = None
        self._refused: Mark | None = None
        self._facts_problem: ClienteleError | None = None
        self._facts_of: Version | None = None
        self._not_before = 0.0
        self._stopped = Event()
        self.counts = Counts()

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
    def facts(self) -> FactsScorer:
        """What scores facts.

        Raises
        ------
        NotReady
            If the models are not loaded yet, or cannot be.
        """
        if self._facts is None:
            if self._facts_problem is not None:
                raise self._facts_problem
            raise NotReady("The models are being loaded.", "Ask again in some seconds.")
        return self._facts

    @property
    def state(self) -> str:
        """What can be asked, in words."""
        if self._version is None:
            return "nothing published yet"
        return "ready" if self._facts is not None else "ready by id"

    def look(self) -> None:
        """Take over what is live by now, to answer by id."""
        mark = _mark_of(self._settings)
        if mark is None or mark in (self._refused, self._opened):
            return
        name, _ = mark
        try:
            version = Version(folder_of(self._settings, name), self._settings)
        except Exception:
            self._refused = mark
            self.counts.failed["id"] += 1
            _log.exception("The published version %s cannot be served; the former one goes on.", name)
            return
        self._version, self._opened, self._refused = version, mark, None
        self._not_before = 0.0
        self.counts.opened["id"] += 1
        _log.warning("Serving the published version %s.", name)

    def load_models(self) -> None:
        """Load the models of the version that answers; after a failure, again half a minute later."""
        version = self._version
        if version is None or version is self._facts_of or time.monotonic() < self._not_before:
            return
        name = version.about.published_version
        try:
            self._facts = self._load(self._settings, version, folder_of(self._settings, name))
        except Exception as error:
            self._not_before = time.monotonic() + _TRY_AGAIN_SECONDS
            self.counts.failed["facts"] += 1
            said = f"The models of {name} cannot be loaded"
            words = error.message if isinstance(error, ClienteleError) else type(error).__name__
            self._facts_problem = NotReady(f"{said}: {words}", getattr(error, "what_to_do", "") or "See its log.")
            _log.exception("%s; they are tried again in %.0f s.", said, _TRY_AGAIN_SECONDS)
            return
        self._facts_of, self._facts_problem = version, None
        _keep_out_of_the_garbage()
        self.counts.opened["facts"] += 1
        _log.warning("Scoring facts with the models of %s.", name)

    def follow(self) -> None:
        """Look again and again, beside the requests, until `stop`."""
        Thread(target=self._follow, args=[self.look], daemon=True, name="follows-what-is-live").start()
        Thread(target=self._follow, args=[self.load_models], daemon=True, name="loads-models").start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def _follow(self, what: Callable[[], None]) -> None:
        what()
        while not self._stopped.wait(_LOOK_SECONDS):
            what()


def _keep_out_of_the_garbage() -> None:
    """Models live as long as their version: looking through them for garbage would hold requests up again and again."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _mark_of(settings: Settings) -> Mark | None:
    """The live version and which file its tables are in: an erasure puts another one in its place."""
    name = live_version(settings)
    try:
        return None if name is None else (name, (folder_of(settings, name) / DATABASE).stat().st_ino)
    except FileNotFoundError:
        return None


def _load(settings: Settings, version: Version, folder: Path) -> FactsScorer:
    from serving.facts.scorer import FactsScorer

    return FactsScorer(settings, version, folder)
