"""A file's content as a short name: its SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from warehouse.errors import LandingError

_CHUNK_BYTES = 1 << 20


def file_sha256(path: Path, salt: bytes = b"") -> str:
    """SHA-256 of a file's bytes, after the salt; LandingError if it cannot be read."""
    digest = hashlib.sha256(salt)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise LandingError(
            f"{path.name} cannot be read: {error.strerror}.", "Check the permissions of the file and its folder."
        ) from error
    return digest.hexdigest()
