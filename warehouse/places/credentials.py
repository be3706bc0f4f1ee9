"""Who reads a place: from the environment only, and never in a message."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """A user and a password, or a key and its secret; the password is not shown."""

    user: str = ""
    password: str = field(default="", repr=False)

    def without_password(self, text: str) -> str:
        """A text in which the password is not to be read, in case a server repeats it."""
        return text.replace(self.password, "…") if self.password else text


def credentials_of(place: str) -> Credentials:
    """What the environment says: ``CLIENTELE_PLACE_<PLACE>_USER`` and ``…_PASSWORD``; empty where it says nothing."""
    prefix = f"CLIENTELE_PLACE_{place.upper()}"
    return Credentials(os.environ.get(f"{prefix}_USER", ""), os.environ.get(f"{prefix}_PASSWORD", ""))
