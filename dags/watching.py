"""What arrives for the watched source: its asset, and the trigger that rings, which runs in the triggerer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import Asset, AssetWatcher
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async

_LOOK_EVERY_SECONDS = 5.0

_log = logging.getLogger("clientele")


def watched_source() -> str:
    """The source that the settings name; empty: none is watched."""
    from warehouse.base.settings import Settings

    return Settings().watched_source


def arrived() -> Asset:
    """What arrives for the watched source; an asset that nothing announces where none is watched."""
    source = watched_source()
    watchers = [AssetWatcher(name="watched_source", trigger=SomethingArrived(source))] if source else []
    return Asset("arrived", watchers=watchers)


class SomethingArrived(BaseEventTrigger):
    """Rings for a source, with the reason in words. What cannot be read is logged, and looked at again.

    Parameters
    ----------
    source
        Its name.
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self._bell: Any = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "dags.watching.SomethingArrived", {"source": self.source}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, and yield when there is something to be told."""
        # In a thread of its own: a queue that does not answer must not keep other triggers waiting.
        rings, said = sync_to_async(self._rings, thread_sensitive=False), ""
        while True:
            try:
                if why := await rings():
                    yield TriggerEvent({"source": self.source, "why": why})
                said = ""
            except Exception as error:  # a trigger that ends is not started again
                if str(error) != said:
                    _log.exception("What arrives for %s cannot be looked at", self.source)
                said = str(error)
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def _rings(self) -> str:
        """Why it rings; called in a thread, for it reads files and loads modules."""
        from dags.waiting import others_work  # the triggerer knows this folder by that name only
        from warehouse.arrivals.doorbell import Doorbell
        from warehouse.base.settings import Settings
        from warehouse.runs.dag_ids import PIPELINE_DAGS

        self._bell = self._bell or Doorbell(self.source)
        return self._bell.rings(Settings(), lambda: not others_work(list(PIPELINE_DAGS), {}))
