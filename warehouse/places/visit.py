"""One visit to a place: what may be read, how far it was read before, and where it goes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.base.settings import Settings
from warehouse.places.credentials import Credentials, credentials_of
from warehouse.source_definitions.place import Place


@dataclass(frozen=True)
class Visit:
    """What is known when a place is read."""

    name: str
    place: Place
    credentials: Credentials
    noted: Mapping[str, Any]  # how far each table and object was fetched before, by key
    folder: Path  # where what is fetched is written
    limit_bytes: int  # of one file
    deadline: float  # on the monotonic clock, in seconds

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()

    def check_time(self) -> None:
        """Raise TimeoutError if the time is over."""
        if self.seconds_left < 0:
            raise TimeoutError


def visit_of(settings: Settings, name: str, place: Place, noted: Mapping[str, Any], folder: Path) -> Visit:
    """A visit that begins now, by whom the environment names."""
    deadline = time.monotonic() + place.seconds_maximum
    return Visit(name, place, credentials_of(name), noted, folder, settings.unpacked_file_limit_bytes, deadline)
