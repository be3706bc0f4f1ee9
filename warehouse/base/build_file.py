"""The build file of a source as a step of a run works with it: opened once for all that the step does meanwhile."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from duckdb import DuckDBPyConnection

from warehouse.base.connections import open_build_file, refuse_missing
from warehouse.base.errors import WarehouseBusy
from warehouse.base.settings import Settings

_ASK_AGAIN_SECONDS = 0.2
_log = logging.getLogger(__name__)


class BuildFile:
    """A build file that is there, and its connection while it is open.

    Functions that read or write it open it without regard to each other; where one calls another, both work on the
    connection of the outer one, and so on one state of the file.

    Parameters
    ----------
    patience_seconds
        How long to wait for another process that holds it.
    """

    def __init__(self, settings: Settings, source: str, patience_seconds: float = 0.0) -> None:
        self.settings, self.source, self.patience_seconds = settings, source, patience_seconds
        self._connection: DuckDBPyConnection | None = None

    @contextmanager
    def opened(self, *, read_only: bool = False) -> Iterator[DuckDBPyConnection]:
        """Open the file, unless it is open already.

        Raises
        ------
        WarehouseMissing, WarehouseBusy, WarehouseUnreadable
            As `open_build_file`; a missing file is not made, even to be written.
        """
        if self._connection is not None:
            yield self._connection
            return
        refuse_missing(self.settings, self.source)
        with ExitStack() as held:
            self._connection = self._patiently_opened(held, read_only=read_only)
            try:
                yield self._connection
            finally:
                self._connection = None

    def _patiently_opened(self, held: ExitStack, *, read_only: bool) -> DuckDBPyConnection:
        deadline = time.monotonic() + self.patience_seconds
        is_said = False
        while True:
            try:
                return held.enter_context(open_build_file(self.settings, self.source, read_only=read_only))
            except WarehouseBusy as busy:
                if time.monotonic() >= deadline:
                    raise
                if not is_said:
                    _log.info("Waiting for the build file: %s", busy.message)
                    is_said = True
                time.sleep(_ASK_AGAIN_SECONDS)
