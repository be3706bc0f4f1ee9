"""The trigger that rings when something has arrived for a source: it runs in the triggerer, all the time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async

_LOOK_EVERY_SECONDS = 5.0

_log = logging.getLogger("clientele")


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

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "dags.watching.SomethingArrived", {"source": self.source}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, and yield when there is something to be told."""
        from dags.waiting import PIPELINE_DAGS, others_work  # the triggerer knows this folder by that name only
        from warehouse.arrivals.doorbell import Doorbell
        from warehouse.base.settings import Settings

        bell, settings, said = Doorbell(self.source), Settings(), ""
        look = sync_to_async(bell.rings)
        while True:
            try:
                if why := await look(settings, lambda: not others_work(list(PIPELINE_DAGS), {})):
                    yield TriggerEvent({"source": self.source, "why": why})
                said = ""
            except Exception as error:  # a trigger that ends is not started again
                if str(error) != said:
                    _log.exception("What arrives for %s cannot be looked at", self.source)
                said = str(error)
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
