"""The build file of a source as a step of a run works with it: opened once for all that the step does meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

from warehouse.base.connections import open_build_file, refuse_missing
from warehouse.base.settings import Settings


class BuildFile:
    """A build file that is there, and its connection while it is open.

    Functions that read or write it open it without regard to each other; where one calls another, both work on the
    connection of the outer one, and so on one state of the file.
    """

    def __init__(self, settings: Settings, source: str) -> None:
        self.settings, self.source = settings, source
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
        with open_build_file(self.settings, self.source, read_only=read_only) as connection:
            self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None
