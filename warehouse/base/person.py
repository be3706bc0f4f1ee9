"""Who sits at the shell, for records of decisions."""

from __future__ import annotations

import getpass
import os


def person() -> str:
    """Return the user's name; the number of the account where it has no name, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
